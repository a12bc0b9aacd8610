import { chmod, chown, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lab, type Outcome, run as runProgram } from '../../support/lab.ts';
import { project, read, registry, run } from './lock-project.ts';

const anotherUser = 65_534;
/** Whether tests may take off their own rights: root reads everything. */
const canBeNobody = process.getuid?.() === 0;

/** Locks images one after another by a Dockerfile for each, and leaves the last one in place. */
async function lockEach(folder: string, ...images: readonly string[]): Promise<readonly string[]> {
  for (const image of images) {
    // one after another: they write the same file
    // oxlint-disable-next-line no-await-in-loop
    await writeFile(join(folder, 'Dockerfile'), `FROM ${registry}/${image}\n`);
    // oxlint-disable-next-line no-await-in-loop
    expect((await run(folder, 'lock')).status).toBe(0);
  }
  return await locked(folder);
}

const locked = async (folder: string): Promise<readonly string[]> => Object.keys(JSON.parse(await read(folder)).images);

describe('lock --prune', () => {
  it('takes away what is not used any more only with --prune', async () => {
    const folder = await project(`${registry}/unsigned/base:1`);
    await run(folder, 'lock');
    await writeFile(join(folder, 'Dockerfile'), `FROM ${registry}/signed/base:1\n`);
    await run(folder, 'lock');
    expect(Object.keys(JSON.parse(await read(folder)).images)).toHaveLength(2);
    expect((await run(folder, 'lock', '--prune')).status).toBe(0);
    expect(Object.keys(JSON.parse(await read(folder)).images)).toEqual([`${registry}/signed/base:1`]);
  });

  it('keeps with --prune what another Dockerfile of the project uses, or another stage', async () => {
    const folder = await project(`${registry}/unsigned/base:1`, {
      'sub/dev.Dockerfile': `ARG B=${registry}/signed/base:1\nFROM scratch AS z\nFROM $B AS a\nFROM scratch\n`,
      'node_modules/x/Dockerfile': `FROM ${registry}/wrong/base:1\n`,
    });
    for (const image of ['signed/base:1', 'wrong/base:1', 'unsigned/base:1']) {
      // one after another: they write the same file
      // oxlint-disable-next-line no-await-in-loop
      await writeFile(join(folder, 'Dockerfile'), `FROM ${registry}/${image}\n`);
      // oxlint-disable-next-line no-await-in-loop
      expect((await run(folder, 'lock')).status).toBe(0);
    }
    expect((await run(folder, 'lock', '--check')).status).toBe(0);
    expect((await run(folder, 'lock', '--check', '--prune')).status).toBe(10);
    expect((await run(folder, 'lock', '--prune')).status).toBe(0);
    const kept = Object.keys(JSON.parse(await read(folder)).images);
    expect(kept).toEqual([`${registry}/signed/base:1`, `${registry}/unsigned/base:1`]);
    // what cannot be read may use anything
    await writeFile(join(folder, 'sub/dev.Dockerfile'), 'FROM x\nNONSENSE\n');
    const unread = await run(folder, 'lock', '--prune');
    expect([unread.status, unread.stderr]).toEqual([11, expect.stringContaining('sub/dev.Dockerfile')]);
    expect(Object.keys(JSON.parse(await read(folder)).images)).toEqual(kept);
  });

  it.each([
    [
      'a bake file',
      'ci/docker-bake.json',
      (image: string) =>
        JSON.stringify({ target: { x: { args: { B: image }, 'dockerfile-inline': 'ARG B\nFROM $B\n' } } }),
    ],
    [
      'a target that no group of a bake file builds',
      'ci/docker-bake.hcl',
      (image: string) =>
        `group "default" { targets = ["a"] }\ntarget "a" { dockerfile-inline = "FROM scratch" }\ntarget "b" { dockerfile-inline = "FROM ${image}" }\n`,
    ],
    [
      'a named context of a bake file',
      'docker-bake.json',
      (image: string) =>
        JSON.stringify({
          target: { x: { contexts: { base: `docker-image://${image}` }, 'dockerfile-inline': 'FROM base\n' } },
        }),
    ],
    [
      'a compose file',
      'ci/compose.yaml',
      (image: string) => `services:\n  app:\n    build:\n      context: .\n      dockerfile_inline: FROM ${image}\n`,
    ],
    ['a folder that .dockerignore hides', 'hidden/Dockerfile', (image: string) => `FROM ${image}\n`],
  ])('keeps what %s alone names', async (_, file, text) => {
    const named = `${registry}/wrong/base:1`;
    const folder = await project('', { [file]: text(named), '.dockerignore': 'hidden\n' });
    expect(await lockEach(folder, 'wrong/base:1', 'signed/base:1', 'unsigned/base:1')).toHaveLength(3);
    const pruned = await run(folder, 'lock', '--prune');
    expect([pruned.status, pruned.stderr]).toEqual([0, expect.anything()]);
    expect(await locked(folder)).toEqual([`${registry}/unsigned/base:1`, named].toSorted());
    // without that file nothing names it
    await rm(join(folder, file));
    expect((await run(folder, 'lock', '--prune')).status).toBe(0);
    expect(await locked(folder)).toEqual([`${registry}/unsigned/base:1`]);
  });

  it.each([
    ['a bake file that makes no sense', 'ci/docker-bake.hcl', 'target "a" { dockerfile = nonsense.of }\n'],
    ['a Dockerfile for a frontend of its own', 'ci/Dockerfile', '# syntax=example.com/own/frontend:1\nFROM x\n'],
  ])('calls nothing unused beside %s, and says so', async (_, file, text) => {
    const folder = await project('', { [file]: text });
    const before = await lockEach(folder, 'signed/base:1', 'unsigned/base:1');
    const refused = await run(folder, 'lock', '--prune');
    expect([refused.status, refused.stderr + refused.stdout]).toEqual([11, expect.stringContaining(file)]);
    expect(await locked(folder)).toEqual(before);
  });

  it.runIf(canBeNobody)('calls nothing unused where a folder cannot be read, and says which', async () => {
    const folder = await project('', { 'secret/Dockerfile': `FROM ${registry}/signed/base:1\n` });
    const before = await lockEach(folder, 'signed/base:1', 'unsigned/base:1');
    await mkdir(join(folder, 'home'));
    await rm(join(folder, 'secret', 'Dockerfile'));
    await chmod(folder, 0o755);
    // up to the system's own folder: that of the tests lies in another one where two projects run
    for (let above = dirname(folder); basename(above).startsWith('dv-'); above = dirname(above)) {
      // oxlint-disable-next-line no-await-in-loop
      await chmod(above, 0o711);
    }
    for (const name of await readdir(folder)) {
      // oxlint-disable-next-line no-await-in-loop
      await chown(join(folder, name), anotherUser, anotherUser);
    }
    await chown(folder, anotherUser, anotherUser);
    const asNobody = (): Promise<Outcome> =>
      runProgram(
        lab(),
        'setpriv',
        [`--reuid=${anotherUser}`, `--regid=${anotherUser}`, '--clear-groups', lab().executable, 'lock', '--prune'],
        { cwd: folder, stdin: '', env: { HOME: join(folder, 'home'), XDG_CACHE_HOME: join(folder, 'home') } },
      );
    await chmod(join(folder, 'secret'), 0o000);
    const refused = await asNobody();
    expect([refused.status, refused.stderr + refused.stdout]).toEqual([
      11,
      expect.stringMatching(/secret cannot be read: permission denied/),
    ]);
    expect(await locked(folder)).toEqual(before);
    await chmod(join(folder, 'secret'), 0o755);
    expect((await asNobody()).status).toBe(0);
    expect(await locked(folder)).toEqual([`${registry}/unsigned/base:1`]);
  });
});
