// Bad input of `exposure`: one line each, nothing lost, the right status.
import { writeFileSync } from 'node:fs';
import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openBlobStore, writeImageNote } from '../../../src/records/index.ts';
import { digestFor, image, record, spdx } from '../../unit/records/support.ts';
import { type Outcome, runVerify, temporaryFolder } from '../support/lab.ts';

const xz = 'pkg:deb/debian/liblzma5@5.6.1-1?upstream=xz-utils';

/** A folder for state with builds whose SBOMs are these documents. */
async function stateWith(documents: readonly (string | Buffer)[]): Promise<string> {
  const state = await temporaryFolder();
  const folder = join(state, 'docker-verify');
  await mkdir(folder);
  for (const [number, document] of documents.entries()) {
    const [name, digest] = [`app:${number}`, digestFor(`app:${number}`)];
    const kept = await openBlobStore(folder).write(Buffer.from(document));
    const sboms = [{ digest: kept, subject: digest, trust: 'signed', signer: null } as const];
    await writeImageNote(folder, {
      schemaVersion: 1,
      digest,
      time: '2026-01-01T00:00:00Z',
      sboms,
      layers: {},
      problem: null,
    });
    await appendFile(join(folder, 'journal.jsonl'), `${JSON.stringify(record(name, [image('base:1')]))}\n`);
  }
  await writeImageNote(folder, {
    schemaVersion: 1,
    digest: digestFor('base:1'),
    time: '2026-01-01T00:00:00Z',
    sboms: [],
    layers: {},
    problem: null,
  });
  return state;
}

function ask(state: string, args: readonly string[], cwd = state): Promise<Outcome> {
  return runVerify(['exposure', ...args], { cwd, env: { XDG_STATE_HOME: state } });
}

describe('exposure', () => {
  it.each([
    './none.json',
    'none.json',
    './empty',
    '@1.2.3',
    'xz-utils>=5',
    'xz-utils:5.6.1',
    'xz*',
    'xz-utils@!=5.6.0',
    'xz-utils@[5.6.0,5.6.2)',
  ])('never answers that nothing is affected where %s asks about nothing', async (word) => {
    const state = await stateWith([spdx([xz])]);
    await mkdir(join(state, 'empty'));
    const { status, stdout, stderr } = await ask(state, [word]);
    expect([status, stdout]).toEqual([64, '']);
    expect(stderr).toContain(word);
  });

  it.each(['xz-utils@*', 'xz-utils@5.x', 'xz-utils@5.6.*', 'xz-utils@==5.6.1-1'])(
    'finds what %s names',
    async (word) => {
      const { status, stdout } = await ask(await stateWith([spdx([xz])]), [word]);
      expect([status, stdout]).toEqual([10, expect.stringContaining('1 affected; 1 recorded build')]);
    },
  );

  it('hears the newest word of VEX, in whatever order the files are named', async () => {
    const state = await stateWith([spdx([xz])]);
    const says = (status: string, timestamp: string): string =>
      JSON.stringify({
        '@context': 'https://openvex.dev/ns/v0.2.0',
        timestamp,
        statements: [{ vulnerability: { name: 'CVE-2024-3094' }, products: [{ '@id': xz }], status }],
      });
    writeFileSync(join(state, 'old.json'), says('not_affected', '2026-01-01T00:00:00Z'));
    writeFileSync(join(state, 'new.json'), says('affected', '2026-02-01T00:00:00Z'));
    const order = async (...files: readonly string[]): Promise<number | null> =>
      (await ask(state, ['xz-utils', ...files.flatMap((file) => ['--vex', file])])).status;
    expect([await order('old.json', 'new.json'), await order('new.json', 'old.json'), await order('old.json')]).toEqual(
      [10, 10, 0],
    );
  });

  it('passes over lines of the journal that cannot be read, one line each, and loses no build', async () => {
    const state = await stateWith([spdx([xz])]);
    const journal = join(state, 'docker-verify', 'journal.jsonl');
    await appendFile(journal, 'no JSON\n{"schemaVersion":99,"id":"x"}\n');
    await appendFile(journal, `${JSON.stringify(record('app:0', [image('base:1')]))}\n{"schemaVersion":1,"torn`);
    const { status, stdout, stderr } = await ask(state, ['xz-utils@5.6.1']);
    expect(status).toBe(10);
    expect(stdout).toContain('2 affected; 2 recorded builds');
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringContaining('line 2 of the journal'),
      expect.stringContaining('line 3 of the journal'),
      expect.stringContaining('line 5 of the journal'),
    ]);
  });

  it.each([
    ['a range that no version can satisfy', ['xz-utils@5.6.1 - 5.6.0'], 64, 'no version can be in the range'],
    ['no package', ['pkg:'], 64, 'is no package'],
    ['nothing', [], 64, 'needs something to look for'],
    ['an unknown type of package URL', ['pkg:nosuch/thing@1.0'], 0, 'nosuch is no type of package URL'],
  ])('says what is wrong with %s, in one line', async (_, args, expected, message) => {
    const { status, stderr } = await ask(await stateWith([spdx([xz])]), args);
    expect(status).toBe(expected);
    expect(stderr).toContain(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  it('passes over ten broken advisories among 50,000, one line each, and asks all others', async () => {
    const state = await stateWith([spdx([xz])]);
    await mkdir(join(state, 'osv'));
    const range = { type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '9' }] };
    for (let number = 0; number < 50_000; number += 1) {
      const name = number === 7 ? 'xz-utils' : `other-${number}`;
      const advisory = {
        id: `X-${number}`,
        affected: [{ package: { ecosystem: 'Debian:13', name }, ranges: [range] }],
      };
      const text = number % 5_000 === 3 ? '{"broken' : JSON.stringify(advisory);
      // one after another and at once: fifty thousand that wait for one another take a minute
      writeFileSync(join(state, 'osv', `X-${number}.json`), text);
    }
    const { status, stdout, stderr } = await ask(state, ['./osv']);
    expect(status).toBe(10);
    expect(stdout).toContain('X-7');
    expect(stderr.trim().split('\n')).toHaveLength(10);
  }, 180_000);

  it('reads an SBOM of 300 MB, and says of a larger one that nothing is known', async () => {
    const padded = (megabytes: number): Buffer => {
      const text = spdx([xz]);
      const start = Buffer.from(`${text.slice(0, -1)},"comment":"`);
      return Buffer.concat([start, Buffer.alloc(megabytes * 1024 * 1024, 'x'), Buffer.from('"}')]);
    };
    const state = await stateWith([padded(300), padded(321), spdx([xz])]);
    const { status, stdout } = await ask(state, ['xz-utils@5.6.1']);
    expect(status).toBe(10);
    expect(stdout).toContain('2 affected, 1 not known; 3 recorded builds');
    expect(stdout).toContain('its document is missing or damaged');
  }, 120_000);
});
