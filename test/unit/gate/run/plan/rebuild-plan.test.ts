import { createHash } from 'node:crypto';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  dockerfileBeside,
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
    ['an archive', { context: { ...context, kind: 'http', source: 'https://acme.example/a.tar' } }, 'acme.example/a'],
    ['a context of a kind', { context: { ...context, kind: 'other', source: null } }, 'it came from other'],
    ['a Dockerfile', { dockerfile: { path: null, sha256: null } }, 'the Dockerfile'],
    ['secrets', { arguments: { ...given, secrets: ['npm', 'key'] } }, 'npm, key'],
    ['ssh', { arguments: { ...given, ssh: ['default'] } }, 'default'],
    ['a folder', { arguments: { ...given, contexts: { shared: '../shared' } } }, 'shared'],
    ['a digest', { images: [{ ...image('base'), digest: null }] }, 'base'],
  ])('is %s', (_, more, text) => {
    expect(missingFrom(whole(more))).toEqual([expect.stringContaining(text)]);
  });

  it('is nothing of its files where the folder to build from is named', () => {
    const lost = whole({ context: { ...context, kind: 'stdin', source: null, commit: null } });
    expect(missingFrom(lost)).toHaveLength(2);
    expect(missingFrom(lost, true)).toEqual([]);
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
  const find = async (
    files: Readonly<Record<string, string>>,
    path: string | null,
    below = '',
  ): Promise<string | null> => {
    const folder = await tree(files);
    const found = await findDockerfile(folder, join(folder, below), whole({ dockerfile: { path, sha256 } }));
    return found?.path.slice(folder.length + 1) ?? null;
  };

  it('is the file of its bytes, wherever the build was started', async () => {
    const files = { Dockerfile: 'FROM b\n', 'app/Dockerfile': 'FROM a\n' };
    expect(await find(files, 'Dockerfile')).toBe('app/Dockerfile');
    expect(await find(files, '../repo/app/Dockerfile')).toBe('app/Dockerfile');
    expect(await find(files, null)).toBe('app/Dockerfile');
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

describe('the Dockerfile beside a folder that is named', () => {
  const text = 'FROM acme.example/a:1\n';
  const sha256 = createHash('sha256').update(text).digest('hex');
  const recorded = (path: string | null) => whole({ dockerfile: { path, sha256 } });
  const folderWith = async (...files: readonly string[]): Promise<string> => {
    const folder = newStateFolder();
    for (const file of files) {
      // oxlint-disable-next-line no-await-in-loop
      await mkdir(join(folder, dirname(file)), { recursive: true });
      // oxlint-disable-next-line no-await-in-loop
      await writeFile(join(folder, file), text);
    }
    return folder;
  };

  it.each([
    ['/src/app/docker/Dockerfile', 'docker/Dockerfile'],
    ['C:\\src\\app\\docker\\Dockerfile', 'docker/Dockerfile'],
    ['./docker/../Dockerfile', 'Dockerfile'],
    [null, 'Dockerfile'],
  ])('is found at the end of the recorded path %s', async (path, file) => {
    const folder = await folderWith(file);
    expect((await dockerfileBeside(folder, recorded(path)))?.path).toBe(join(folder, file));
  });

  it('is none where it has other bytes, or only a link leads to it out of the folder', async () => {
    const folder = await folderWith('Dockerfile');
    expect(await dockerfileBeside(folder, whole({ dockerfile: { path: 'Dockerfile', sha256: 'x' } }))).toBeNull();
    const other = newStateFolder();
    await symlink(join(folder, 'Dockerfile'), join(other, 'Dockerfile'));
    expect(await dockerfileBeside(other, recorded('Dockerfile'))).toBeNull();
    await mkdir(join(other, 'folder'));
    expect(await dockerfileBeside(other, recorded('folder'))).toBeNull();
  });
});
