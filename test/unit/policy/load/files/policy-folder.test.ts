import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPolicies } from '../../../../../src/policy/index.ts';
import { userPolicies } from '../../../../../src/policy/load/files/policy-folder.ts';
import { decide } from '../../support/decide.ts';
import { inputOf } from '../../support/evidence.ts';
import { environmentIn, type Files, folderOf, freshKey, policiesOf } from '../../support/policies.ts';

const key = freshKey();
const rule = (extra = ''): string =>
  `version: 1\nrules:\n  - images: ["**"]\n    signedBy: [{key: acme.pub}]\n${extra}`;

describe('the machine folder', () => {
  it('joins its files, sorted, to one layer', async () => {
    const files: Files = {
      '20.yaml': 'version: 1\ndefault: deny\n',
      '10.yaml': 'version: 1\nrules: [{images: ["a"], signedBy: []}]\ndefault: allow\n',
    };
    const policies = await policiesOf({ machine: files });
    expect(policies.layers).toHaveLength(2);
    expect(decide(inputOf('a'), policies).decisions).toMatchObject([{ layer: 'machine', rule: '1', status: 'block' }]);
    expect(decide(inputOf('b'), policies).decisions).toMatchObject([{ layer: 'machine', rule: null, status: 'block' }]);
  });

  it.each([
    'policy.yml',
    'policy.yaml.bak',
    'README',
    'policy.json',
    '10.YAML',
    '.10.yml',
    '.policy.json',
    'docker-verify.json',
    'docker-verify.lock',
    'Docker-Verify.lock.json',
  ])('refuses the unknown name %s', async (name) => {
    await expect(policiesOf({ machine: { [name]: 'version: 1\n' } })).rejects.toThrow(
      /unknown name in a policy folder/,
    );
  });

  it('refuses a policy under the name of a companion', async () => {
    const machine = { '10.json': '{"version": 1, "default": "deny"}' };
    await expect(policiesOf({ machine })).rejects.toMatchObject({ code: 'policy.invalid' });
  });

  it.each([
    ['mode', 'mode: enforce'],
    ['a default', 'default: deny'],
    ['an unknown field', 'modus: enforce'],
  ])('refuses publishers beside %s, which is a policy and no catalogue', async (_, field) => {
    const publishers = 'publishers:\n  acme: {entries: [{images: ["x/**"], signedBy: [{key: acme.pub}]}]}\n';
    const machine = { '10.yaml': `version: 1\n${field}\n${publishers}`, 'acme.pub': key };
    await expect(policiesOf({ machine })).rejects.toMatchObject({ code: 'policy.invalid' });
    // by itself it is a catalogue, which changes nothing until a policy names it
    const alone = await policiesOf({ machine: { '10.yaml': `version: 1\n${publishers}`, 'acme.pub': key } });
    expect(alone.layers.map(({ layer }) => layer)).toEqual(['builtin']);
  });

  it('leaves keys, roots, locks and catalogues alone', async () => {
    const machine: Files = {
      'acme.pub': key,
      'root.json': '{}',
      'install.json': '{"version": 1, "mode": "full", "config": {}, "files": [], "folders": []}',
      'docker-verify.lock.json': '{"lockVersion": 1, "images": {}}',
      'publishers.yaml': 'version: 1\npublishers: {}\n',
      'keys/x.yml': 'x',
      '10.yaml': rule(),
    };
    expect((await policiesOf({ machine })).layers.map(({ layer }) => layer)).toEqual(['machine', 'builtin']);
  });

  it.each([
    ['a file that all may write', 0o666, 0o755],
    ['a folder that all may write', 0o644, 0o777],
  ])('refuses %s', async (_, fileMode, folderMode) => {
    const folder = await folderOf({ 'machine/10.yaml': 'version: 1\n' });
    await chmod(join(folder, 'machine/10.yaml'), fileMode);
    await chmod(join(folder, 'machine'), folderMode);
    const loading = loadPolicies({
      environment: environmentIn(folder),
      commandLine: [],
      projectFrom: null,
      mode: null,
      machineFolder: join(folder, 'machine'),
    });
    await expect(loading).rejects.toMatchObject({ code: 'policy.unsafe' });
  });

  it('follows links, and looks at what they lead to', async () => {
    const folder = await folderOf({ 'real/policy.yaml': 'version: 1\n' });
    await mkdir(join(folder, 'machine'), { mode: 0o755 });
    await symlink(join(folder, 'real/policy.yaml'), join(folder, 'machine/10.yaml'));
    const load = () =>
      loadPolicies({
        environment: environmentIn(folder),
        commandLine: [],
        projectFrom: null,
        mode: null,
        machineFolder: join(folder, 'machine'),
      });
    expect((await load()).layers[0]?.layer).toBe('machine');
    await chmod(join(folder, 'real'), 0o777);
    await expect(load()).rejects.toMatchObject({ code: 'policy.unsafe' });
    await rm(join(folder, 'real'), { recursive: true });
    await expect(load()).rejects.toMatchObject({ code: 'policy.unreadable' });
  });
});

/** Loads what the user of a folder has, and nothing else. */
const loadUsers = (folder: string) =>
  loadPolicies({
    environment: environmentIn(folder),
    commandLine: [],
    projectFrom: null,
    mode: null,
    machineFolder: null,
  });

describe("the user's policy", () => {
  it('is refused where it cannot be read', async () => {
    const folder = await folderOf({ 'docker/verify/policy.yaml/x': '' });
    const loading = loadUsers(folder);
    await expect(loading).rejects.toMatchObject({
      code: expect.stringMatching(/^policy\.(unreadable|invalid)$/) as unknown,
    });
  });

  it.each<[string, (folder: string) => Promise<void>]>([
    ['it, or a part of its path, is not a folder', (folder) => writeFile(folder, '')],
    ['there is no such file', (folder) => symlink('/nowhere', folder)],
    ['its links go round in a circle', (folder) => symlink(folder, folder)],
  ])('is refused with the reason why its folder cannot be read: %s', async (reason, make) => {
    const folder = await folderOf({ 'docker/config.json': '{}' });
    await make(join(folder, 'docker', 'verify'));
    const loading = loadUsers(folder);
    await expect(loading).rejects.toMatchObject({
      code: 'policy.unreadable',
      message: `the policy folder ${join(folder, 'docker', 'verify')} cannot be read: ${reason}`,
    });
  });

  it('is refused under a name that is never read', async () => {
    const folder = await folderOf({ 'docker/verify/policy.yml': 'version: 1\n' });
    const loading = loadUsers(folder);
    await expect(loading).rejects.toThrow(/did you mean "policy\.yaml"\?/);
  });

  const named = async (files: Files) => {
    const folder = await folderOf(files);
    return (await userPolicies(environmentIn(folder))).map(({ path }) => path.slice(folder.length));
  };

  it.each<[string, string, Files, readonly string[]]>([
    ['is not there without a folder', 'none', {}, []],
    ['is not there beside a catalogue', 'publishers.yaml', { 'docker/verify/publishers.yaml': '' }, []],
    ['stands beside hidden files', '.gitkeep', { 'docker/verify/.gitkeep': '' }, []],
    ['stands alone', 'policy.yaml', { 'docker/verify/policy.yaml': '' }, ['/docker/verify/policy.yaml']],
    ...['pub', 'pem', 'crt', 'cer', 'cert', 'json', 'jsonl'].map(
      (ending): [string, string, Files, readonly string[]] => [
        'stands beside companions',
        `acme.${ending}`,
        { 'docker/verify/policy.yaml': '', [`docker/verify/acme.${ending}`]: '' },
        ['/docker/verify/policy.yaml'],
      ],
    ),
    [
      'stands beside folders',
      'keys',
      { 'docker/verify/policy.yaml': '', 'docker/verify/keys/x.yml': '' },
      ['/docker/verify/policy.yaml'],
    ],
  ])('%s: %s', async (_, _name, files, expected) => {
    expect(await named(files)).toEqual(expected);
  });

  it.each([
    'acme.pub.old',
    'acme.pubx',
    'pub',
    'hidden.',
    'policy.json',
    'policies.pem',
    'policy-1.yaml',
    'publishers.yml',
    '.policy.yaml',
    'POLICY.YAML',
    'docker-verify.yaml',
    'publishers.yaml/x',
  ])('is refused beside %s', async (name) => {
    const written = name.includes('/') ? dirname(name) : name;
    await expect(named({ [`docker/verify/${name}`]: '' })).rejects.toMatchObject({
      code: 'policy.invalid',
      message: expect.stringContaining(`verify/${written}: unknown name in a policy folder`) as unknown,
      hint: 'the user policy is called policy.yaml; rename or remove this file',
    });
  });
});
