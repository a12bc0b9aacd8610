import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  findDockerfile,
  missingFrom,
  missingValues,
  rebuildArguments,
} from '../../../../../src/gate/run/plan/rebuild-plan.ts';
import type { BuildRecord, RecordedContext } from '../../../../../src/model/index.ts';
import { image, newStateFolder, record } from '../../../records/support.ts';

const context: RecordedContext = {
  kind: 'folder',
  source: '/src/app',
  remote: null,
  commit: 'a'.repeat(40),
  dirty: false,
  subdirectory: '',
};
const given = { build: {}, contexts: {}, secrets: [], ssh: [] };
const whole = (more: Partial<BuildRecord> = {}): BuildRecord =>
  record('app', [image('base')], {
    context,
    arguments: given,
    dockerfile: { path: 'Dockerfile', sha256: 'x' },
    ...more,
  });

describe('what a record lacks', () => {
  it('is nothing where all is recorded', () => {
    expect(missingFrom(whole({ arguments: { ...given, contexts: { base: 'docker-image://alpine' } } }))).toEqual([]);
  });

  it.each<readonly [string, Partial<BuildRecord>, string]>([
    ['a commit', { context: { ...context, commit: null } }, 'the commit'],
    ['clean files', { context: { ...context, dirty: true } }, 'changes that no commit holds'],
    ['knowledge of them', { context: { ...context, dirty: null } }, 'is not known'],
    ['its context', { context: { ...context, kind: 'stdin', source: null } }, 'standard input'],
    ['a Dockerfile', { dockerfile: { path: null, sha256: null } }, 'the Dockerfile'],
    ['secrets', { arguments: { ...given, secrets: ['npm', 'key'] } }, 'npm, key'],
    ['ssh', { arguments: { ...given, ssh: ['default'] } }, 'default'],
    ['a folder', { arguments: { ...given, contexts: { shared: '../shared' } } }, 'shared'],
    ['a digest', { images: [{ ...image('base'), digest: null }] }, 'base'],
  ])('is %s', (_, more, text) => {
    expect(missingFrom(whole(more))).toEqual([expect.stringContaining(text)]);
  });

  it('is a value only where the Dockerfile asks for it', () => {
    const build = { TOKEN: null, OTHER: null, WORD: 'x' };
    const values = missingValues(
      whole({ arguments: { ...given, build } }),
      Buffer.from('FROM a\nARG TOKEN\nARG WORD\n'),
    );
    expect(values).toEqual([expect.stringContaining('--build-arg TOKEN:')]);
  });
});

it('builds with what is recorded, at the time of the commit, without a cache', () => {
  const asked = whole({
    platforms: ['linux/amd64', 'linux/arm64'],
    stage: 'prod',
    arguments: { ...given, build: { WORD: 'x', SECRET: null }, contexts: { base: 'docker-image://a' } },
  });
  const args = rebuildArguments(asked, {
    args: ['--iidfile', 'f'],
    dockerfile: '/t/Dockerfile',
    context: '/t',
    time: 7,
  });
  expect(args.join(' ')).toBe(
    '--no-cache --provenance=false --sbom=false --platform linux/amd64,linux/arm64 --target prod --build-arg SOURCE_DATE_EPOCH=7 --build-arg WORD=x --build-context base=docker-image://a --file /t/Dockerfile --iidfile f /t',
  );
});

describe('the Dockerfile of a record', () => {
  const sha256 = createHash('sha256').update('FROM a\n').digest('hex');
  const tree = async (files: Readonly<Record<string, string>>): Promise<string> => {
    const folder = newStateFolder();
    for (const [name, text] of Object.entries(files)) {
      await mkdir(join(folder, name, '..'), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    return folder;
  };
  const find = async (files: Readonly<Record<string, string>>, path: string, below = ''): Promise<string | null> => {
    const folder = await tree(files);
    const found = await findDockerfile(folder, join(folder, below), whole({ dockerfile: { path, sha256 } }));
    return found?.path.slice(folder.length + 1) ?? null;
  };

  it('is the file of its bytes, wherever the build was started', async () => {
    const files = { Dockerfile: 'FROM b\n', 'app/Dockerfile': 'FROM a\n' };
    expect(await find(files, 'Dockerfile')).toBe('app/Dockerfile');
    expect(await find(files, '../repo/app/Dockerfile')).toBe('app/Dockerfile');
  });

  it('is the one whose path agrees best, then the one in the context', async () => {
    const files = { 'one/Dockerfile': 'FROM a\n', 'two/Dockerfile': 'FROM a\n' };
    expect(await find(files, 'two/Dockerfile')).toBe('two/Dockerfile');
    expect(await find(files, 'Dockerfile', 'two')).toBe('two/Dockerfile');
  });

  it('is none where no file has its bytes', async () => {
    expect(await find({ Dockerfile: 'FROM b\n' }, 'Dockerfile')).toBeNull();
  });
});
