import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  acmePolicy,
  lab,
  mustRun,
  type Outcome,
  projectFolder,
  run,
  temporaryFolder,
  writeFiles,
} from '../support/lab.ts';
import { executable } from '../support/paths.ts';

const { registry } = lab();

/** An archive that holds a Dockerfile on `image`, and a file that it copies. */
async function archiveOn(image: string, options: readonly string[] = []): Promise<Uint8Array> {
  const folder = await writeFiles(await temporaryFolder(), {
    Dockerfile: `FROM ${registry}/${image}\nCOPY file /copied\n`,
    file: 'from the archive',
  });
  const file = join(await temporaryFolder(), 'context.tar');
  await mustRun(lab(), '/bin/tar', ['-C', folder, ...options, '-cf', file, '.']);
  return readFile(file);
}

interface Built extends Outcome {
  readonly folder: string;
  /** What lies in the temporary folder that it was given. */
  readonly left: readonly string[];
}

async function build(words: readonly string[], stdin: string | Uint8Array): Promise<Built> {
  const folder = await projectFolder({ 'docker-verify.yaml': acmePolicy(), file: 'from the folder' });
  const temporary = await temporaryFolder();
  const parameters = ['build', '--output', `type=local,dest=${join(folder, 'out')}`, ...words];
  const outcome = await run(lab(), executable, parameters, { cwd: folder, stdin, env: { TMPDIR: temporary } });
  return { ...outcome, folder, left: readdirSync(temporary) };
}

async function copied({ folder }: Built): Promise<string> {
  return await readFile(join(folder, 'out', 'copied'), 'utf8');
}

describe('a Dockerfile on standard input', () => {
  const dockerfile = (image: string): string => `FROM ${registry}/${image}\nCOPY file /copied\n`;

  it('-f - is verified, reaches the build, and leaves nothing behind', async () => {
    const built = await build(['-f', '-', '.'], dockerfile('signed/base:1'));
    expect(built).toMatchObject({ status: 0, left: [] });
    expect(await copied(built)).toBe('from the folder');
    expect(await build(['-f', '-', '.'], dockerfile('unsigned/base:1'))).toMatchObject({ status: 10, left: [] });
  });

  it('- alone is a Dockerfile without a context', async () => {
    expect(await build(['-'], `FROM ${registry}/signed/base:1\n`)).toMatchObject({ status: 0, left: [] });
    expect(await build(['-'], `FROM ${registry}/unsigned/base:1\n`)).toMatchObject({ status: 10, left: [] });
  });

  it('is refused with its place where it is none', async () => {
    const { status, stderr } = await build(['-f', '-', '.'], 'FROM scratch\nFRUM x\n');
    expect({ status, place: stderr.includes('-:2:1') }).toEqual({ status: 65, place: true });
    expect(await build(['-'], '')).toMatchObject({ status: 65, stdout: '' });
  });
});

describe('a context in an archive on standard input', () => {
  it.each([
    ['plain', []],
    ['compressed', ['-z']],
    ['compressed as only the builder unpacks it', ['-j']],
  ])('%s: a signed base is built on', async (_, options) => {
    const built = await build(['-'], await archiveOn('signed/base:1', options));
    expect(built).toMatchObject({ status: 0, left: [] });
    expect(built.stderr).toContain('signed by acme');
    expect(await copied(built)).toBe('from the archive');
  });

  it.each([[[]], [['-j']]])('an unsigned base is refused, and the report says why (%j)', async (options) => {
    const refused = await build(['-'], await archiveOn('unsigned/base:1', options));
    expect(refused).toMatchObject({ status: 10, stdout: '', left: [] });
    expect(refused.stderr).toMatch(/unsigned\/base:1 .*signature\.missing.*blocked/s);
  });

  it('what is larger than memory may hold goes through a file, which is gone after', { timeout: 240_000 }, async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, {
      Dockerfile: `FROM ${registry}/signed/base:1\nCOPY file /copied\n`,
      file: 'from the archive',
      large: Buffer.alloc(40 * 1024 * 1024, 7),
    });
    const file = join(await temporaryFolder(), 'context.tar');
    await mustRun(lab(), '/bin/tar', ['-C', folder, '-cf', file, '.']);
    const built = await build(['-'], await readFile(file));
    expect(built).toMatchObject({ status: 0, left: [] });
    expect(await copied(built)).toBe('from the archive');
  });

  const asked = async (command: string, stdin: Uint8Array) => {
    const folder = await projectFolder({ 'docker-verify.yaml': acmePolicy() });
    const outcome = await run(lab(), executable, [command, '--format', 'json', '-'], { cwd: folder, stdin });
    return { status: outcome.status, stderr: outcome.stderr, said: JSON.parse(outcome.stdout) };
  };

  it('check and scan know what it uses', async () => {
    const image = { name: `${registry}/signed/base:1` };
    expect(await asked('check', await archiveOn('signed/base:1'))).toMatchObject({
      status: 0,
      said: { verdict: 'allow', unknown: [], images: [{ ...image, verified: true }] },
    });
    expect(await asked('check', await archiveOn('unsigned/base:1'))).toMatchObject({ status: 10 });
    expect(await asked('scan', await archiveOn('signed/base:1', ['-z']))).toMatchObject({
      status: 0,
      said: { dockerfile: 'Dockerfile', unknown: [], images: [image] },
    });
  });

  it('check cannot settle what only the builder unpacks: 11, and it says so', async () => {
    const archive = await archiveOn('signed/base:1', ['-j']);
    const unknown = [{ reason: 'stdin-context' }];
    expect(await asked('check', archive)).toMatchObject({
      status: 11,
      stderr: expect.stringMatching(/bzip2 is unpacked by the builder alone/),
      said: { verdict: 'error', unknown },
    });
    expect(await asked('scan', archive)).toMatchObject({ status: 0, said: { images: [], unknown } });
  });
});

describe('what does not build is verified too', () => {
  it.each([[['--check']], [['--call', 'outline']], [['--call=targets']]])('%j', async (words) => {
    const on = (image: string): Promise<Outcome> => build(['-f', '-', ...words, '.'], `FROM ${registry}/${image}\n`);
    expect(await on('signed/base:1')).toMatchObject({ status: 0 });
    expect(await on('unsigned/base:1')).toMatchObject({ status: 10 });
  });
});
