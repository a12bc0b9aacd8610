import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ExposureRequest,
  readExposureQuestions,
} from '../../../../../src/gate/commands/records/exposure-questions.ts';

let folder = '';
const advisory = (id: string, aliases: readonly string[] = []): string =>
  JSON.stringify({ id, aliases, affected: [{ package: { ecosystem: 'npm', name: 'a' }, versions: ['1.0.0'] }] });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'verify-exposure-'));
  await mkdir(join(folder, 'osv', 'npm'), { recursive: true });
  await writeFile(join(folder, 'osv', 'npm', 'one.json'), advisory('GHSA-2222-3333-4444', ['CVE-2026-1000']));
  await writeFile(join(folder, 'osv', 'two.json'), advisory('CVE-2026-2000'));
  await writeFile(join(folder, 'osv', 'broken.json'), '{');
  await writeFile(join(folder, 'osv', 'other.json'), '{"a":1}');
  await writeFile(join(folder, 'osv', 'readme.txt'), 'no advisory');
  await mkdir(join(folder, 'empty'));
  await mkdir(join(folder, 'unread'));
  await writeFile(join(folder, 'unread', 'broken.json'), '{');
  await writeFile(join(folder, 'vex.json'), '{"@context":"https://openvex.dev/ns/v0.2.0","statements":[]}');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function read(what: readonly string[], more: Partial<ExposureRequest> = {}): ReturnType<typeof readExposureQuestions> {
  return readExposureQuestions({ what, advisories: null, vex: [], ...more }, folder);
}

describe('what exposure is asked', () => {
  it('may be several packages, each with or without versions', async () => {
    const { questions } = await read(['xz-utils@5.6.1', 'pkg:npm/a', 'b']);
    expect(questions.map(({ label }) => label)).toEqual(['xz-utils@5.6.1', 'pkg:npm/a', 'b']);
  });

  it('may be a range behind the package that it belongs to', async () => {
    const { questions } = await read(['pkg:deb/debian/xz-utils', 'vers:deb/>=5.6.0|<=5.6.1']);
    expect(questions.map(({ label }) => label)).toEqual(['pkg:deb/debian/xz-utils@vers:deb/>=5.6.0|<=5.6.1']);
  });

  it('may be a package URL of a package whose name looks like a file', async () => {
    expect((await read(['pkg:nuget/newtonsoft.json'])).questions.map(({ names }) => names)).toEqual([
      ['newtonsoft-json'],
    ]);
    await expect(read(['newtonsoft.json'])).rejects.toMatchObject({ code: 'usage.invalid' });
  });

  it('is remarked upon where a version was perhaps not meant as it is read', async () => {
    expect((await read(['a@1.0.0-2.0.0'])).remarks).toEqual([expect.stringContaining('a range has spaces')]);
    expect((await read(['a@1.0.0'])).remarks).toEqual([]);
  });

  it('may be a file of an advisory', async () => {
    expect((await read(['./osv/two.json'])).questions.map(({ label }) => label)).toEqual(['CVE-2026-2000']);
    expect((await read(['osv/two.json'])).questions.map(({ label }) => label)).toEqual(['CVE-2026-2000']);
  });

  it('may be a folder of advisories, of which those that cannot be read are reported, one line each', async () => {
    const { questions, bulk, remarks } = await read(['./osv']);
    expect(questions).toEqual([]);
    expect(bulk.map(({ label }) => label)).toEqual(['GHSA-2222-3333-4444', 'CVE-2026-2000']);
    expect(remarks).toEqual([
      `${join(folder, 'osv', 'broken.json')} is passed over: it is no JSON`,
      expect.stringContaining(`${join(folder, 'osv', 'other.json')} is passed over: it is no OSV advisory`),
    ]);
  });

  it.each(['CVE-2026-1000', 'cve-2026-1000', 'GHSA-2222-3333-4444'])(
    'may be %s, looked up in a folder by id and alias',
    async (id) => {
      const { questions } = await read([id], { advisories: 'osv' });
      expect(questions.map(({ label }) => label)).toEqual(['GHSA-2222-3333-4444']);
    },
  );

  it('takes VEX along', async () => {
    expect((await read(['a'], { vex: ['vex.json'] })).statements).toEqual([]);
  });

  it.each<[string, readonly string[], Partial<ExposureRequest>, string]>([
    ['nothing', [], {}, 'exposure needs something to look for'],
    ['a range without a package', ['vers:deb/1'], {}, 'does not say of which package'],
    ['a range behind a range', ['a', 'vers:deb/1', 'vers:deb/2'], {}, 'does not say of which package'],
    ['an id without a folder', ['CVE-2026-1000'], {}, 'is looked up in a folder of advisories'],
    ['an id that no advisory has', ['CVE-2026-9999'], { advisories: 'osv' }, 'no advisory in'],
    ['a folder that is not there', ['CVE-2026-9999'], { advisories: 'none' }, 'cannot read advisories from'],
    ['a range that makes no sense', ['a@^x'], {}, 'is no package, range, advisory or file'],
    ['a file that is not there', ['./none.json'], {}, 'there is no file or folder ./none.json'],
    ['a file that is not there, without its folder', ['none.json'], {}, 'there is no file or folder none.json'],
    ['a folder of advisories that is not there', ['none/'], {}, 'there is no file or folder none/'],
    ['a folder without advisories', ['./empty'], {}, './empty holds no advisory'],
    ['a folder of which no file can be read', ['./unread'], {}, './unread holds no advisory'],
    ['a version without a name', ['@1.2.3'], {}, 'is no package, range, advisory or file'],
    ['a broken file', ['./osv/broken.json'], {}, 'cannot read advisories from'],
    ['VEX that is none', ['a'], { vex: ['osv/two.json'] }, 'is neither OpenVEX nor CycloneDX'],
    ['VEX that is not there', ['a'], { vex: ['none.json'] }, 'cannot read the VEX file'],
  ])('is refused where it is %s', async (_, what, more, message) => {
    await expect(read(what, more)).rejects.toMatchObject({
      code: 'usage.invalid',
      message: expect.stringContaining(message),
      hint: expect.stringMatching(/./),
    });
  });
});
