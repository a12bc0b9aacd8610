import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { project, read, registry, run } from './lock-project.ts';

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
});
