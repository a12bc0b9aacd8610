import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import {
  type SystemRequest,
  setUpSystem,
  takeBackSystem,
} from '../../../../../src/gate/commands/machine/install-system.ts';
import { systemPlaces } from '../../../../../src/plugin/index.ts';
import { machineFolderOf } from '../../../../../src/policy/index.ts';
import { environmentIn, folderOf, freshKey } from '../../../policy/support/policies.ts';

const request = (other: Partial<SystemRequest> = {}): SystemRequest => ({
  policy: 'oci://registry.example/policies/base:1',
  key: 'acme.pub',
  trustedRoot: null,
  identity: null,
  identityRegexp: null,
  issuer: null,
  typed: ['install', '--system', '--key', "o'clock.pub"],
  ...other,
});

describe('an installation for a whole machine', () => {
  it("is the administrator's alone, and says what to type", async () => {
    const folder = await folderOf({ 'acme.pub': freshKey() });
    const environment = { ...environmentIn(folder), userId: 1000 };
    await expect(setUpSystem(environment, '/opt/docker-verify', request())).rejects.toMatchObject({
      code: 'usage.invalid',
      message: expect.stringContaining('only root may write /etc/docker/verify'),
      hint: "sudo /opt/docker-verify install --system --key 'o'\\''clock.pub'",
    });
    await expect(takeBackSystem(environment, '/opt/docker-verify')).rejects.toMatchObject({
      hint: 'sudo /opt/docker-verify uninstall --system',
    });
    expect(await readdir(folder)).toEqual(['acme.pub']);
  });

  it.each([
    [{ key: 'absent.pub' }, 'policy.unreadable'],
    [{ key: 'not-a-key.pub' }, 'policy.invalid'],
    [{ policy: 'oci://registry.example/UPPER:1' }, 'reference.invalid'],
    [{ policy: `oci://registry.example/p@sha256:${'0'.repeat(64)}` }, 'usage.invalid'],
    [{ key: null, identityRegexp: '(', issuer: 'https://issuer.example' }, 'usage.invalid'],
    [{ key: null, issuer: 'https://issuer.example' }, 'usage.invalid'],
    [{ identity: 'x', issuer: 'https://issuer.example' }, 'usage.invalid'],
    [{ policy: `https://example.com/p#sha256=${'0'.repeat(64)}` }, 'usage.invalid'],
    [{ trustedRoot: 'root.json' }, 'usage.invalid'],
  ] as const)('refuses %j before it asks who is there', async (other, code) => {
    const folder = await folderOf({ 'acme.pub': freshKey(), 'not-a-key.pub': 'nothing' });
    const environment = { ...environmentIn(folder), userId: 1000 };
    await expect(setUpSystem(environment, '/opt/docker-verify', request(other))).rejects.toMatchObject({ code });
  });

  it("lies where the machine's policies are read, on each system", () => {
    const unix = environmentIn('/home/a');
    const windows = { ...unix, platform: 'win32' as const, programData: 'E:\\Machine Data' };
    expect(systemPlaces(machineFolderOf(undefined, unix) ?? '', unix)).toMatchObject({
      policy: '/etc/docker/verify/bootstrap.yaml',
      plugin: '/usr/local/lib/docker/cli-plugins/docker-verify',
    });
    expect(systemPlaces(machineFolderOf(undefined, windows) ?? '', windows)).toMatchObject({
      policy: 'E:\\Machine Data\\docker\\verify\\bootstrap.yaml',
      plugin: 'C:\\Program Files\\Docker\\cli-plugins\\docker-verify.exe',
    });
    const variables = { ProgramData: 'C:\\Users\\mallory' };
    expect(machineFolderOf(undefined, { ...unix, platform: 'win32', variables })).toBeNull();
  });
});
