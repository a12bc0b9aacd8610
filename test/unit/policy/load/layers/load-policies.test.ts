import { describe, expect, it } from 'vitest';
import { loadPolicies } from '../../../../../src/policy/index.ts';
import { decide } from '../../support/decide.ts';
import { byKey, inputOf } from '../../support/evidence.ts';
import { environmentIn, folderOf, freshKey, policiesOf } from '../../support/policies.ts';

const key = freshKey();
const rule = (extra = ''): string =>
  `version: 1\nrules:\n  - images: ["**"]\n    signedBy: [{key: acme.pub}]\n${extra}`;

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

  it('enforce where nothing says otherwise, but for what no rule speaks of where none is written', async () => {
    expect(await policiesOf({})).toMatchObject({ mode: 'enforce', sideMode: 'warn' });
    expect(await policiesOf({ mode: 'enforce' })).toMatchObject({ mode: 'enforce', sideMode: 'enforce' });
    expect(await policiesOf({ project: 'version: 1\n' })).toMatchObject({ sideMode: 'enforce' });
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

describe('tokenServices', () => {
  const listing =
    'version: 1\ntokenServices: {"Registry.example.com:443": ["AUTH.other.net", "auth.third.net:8443"]}\n';
  const listed = { registry: 'registry.example.com', hosts: ['auth.other.net', 'auth.third.net:8443'] };

  it('are those of the machine and the user together', async () => {
    expect((await policiesOf({ user: listing })).tokenServices).toEqual([listed]);
    const hub = 'version: 1\ntokenServices: {index.docker.io: [login.other.net]}\n';
    expect((await policiesOf({ machine: hub, user: listing })).tokenServices).toEqual([
      { registry: 'docker.io', hosts: ['login.other.net'] },
      listed,
    ]);
  });

  it.each([
    ["a project's policy", { project: listing }],
    ['a policy of the command line', { commandLine: [listing] }],
  ])('do not stand in %s', async (_, layers) => {
    const loading = policiesOf(layers);
    await expect(loading).rejects.toMatchObject({ code: 'policy.invalid' });
    await expect(loading).rejects.toThrow(/:2:\d+: tokenServices stands in a machine's or user's policy only/);
  });

  it.each([
    '{"registry.example.com": []}',
    '{"registry.example.com": ["https://auth.net"]}',
    '{"a/b": ["auth.net"]}',
    '{"r.net": ["*.net"]}',
  ])('%s is refused', async (value) => {
    const loading = policiesOf({ user: `version: 1\ntokenServices: ${value}\n` });
    await expect(loading).rejects.toMatchObject({ code: 'policy.invalid' });
  });
});

describe('a policy that only extends', () => {
  const sha256 = 'f'.repeat(64);
  const load = async (extending: string, extended: string) => {
    const folder = await folderOf({
      'machine/10.yaml': `version: 1\n${extending}extends: ["https://example.com/a#sha256=${sha256}"]\n`,
    });
    return await loadPolicies({
      environment: environmentIn(folder),
      commandLine: [],
      projectFrom: null,
      mode: null,
      machineFolder: `${folder}/machine`,
      extensions: async () => ({
        bytes: new TextEncoder().encode(`version: 1\n${extended}`),
        files: new Map(),
      }),
    });
  };

  it('leaves the mode, and what is said of caches, to what it extends', async () => {
    expect(await load('', 'mode: warn\ndefault: deny\n')).toMatchObject({ mode: 'warn', sideMode: 'warn' });
    expect((await load('', 'mode: warn\n')).layers[0]?.cacheImports).toMatchObject({ mode: 'warn' });
    expect(await load('', 'default: deny\n')).toMatchObject({ mode: 'enforce', sideMode: 'enforce' });
  });

  it('enforces as soon as it says something itself', async () => {
    for (const said of ['mode: enforce\n', 'default: deny\n', 'rules: []\n'])
      expect(await load(said, 'mode: warn\n')).toMatchObject({ mode: 'enforce', sideMode: 'enforce' });
  });
});
