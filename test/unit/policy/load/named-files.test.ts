import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPolicies, type PolicySet } from '../../../../src/policy/index.ts';
import { environmentIn, type Files, folderOf } from '../support/policies.ts';

const rule = (signer: string): string => `version: 1\nrules:\n  - images: ["**"]\n    signedBy: [${signer}]\n`;

/** What is in force in `svc`, two folders below a project. */
async function inSubfolder(files: Files, commandLine: readonly string[] = []): Promise<PolicySet> {
  const folder = await folderOf({ 'docker-verify.yaml': 'version: 1\n', ...files });
  const workingDirectory = join(folder, 'svc', 'api');
  await mkdir(workingDirectory, { recursive: true });
  const environment = { ...environmentIn(folder), workingDirectory };
  return loadPolicies({ environment, commandLine, projectFrom: '.', mode: null, machineFolder: null });
}

it('a file of a cluster’s policies counts once, whether it is named from the folder or from the root', async () => {
  const authorities = 'authorities: [{name: a, static: {action: pass}}]';
  const cluster = `apiVersion: policy.sigstore.dev/v1beta1\nkind: ClusterImagePolicy\nmetadata: {name: x}\nspec: {images: [{glob: "**"}], ${authorities}}\n`;
  const folder = await folderOf({ 'cip.yaml': cluster });
  const named = JSON.stringify(['cip.yaml', join(folder, 'cip.yaml'), './c*.yaml']);
  await writeFile(join(folder, 'docker-verify.yaml'), `version: 1\nclusterImagePolicies: ${named}\n`);
  const environment = environmentIn(folder);
  const loading = { environment, commandLine: [], projectFrom: folder, mode: null, machineFolder: null };
  const { layers } = await loadPolicies(loading);
  expect(layers.flatMap(({ clusterPolicies }) => clusterPolicies)).toHaveLength(1);
});

describe('in a folder below the one that holds the policy', () => {
  it('policy and lock are named as seen from there, which is the same on every machine', async () => {
    const locked = 'version: 1\nrules: [{images: ["**"], locked: true}]\n';
    const { reportPolicies, projectLock } = await inSubfolder({ 'docker-verify.yaml': locked });
    expect(reportPolicies.map(({ source }) => source)).toEqual(['../../docker-verify.yaml', 'builtin']);
    expect(projectLock?.path).toBe('../../docker-verify.lock.json');
  });

  it('a broken lock is named so', async () => {
    const loading = inSubfolder({ 'docker-verify.lock.json': '{' });
    await expect(loading).rejects.toThrow(/^\.\.\/\.\.\/docker-verify\.lock\.json: not JSON/);
  });

  it.each([
    ['a key that is not there', '{key: keys/none.pub}', /\.\.\/\.\.\/keys\/none\.pub cannot be read: there is no such/],
    ['a key that is a folder', '{key: keys}', /\.\.\/\.\.\/keys cannot be read: it is a folder/],
    ['a key that is none', '{key: keys/bad.pub}', /\.\.\/\.\.\/keys\/bad\.pub is not a usable public key/],
  ])('%s is named so', async (_, signer, expected) => {
    await expect(inSubfolder({ 'docker-verify.yaml': rule(signer), 'keys/bad.pub': 'no key' })).rejects.toThrow(
      expected,
    );
  });

  it('no message names the folder by its absolute path', async () => {
    const failing = inSubfolder({ 'docker-verify.yaml': rule('{key: none.pub}') });
    const error: unknown = await failing.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ hint: 'paths are relative to the folder of ../../docker-verify.yaml' });
    expect(String(error)).not.toContain('/dv-');
  });
});

describe('a file that a policy names with a typing error', () => {
  it('is answered with the one that was meant, as seen from the current folder', async () => {
    const files = { 'docker-verify.yaml': rule('{key: keys/amce.pub}'), 'keys/acme.pub': '' };
    await expect(inSubfolder(files)).rejects.toMatchObject({ hint: 'did you mean ../../keys/acme.pub?' });
  });

  it('is answered so on the command line', async () => {
    await expect(inSubfolder({ 'strict.yaml': '' }, ['../../strct.yaml'])).rejects.toMatchObject({
      message: '../../strct.yaml cannot be read: there is no such file',
      hint: 'did you mean ../../strict.yaml?',
    });
  });
});

describe('the policy of another tool', () => {
  it.each([
    [
      'apiVersion: policy.sigstore.dev/v1beta1\nkind: ClusterImagePolicy\n',
      'name it in one: clusterImagePolicies: ["x.yaml"]',
    ],
    ['apiVersion: kyverno.io/v1\nkind: ClusterPolicy\n', 'docker verify policy convert x.yaml says what it becomes'],
    ['{"version": "1.0", "trustPolicies": []}', 'docker verify policy convert x.yaml says what it becomes'],
  ])('is refused by its name, with what to do: %j', async (text, hint) => {
    const folder = await folderOf({ 'x.yaml': text });
    const environment = environmentIn(folder);
    const loading = loadPolicies({
      environment,
      commandLine: ['x.yaml'],
      projectFrom: null,
      mode: null,
      machineFolder: null,
    });
    await expect(loading).rejects.toMatchObject({
      code: 'policy.invalid',
      message: expect.stringContaining('no policy of docker verify'),
      hint,
    });
  });
});
