import { existsSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { createPrivateFolder } from '../../../../src/builder/programs/private-folder.ts';
import { environmentWith } from '../test-environment.ts';

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
});
