import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { conversionAids } from '../../../../../src/gate/commands/policies/convert-policy.ts';
import { folderOf } from '../../../policy/support/policies.ts';

const mebibyte = 1_048_576;

describe('the files that a policy to convert names', () => {
  it('are read from the folder of that policy', async () => {
    const { readFile } = conversionAids(await folderOf({ 'keys/acme.pub': 'a key' }));
    expect(readFile('keys/acme.pub')?.toString()).toBe('a key');
  });

  it('are not had where they are missing, empty, a folder or larger than any key', async () => {
    const folder = await folderOf({
      'empty.pub': '',
      'keys/a.pub': 'a',
      'most.pub': 'k'.repeat(mebibyte),
      'large.pub': 'k'.repeat(mebibyte + 1),
    });
    const { readFile } = conversionAids(folder);
    expect(['none.pub', 'empty.pub', 'keys', 'large.pub'].map(readFile)).toEqual([null, null, null, null]);
    expect(readFile('most.pub')).toHaveLength(mebibyte);
  });

  it('are not had of a pipe, which might never end', async () => {
    const folder = await folderOf({ 'acme.pub': 'a key' });
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(conversionAids(folder).readFile('pipe')).toBeNull();
  });
});

it('a conversion knows the authorities of public Sigstore that still issue, and the keys of its logs', async () => {
  const { authorities, logKeys } = conversionAids(await folderOf({})).publicSigstore;
  const digests = [...authorities.flat(), ...logKeys];
  expect(authorities.length).toBeGreaterThan(0);
  expect(logKeys.length).toBeGreaterThan(0);
  expect(digests.filter((each) => !/^[0-9a-f]{64}$/.test(each))).toEqual([]);
});
