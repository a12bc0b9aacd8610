import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createPrivateFolder } from '../../../../src/builder/programs/private-folder.ts';
import { environmentWith, temporaryFolder } from '../test-environment.ts';

const here = (): ReturnType<typeof createPrivateFolder> =>
  createPrivateFolder(environmentWith({ variables: { TMPDIR: tmpdir() } }));

describe('a private folder', () => {
  it('holds files that no other user reads, and goes with all of them', () => {
    const folder = here();
    const file = folder.write('policy.json', '{}');
    expect(readFileSync(file, 'utf8')).toBe('{}');
    expect([folder.path, file].map((path) => statSync(path).mode & 0o777)).toEqual([0o700, 0o600]);
    folder.remove();
    expect(existsSync(folder.path)).toBe(false);
  });

  it('that cannot be written into is said to be so, with the way out', () => {
    const folder = here();
    folder.remove();
    expect(() => folder.write('policy.json', '{}')).toThrow(
      expect.objectContaining({ code: 'file.unwritable', hint: expect.stringContaining('TMPDIR') }),
    );
  });

  it('that cannot be removed fails nobody', () => {
    const root = temporaryFolder();
    const below = join(root, 'below');
    mkdirSync(below);
    const folder = createPrivateFolder(environmentWith({ variables: { TMPDIR: below } }));
    rmSync(below, { recursive: true });
    // the system finds a file where its folder lay, and refuses as a full or read-only disk does
    writeFileSync(below, '');
    expect(() => folder.remove()).not.toThrow();
  });
});
