import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { readAuthority, readPublicKey } from '../../../../../src/policy/index.ts';
import { machineFolderOf } from '../../../../../src/policy/load/files/policy-folder.ts';
import { keyId } from '../../support/evidence.ts';
import { environmentIn, folderOf } from '../../support/policies.ts';
import { acme } from '../../support/verdict.ts';

const [certificate = ''] = rootCertificates;

describe('a file that an option names', () => {
  it('is read as a policy would, and called by its name', async () => {
    const folder = await folderOf({ 'acme.key.pub': acme, 'ca.pem': certificate });
    expect(await readPublicKey(join(folder, 'acme.key.pub'))).toMatchObject({ id: keyId(acme), name: 'acme.key' });
    expect(await readAuthority(join(folder, 'ca.pem'))).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
      pem: `${certificate}\n`,
      name: 'ca',
      purpose: 'notation',
    });
  });

  it('is refused where it is something else', async () => {
    const folder = await folderOf({ 'acme.pub': acme, 'ca.pem': certificate });
    const [key, ca] = [join(folder, 'acme.pub'), join(folder, 'ca.pem')];
    await expect(readPublicKey(ca)).rejects.toMatchObject({
      code: 'policy.invalid',
      message: `${ca} is not a public key: it is no public key, but -----BEGIN CERTIFICATE-----`,
      place: { file: ca },
      hint: 'name a PEM file that begins with -----BEGIN PUBLIC KEY-----',
    });
    await expect(readAuthority(key)).rejects.toMatchObject({
      code: 'policy.invalid',
      message: `${key} is not an authority's certificate: it holds no certificate in PEM`,
      place: { file: key },
      hint: 'name a PEM file that begins with -----BEGIN CERTIFICATE-----',
    });
    await expect(readPublicKey(join(folder, 'none'))).rejects.toMatchObject({ code: 'policy.unreadable' });
  });
});

it("the machine's policies are where its system keeps them, unless somebody says", () => {
  const environment = environmentIn('/nowhere');
  expect(machineFolderOf(undefined, environment)).toBe('/etc/docker/verify');
  expect(machineFolderOf(undefined, { ...environment, platform: 'win32' })).toBeNull();
  expect(machineFolderOf(null, environment)).toBeNull();
  expect(machineFolderOf('/else', { ...environment, platform: 'win32' })).toBe('/else');
});
