import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isCompiled } from '../../../../src/builder/programs/compiled-program.ts';
import { temporaryFolder } from '../test-environment.ts';

function written(bytes: string): string {
  const file = join(temporaryFolder(), 'docker-buildx');
  writeFileSync(file, bytes, 'latin1');
  return file;
}

describe.runIf(process.platform === 'linux')('a program that is machine code', () => {
  it('is one, as Linux sees it', async () => {
    expect(await isCompiled(process.execPath)).toBe(true);
    expect(await isCompiled(written('\x7fELF\x02\x01'))).toBe(true);
  });

  it('is one by whatever name it is reached', async () => {
    const link = join(temporaryFolder(), 'docker-buildx');
    symlinkSync(process.execPath, link);
    expect(await isCompiled(link)).toBe(true);
  });

  it.each(['', '\x7fEL', '#!/bin/sh\nexec buildx "$@"\n', ' \x7fELF', 'MZ\x90\0'])('is not %j', async (bytes) => {
    expect(await isCompiled(written(bytes))).toBe(false);
  });

  it('is not a link to a script, a folder or nothing', async () => {
    const folder = temporaryFolder();
    symlinkSync(written('#!/bin/sh\n'), join(folder, 'link'));
    mkdirSync(join(folder, 'folder'));
    for (const name of ['link', 'folder', 'nothing']) expect(await isCompiled(join(folder, name))).toBe(false);
  });
});
