import { chmod, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { decide, loadPolicies } from '../../../src/policy/index.ts';
import { byKey, inputOf } from './support/evidence.ts';
import { environmentIn, type Files, folderOf, freshKey, policiesOf } from './support/policies.ts';

const key = freshKey();
const rule = (extra = ''): string =>
  `version: 1\nrules:\n  - images: ["**"]\n    signedBy: [{key: acme.pub}]\n${extra}`;

describe('a policy that makes no sense', () => {
  it.each([
    ['an unknown field', 'version: 1\nmoed: warn\n', '2:1', 'unknown field "moed"; did you mean "mode"?'],
    [
      'an unknown field of a rule',
      'version: 1\nrules:\n  - images: ["**"]\n    signedby: []\n',
      '4:5',
      'did you mean "signedBy"?',
    ],
    [
      'an unknown field of a signer',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy:\n      - keyles: {}\n',
      '5:9',
      'did you mean "keyless"?',
    ],
    [
      'an unknown field that is like no other',
      'version: 1\nzzzzzzzz: 1\n',
      '2:1',
      'known fields are version, mode, default',
    ],
    ['no version', 'mode: warn\n', '1:1', 'version: it is missing'],
    ['another version', 'version: 2\n', '1:10', 'expected 1, found 2'],
    ['a mode that is none', 'version: 1\nmode: enforced\n', '2:7', 'did you mean "enforce"?'],
    [
      'a default that is none',
      'version: 1\ndefault: block\n',
      '2:10',
      'expected "deny" or "warn" or "allow", found "block"',
    ],
    ['a bad glob', 'version: 1\nrules:\n  - images: ["a b"]\n    signedBy: []\n', '3:14', 'not an image pattern'],
    [
      'a glob with a digest',
      'version: 1\nrules:\n  - images: ["a@sha256:00"]\n    signedBy: []\n',
      '3:14',
      'it names a digest',
    ],
    [
      'a glob in upper case',
      'version: 1\nrules:\n  - images: ["ghcr.io/Acme/*"]\n    signedBy: []\n',
      '3:14',
      'lower case',
    ],
    ['no images', 'version: 1\nrules:\n  - images: []\n    signedBy: []\n', '3:13', 'images'],
    [
      'a bad regular expression',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy:\n      - keyless: {issuer: "x", identityRegexp: "a(b"}\n',
      '5:48',
      'not a regular expression',
    ],
    [
      'an expression that only anchoring would close',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy:\n      - keyless: {issuer: "x", identityRegexp: "a)|(b"}\n',
      '5:48',
      'not a regular expression',
    ],
    [
      'a look-behind, which RE2 has not',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy:\n      - keyless: {issuer: "x", identityRegexp: "(?<=a)b"}\n',
      '5:48',
      'not a regular expression',
    ],
    [
      'no identity',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy:\n      - keyless: {issuer: "x"}\n',
      '5:18',
      'exactly one of identity and identityRegexp',
    ],
    [
      'two identities',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy:\n      - keyless: {issuer: "x", identity: "a", identityRegexp: "b"}\n',
      '5:18',
      'exactly one of',
    ],
    [
      'an empty identity',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy:\n      - keyless: {issuer: "x", identity: ""}\n',
      '5:42',
      'identity',
    ],
    [
      'no issuer',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy:\n      - keyless: {identity: "x"}\n',
      '5:18',
      'issuer: it is missing',
    ],
    [
      'two kinds of signer',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy:\n      - key: acme.pub\n        publisher: chainguard\n',
      '5:9',
      'exactly one of publisher, keyless, key and notation',
    ],
    [
      'a rule without anything that must hold',
      'version: 1\nrules:\n  - images: ["**"]\n',
      '3:5',
      'something that must hold',
    ],
    [
      'a rule that asks for a digest only',
      'version: 1\nrules:\n  - images: ["**"]\n    require: {digest: true}\n',
      '3:5',
      'something that must hold',
    ],
    ['an empty rule', 'version: 1\nrules: [{}]\n', '2:9', 'images: it is missing'],
    ['a threshold of nought', rule('    threshold: 0\n'), '5:16', 'threshold'],
    ['a threshold beyond the signers', rule('    threshold: 2\n'), '3:5', 'threshold is 2, but signedBy has 1'],
    ['a threshold that is no whole number', rule('    threshold: 1.5\n'), '5:16', 'threshold'],
    ['a duration that is none', rule('    require: {maxAge: "90 days"}\n'), '5:23', 'not a duration'],
    [
      'an attestation of an unknown type',
      rule('    require: {attestations: [{type: provenance}]}\n'),
      '5:37',
      'not a predicate type',
    ],
    [
      'an attestation that nobody must have signed',
      'version: 1\nrules:\n  - images: ["**"]\n    locked: true\n    require: {attestations: [{type: sbom}]}\n',
      '3:5',
      'own signedBy',
    ],
    [
      'where for an SBOM',
      rule('    require: {attestations: [{type: sbom, where: {builder: x}}]}\n'),
      '5:50',
      'provenance only',
    ],
    [
      'a missing key file',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy: [{key: keys/none.pub}]\n',
      '4:22',
      'keys/none.pub cannot be read: there is no such file',
    ],
    [
      'a key that is none',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy: [{key: docker-verify.yaml}]\n',
      '4:22',
      'it is not PEM',
    ],
    [
      'a key in the cloud',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy: [{key: "awskms:///x"}]\n',
      '4:22',
      'not supported',
    ],
    [
      'a key over plain HTTP',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy: [{key: "http://x/y.pub"}]\n',
      '4:22',
      'not supported',
    ],
    [
      'a key to be fetched without its SHA-256',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy: [{key: "https://x/y.pub"}]\n',
      '4:16',
      'needs its sha256',
    ],
    [
      'an unknown publisher',
      'version: 1\nrules:\n  - images: ["**"]\n    signedBy: [{publisher: chaingard}]\n',
      '4:28',
      'did you mean "chainguard"?',
    ],
    ['a key twice in a mapping', 'version: 1\nmode: warn\nmode: enforce\n', '3:1', 'there twice'],
    [
      'a merge key',
      'version: 1\nrules:\n  - &r {images: ["**"], signedBy: []}\n  - {<<: *r}\n',
      '4:6',
      'unknown field "<<"',
    ],
    ['two documents', 'version: 1\n---\nversion: 1\n', '3:1', 'a second document'],
    ['no YAML', 'version: [1\n', '2:1', ''],
    ['a list', '- 1\n', '1:1', 'expected a mapping, found a list'],
    ['nothing', '', '1:1', 'expected a mapping, found nothing'],
    ['a tag of its own', 'version: !x 1\n', '1:10', ''],
    ['builtin: off in a project', 'version: 1\nbuiltin: off\n', '2:10', "does not stand in a project's policy"],
    [
      'a mirror that maps a tag',
      'version: 1\nmirrors: {"a.example.com/x:1": "docker.io/x:1"}\n',
      '2:32',
      'without tags',
    ],
    ['a mirror with one wildcard', 'version: 1\nmirrors: {"a.example.com/**": "docker.io/x"}\n', '2:31', 'both sides'],
    ['a publishers file that is not there', 'version: 1\npublishers: x.yaml\n', '2:13', 'x.yaml cannot be read'],
  ])('names the place of %s', async (_, project, place, message) => {
    const loading = policiesOf({ project, files: { 'acme.pub': key } });
    await expect(loading).rejects.toMatchObject({ code: 'policy.invalid' });
    await expect(loading).rejects.toThrow(`docker-verify.yaml:${place}: `);
    await expect(loading).rejects.toThrow(message);
  });

  it('refuses a private key, wherever it stands', async () => {
    const { generateKeyPairSync } = await import('node:crypto');
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await expect(policiesOf({ project: rule(), files: { 'acme.pub': pem } })).rejects.toThrow(/private key/);
  });

  it.each([
    [
      'aliases that explode',
      `version: 1\na: &a [${'x,'.repeat(20)}]\nb: &b [${'*a,'.repeat(20)}]\nc: [${'*b,'.repeat(20)}]\n`,
    ],
    ['deep nesting', `version: 1\nx: ${'['.repeat(5_000)}`],
  ])('refuses %s within a second', async (_, project) => {
    const began = performance.now();
    await expect(policiesOf({ project })).rejects.toMatchObject({ code: 'policy.invalid' });
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('accepts JSON', async () => {
    const policies = await policiesOf({
      project: JSON.stringify({ version: 1, default: 'deny', rules: [{ images: ['**'], signedBy: [{ key }] }] }),
    });
    expect(decide(inputOf('a', [byKey(key)]), policies).status).toBe('allow');
  });
});

describe('layers', () => {
  it('stand in the order machine, user, command line, project, built-in, and are all reported', async () => {
    const text = 'version: 1\ndefault: allow\n';
    const policies = await policiesOf({ machine: text, user: text, commandLine: [text, text], project: text });
    expect(policies.layers.map(({ layer }) => layer)).toEqual([
      'machine',
      'user',
      'command-line',
      'command-line',
      'project',
      'builtin',
    ]);
    expect(policies.reportPolicies.map(({ layer }) => layer)).toEqual([
      'machine',
      'user',
      'command-line',
      'command-line',
      'project',
      'builtin',
    ]);
    expect(policies.reportPolicies.map(({ source }) => source).slice(2)).toEqual([
      'policy-0.yaml',
      'policy-1.yaml',
      'docker-verify.yaml',
      'builtin',
    ]);
    for (const { sha256 } of policies.reportPolicies) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('enforce where nothing says otherwise', async () => {
    expect((await policiesOf({})).mode).toBe('enforce');
    expect((await policiesOf({ project: 'version: 1\nmode: warn\n' })).mode).toBe('warn');
    expect((await policiesOf({ project: 'version: 1\n' })).mode).toBe('enforce');
    expect(
      (await policiesOf({ machine: 'version: 1\nmode: warn\n', project: 'version: 1\nmode: enforce\n' })).mode,
    ).toBe('enforce');
    expect((await policiesOf({ project: 'version: 1\nmode: warn\n', mode: 'enforce' })).mode).toBe('enforce');
    expect((await policiesOf({ project: 'version: 1\n', mode: 'warn' })).mode).toBe('warn');
  });

  it.each([
    ['the machine', { machine: 'version: 1\nmode: enforce\n' }, /machine\/10\.yaml says mode: enforce/],
    [
      'a rule of the project',
      { project: rule('    mode: enforce\n'), files: { 'acme.pub': key } },
      /docker-verify\.yaml says mode: enforce/,
    ],
  ])('refuse --mode warn where %s says enforce', async (_, layers, message) => {
    const loading = policiesOf({ ...layers, mode: 'warn' });
    await expect(loading).rejects.toMatchObject({ code: 'usage.loosens' });
    await expect(loading).rejects.toThrow(message);
  });

  it('let the user, but no project, switch the built-in policy off', async () => {
    const policies = await policiesOf({ user: 'version: 1\nbuiltin: off\n' });
    expect(policies.layers.map(({ layer }) => layer)).toEqual(['user']);
    await expect(policiesOf({ project: 'version: 1\nbuiltin: off\n' })).rejects.toMatchObject({
      code: 'policy.invalid',
    });
  });

  it('refuse a publisher that exists', async () => {
    const publishers =
      'version: 1\npublishers:\n  chainguard:\n    entries: [{images: ["**"], signedBy: [{key: acme.pub}]}]\n';
    const loading = policiesOf({
      project: 'version: 1\npublishers: p.yaml\n',
      files: { 'p.yaml': publishers, 'acme.pub': key },
    });
    await expect(loading).rejects.toThrow(/"chainguard" exists in the built-in catalogue already/);
  });

  it('know the publishers of the layers before them, not of those after them', async () => {
    const files = {
      'p.yaml': 'version: 1\npublishers:\n  acme:\n    entries: [{images: ["**"], signedBy: [{key: acme.pub}]}]\n',
      'acme.pub': key,
    };
    const uses = 'version: 1\nrules: [{images: ["**"], signedBy: [{publisher: acme}]}]\n';
    const declares = 'version: 1\npublishers: p.yaml\n';
    const policies = await policiesOf({ commandLine: [declares], project: uses, files });
    expect(decide(inputOf('a', [byKey(key)]), policies).status).toBe('allow');
    await expect(policiesOf({ commandLine: [uses], project: declares, files })).rejects.toThrow(
      /no publisher is called "acme"/,
    );
  });
});

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

  it.each(['policy.yml', 'policy.yaml.bak', 'README', 'policy.json'])('refuses the unknown name %s', async (name) => {
    await expect(policiesOf({ machine: { [name]: 'version: 1\n' } })).rejects.toThrow(
      /unknown name in a policy folder/,
    );
  });

  it('leaves keys, roots, locks and catalogues alone', async () => {
    const machine: Files = {
      'acme.pub': key,
      'root.json': '{}',
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

describe("the user's policy", () => {
  it('is refused where it cannot be read', async () => {
    const folder = await folderOf({ 'docker/verify/policy.yaml/x': '' });
    const loading = loadPolicies({
      environment: environmentIn(folder),
      commandLine: [],
      projectFrom: null,
      mode: null,
      machineFolder: null,
    });
    await expect(loading).rejects.toMatchObject({
      code: expect.stringMatching(/^policy\.(unreadable|invalid)$/) as unknown,
    });
  });

  it('is refused under a name that nobody would read', async () => {
    const folder = await folderOf({ 'docker/verify/policy.yml': 'version: 1\n' });
    const loading = loadPolicies({
      environment: environmentIn(folder),
      commandLine: [],
      projectFrom: null,
      mode: null,
      machineFolder: null,
    });
    await expect(loading).rejects.toThrow(/did you mean "policy\.yaml"\?/);
  });
});

describe('a command-line policy', () => {
  it('that does not exist is refused by name', async () => {
    const folder = await folderOf({});
    const loading = loadPolicies({
      environment: environmentIn(folder),
      commandLine: ['none.yaml'],
      projectFrom: null,
      mode: null,
      machineFolder: null,
    });
    await expect(loading).rejects.toThrow(/none\.yaml cannot be read: there is no such file/);
  });
});

describe("the project's policy", () => {
  const projectOf = async (files: Files, from: string) => {
    const folder = await folderOf(files);
    const environment = { ...environmentIn(folder), homeDirectory: folder };
    const policies = await loadPolicies({
      environment,
      commandLine: [],
      projectFrom: join(folder, from),
      mode: null,
      machineFolder: null,
    });
    return policies.reportPolicies.filter(({ layer }) => layer === 'project').map(({ source }) => source);
  };
  const text = 'version: 1\n';

  it.each<[string, Files, string, readonly string[]]>([
    ['in the folder itself', { 'docker-verify.yaml': text }, '.', ['docker-verify.yaml']],
    ['in a folder above', { 'docker-verify.yaml': text, 'a/b/Dockerfile': '' }, 'a/b', ['docker-verify.yaml']],
    [
      'the nearest',
      { 'docker-verify.yaml': text, 'a/docker-verify.yaml': text, 'a/b/Dockerfile': '' },
      'a/b',
      ['a/docker-verify.yaml'],
    ],
    [
      'in the folder that holds .git',
      { 'a/.git/HEAD': '', 'a/docker-verify.yaml': text, 'a/b/x': '' },
      'a/b',
      ['a/docker-verify.yaml'],
    ],
    ['not above the folder that holds .git', { 'docker-verify.yaml': text, 'a/.git/HEAD': '', 'a/b/x': '' }, 'a/b', []],
    [
      'not above a worktree, whose .git is a file',
      { 'docker-verify.yaml': text, 'a/.git': 'gitdir: x', 'a/b/x': '' },
      'a/b',
      [],
    ],
  ])('is found %s', async (_, files, from, expected) => {
    expect(await projectOf(files, from)).toEqual(expected);
  });

  it.skipIf(process.getuid?.() !== 0)('is not taken from a folder of another owner', async () => {
    const { chown } = await import('node:fs/promises');
    const folder = await folderOf({ 'docker-verify.yaml': text, 'mine/Dockerfile': '' });
    await chown(folder, 12_345, 12_345);
    const environment = { ...environmentIn(folder), homeDirectory: '/nowhere' };
    const request = { environment, commandLine: [], mode: null, machineFolder: null };
    expect(
      (await loadPolicies({ ...request, projectFrom: join(folder, 'mine') })).layers.map(({ layer }) => layer),
    ).toEqual(['builtin']);
    expect((await loadPolicies({ ...request, projectFrom: folder })).layers.map(({ layer }) => layer)).toEqual([
      'project',
      'builtin',
    ]);
  });

  it.skipIf(process.getuid?.() !== 0)('is not taken from above where a stranger planted it', async () => {
    const { chown } = await import('node:fs/promises');
    const folder = await folderOf({ 'docker-verify.yaml': text, 'mine/Dockerfile': '' });
    await chown(join(folder, 'docker-verify.yaml'), 12_345, 12_345);
    const environment = { ...environmentIn(folder), homeDirectory: '/nowhere' };
    const policies = await loadPolicies({
      environment,
      commandLine: [],
      projectFrom: join(folder, 'mine'),
      mode: null,
      machineFolder: null,
    });
    expect(policies.layers.map(({ layer }) => layer)).toEqual(['builtin']);
  });

  it('that is a dangling link is refused, not taken as absent', async () => {
    const folder = await folderOf({});
    await symlink('/nowhere/at/all', join(folder, 'docker-verify.yaml'));
    const loading = loadPolicies({
      environment: environmentIn(folder),
      commandLine: [],
      projectFrom: folder,
      mode: null,
      machineFolder: null,
    });
    await expect(loading).rejects.toMatchObject({ code: 'policy.unreadable' });
  });

  it('that is unreadable is refused', async () => {
    const folder = await folderOf({});
    await writeFile(join(folder, 'docker-verify.yaml'), '');
    await rm(join(folder, 'docker-verify.yaml'));
    await mkdir(join(folder, 'docker-verify.yaml'));
    const loading = loadPolicies({
      environment: environmentIn(folder),
      commandLine: [],
      projectFrom: folder,
      mode: null,
      machineFolder: null,
    });
    await expect(loading).rejects.toMatchObject({ code: 'policy.unreadable' });
  });
});
