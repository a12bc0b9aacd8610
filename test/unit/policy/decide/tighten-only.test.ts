import { describe, expect, it } from 'vitest';
import { decide } from '../../../../src/policy/index.ts';
import { byIdentity, byKey, digestOf, githubIssuer, image, inputOf } from '../support/evidence.ts';
import { freshKey, type Layers, policiesOf } from '../support/policies.ts';

const acme = freshKey();
const evil = freshKey();
const files = {
  'acme.pub': acme,
  'evil.pub': evil,
  'root.json': '{"a":1}',
  'evil.json': '{"evil":1}',
  'machine/acme.pub': acme,
};
const name = 'ghcr.io/acme/app:1';
const locked = (key: string): string =>
  JSON.stringify({
    lockVersion: 1,
    images: { [key]: { digest: image, signer: null, lockedAt: '2026-01-01T00:00:00Z' } },
  });
const machine = `version: 1
mode: enforce
default: deny
rules:
  - images: ["ghcr.io/acme/**"]
    signedBy: [{key: acme.pub}]
  - images: ["docker.io/library/golang:1.22"]
    signedBy: [{key: acme.pub}]
`;
const wide = (rest: string): string => `version: 1\nrules:\n  - images: ["**"]\n    ${rest}\n`;

describe('what the machine blocks', () => {
  const attempts: readonly [string, Layers, Parameters<typeof inputOf>?][] = [
    ['a mode of its own', { project: 'version: 1\nmode: warn\n' }],
    ['a rule in warn mode', { project: wide('mode: warn\n    signedBy: [{key: evil.pub}]') }, [name, [byKey(evil)]]],
    ['default: allow', { project: 'version: 1\ndefault: allow\n' }],
    ['a wider glob', { project: wide('signedBy: [{key: evil.pub}]') }, [name, [byKey(evil)]]],
    [
      'a narrower glob',
      { project: 'version: 1\nrules: [{images: ["ghcr.io/acme/app:1"], signedBy: [{key: evil.pub}]}]\n' },
      [name, [byKey(evil)]],
    ],
    [
      'its own locked entry',
      { project: wide('locked: true'), files: { ...files, 'docker-verify.lock.json': locked(name) } },
    ],
    ['local: allow', { project: 'version: 1\nlocal: allow\n' }, [name, [], { image: { onlyLocal: true } }]],
    [
      'a mirror that names it otherwise',
      { project: 'version: 1\nmirrors: {"ghcr.io/acme/**": "docker.io/free/**"}\ndefault: allow\n' },
    ],
    ['a host in upper case', { project: 'version: 1\ndefault: allow\n' }, ['GHCR.io/acme/app:1']],
    ['a host with its port', { project: 'version: 1\ndefault: allow\n' }, ['ghcr.io:443/acme/app:1']],
    ['another tag', { project: 'version: 1\ndefault: allow\n' }, ['ghcr.io/acme/app:2']],
    ['a digest', { project: 'version: 1\ndefault: allow\n' }, [`ghcr.io/acme/app@${image}`]],
    ['a user policy that allows', { user: 'version: 1\ndefault: allow\n' }],
    ['builtin: off by the user', { user: 'version: 1\nbuiltin: off\ndefault: allow\n' }],
    ['a command-line policy that allows', { commandLine: ['version: 1\ndefault: allow\nbuiltin: off\n'] }],
  ];
  it.each(attempts)('stays blocked by %s', async (_, layers, input = [name, []]) => {
    const policies = await policiesOf({ files, ...layers, machine: { '10.yaml': machine, 'acme.pub': acme } });
    const decision = decide(inputOf(...input), policies);
    expect(decision.status).toBe('block');
    expect(decision.verified).toBe(false);
    expect(decision.decisions[0]).toMatchObject({ layer: 'machine', status: 'block' });
  });

  it('is allowed by what it asks for, whatever a project says besides', async () => {
    const policies = await policiesOf({
      machine: { '10.yaml': machine, 'acme.pub': acme },
      project: 'version: 1\nmode: warn\n',
      files,
    });
    expect(decide(inputOf(name, [byKey(acme)]), policies).status).toBe('allow');
  });

  it('can be tightened by a project', async () => {
    const project = wide('signedBy: [{key: evil.pub}]');
    const policies = await policiesOf({ machine: { '10.yaml': machine, 'acme.pub': acme }, project, files });
    expect(decide(inputOf(name, [byKey(acme)]), policies)).toMatchObject({
      status: 'block',
      decisions: [
        { layer: 'machine', status: 'allow' },
        { layer: 'project', status: 'block' },
      ],
    });
    expect(decide(inputOf(name, [byKey(acme), byKey(evil)]), policies).status).toBe('allow');
  });
});

describe('a tag beside a digest', () => {
  const golang = 'docker.io/library/golang:1.22';
  it.each([
    ['is text where the tag resolves elsewhere', digestOf('other'), 'policy.default'],
    ['is text where it is not known what the tag resolves to', null, 'policy.default'],
    ['counts where the tag resolves to that digest now', image, 'signature.missing'],
  ])('%s', async (_, tagDigest, code) => {
    const policies = await policiesOf({ machine: { '10.yaml': machine, 'acme.pub': acme } });
    const decision = decide(inputOf(`${golang}@${image}`, [], { image: { tagDigest } }), policies);
    expect(decision.findings).toMatchObject([{ code }]);
  });
});

describe('a trusted root', () => {
  const identity = 'https://example.com/x';
  const keyless = `signedBy: [{keyless: {issuer: "${githubIssuer}", identity: "${identity}"}}]`;
  const declaring = (root: string): string =>
    `version: 1\nrules:\n  - images: ["other.example.com/**"]\n    signedBy: [{keyless: {issuer: i, identity: i}, trustedRoot: ${root}}]\n`;

  it('that a project declares never serves a rule of the machine', async () => {
    const policies = await policiesOf({ machine: wide(keyless), project: declaring('evil.json'), files });
    const [root] = policies.material.trustedRoots;
    expect(root?.layer).toBe('project');
    const decision = decide(
      inputOf(name, [byIdentity(identity, { trustedRoot: root?.id ?? null, materials: [root?.id ?? ''] })]),
      policies,
    );
    expect(decision).toMatchObject({ status: 'block', findings: [{ code: 'signature.untrusted-key' }] });
  });

  it('that the user declares serves the project', async () => {
    const policies = await policiesOf({ user: declaring(`../../root.json`), project: wide(keyless), files });
    const id = policies.material.trustedRoots[0]?.id ?? '';
    expect(decide(inputOf(name, [byIdentity(identity, { trustedRoot: id, materials: [id] })]), policies).status).toBe(
      'allow',
    );
  });

  it('that verified beside the public one takes nothing from it', async () => {
    const policies = await policiesOf({ machine: wide(keyless), project: declaring('evil.json'), files });
    const id = policies.material.trustedRoots[0]?.id ?? '';
    const evidence = byIdentity(identity, { trustedRoot: id, materials: [id, 'public-root'] });
    expect(decide(inputOf(name, [evidence]), policies).status).toBe('allow');
  });

  it('of --trusted-root counts from the command line on', async () => {
    const roots = [{ id: 'cli', layer: 'command-line', source: 'x.json' } as const];
    const evidence = [byIdentity(identity, { trustedRoot: 'cli' })];
    const status = async (layers: Layers) =>
      decide(inputOf(name, evidence, { trustedRoots: roots }), await policiesOf(layers)).status;
    expect(await status({ project: wide(keyless) })).toBe('allow');
    expect(await status({ commandLine: [wide(keyless)] })).toBe('allow');
    expect(await status({ user: wide(keyless) })).toBe('block');
    expect(await status({ machine: wide(keyless) })).toBe('block');
  });

  it('beside keyless is the only one that counts there', async () => {
    const policies = await policiesOf({ project: wide(keyless.replace('}}]', '}, trustedRoot: root.json}]')), files });
    const id = policies.material.trustedRoots[0]?.id ?? '';
    expect(decide(inputOf(name, [byIdentity(identity)]), policies).status).toBe('block');
    expect(decide(inputOf(name, [byIdentity(identity, { trustedRoot: id })]), policies).status).toBe('allow');
  });

  it("never lets a project's own log count for the machine's log: required", async () => {
    const policies = await policiesOf({
      machine: { '10.yaml': wide('signedBy: [{key: acme.pub, log: required}]'), 'acme.pub': acme },
      project: declaring('evil.json'),
      files,
    });
    const id = policies.material.trustedRoots[0]?.id ?? '';
    const timed = byKey(acme, { trustedRoot: id, materials: [byKey(acme).materials[0] ?? '', id] });
    expect(decide(inputOf(name, [timed]), policies)).toMatchObject({
      status: 'block',
      findings: [{ code: 'signature.log-missing' }],
    });
    expect(decide(inputOf(name, [byKey(acme)]), policies).status).toBe('allow');
  });
});

describe('a mirror', () => {
  const mirrored = 'mirror.example.com/hub/library/golang:1';
  const rule = 'version: 1\nrules: [{images: ["golang"], signedBy: [{key: acme.pub}]}]\ndefault: allow\n';
  const mirror = 'version: 1\nmirrors: {"mirror.example.com/hub/**": "docker.io/**"}\n';

  it('makes rules for the name that it stands for match', async () => {
    const policies = await policiesOf({ user: mirror, project: rule, files });
    expect(decide(inputOf(mirrored), policies).status).toBe('block');
    expect(decide(inputOf(mirrored, [byKey(acme)]), policies).status).toBe('allow');
  });

  it('counts for the layer that declares it and those after it only', async () => {
    const policies = await policiesOf({ user: rule.replace('acme.pub', '../../acme.pub'), project: mirror, files });
    expect(decide(inputOf(mirrored), policies).decisions).toMatchObject([
      { layer: 'user', rule: null, status: 'allow' },
    ]);
  });

  it('of a project never takes an image away from the built-in policy', async () => {
    const project = 'version: 1\nmirrors: {"cgr.dev/chainguard/**": "docker.io/x/**"}\ndefault: allow\n';
    expect(decide(inputOf('cgr.dev/chainguard/go:latest'), await policiesOf({ project })).status).toBe('block');
  });
});

describe('the built-in policy', () => {
  const chainguard = 'https://github.com/chainguard-images/images/.github/workflows/release.yaml@refs/heads/main';
  const builder = 'https://github.com/docker/github-builder/.github/workflows/bake.yml@refs/heads/main';
  const claims = { sourceRepository: 'https://github.com/moby/buildkit', runner: 'github-hosted' };

  it.each<[string, string, Parameters<typeof inputOf>[1], string, string[]]>([
    ['blocks a confirmed publisher who has not signed', 'cgr.dev/chainguard/go', [], 'block', ['publisher.unsigned']],
    ['allows one who has', 'cgr.dev/chainguard/go', [byIdentity(chainguard)], 'allow', []],
    [
      'blocks one that somebody else has signed',
      'cgr.dev/chainguard/go',
      [byIdentity('https://github.com/x')],
      'block',
      ['signature.identity-mismatch'],
    ],
    ['only warns of a probable publisher', 'registry.k8s.io/pause:3.1', [], 'warn', ['publisher.unsigned']],
    ['warns of everything else', 'alpine', [], 'warn', ['policy.default']],
    [
      "blocks Docker's frontend from its first signed version on",
      'docker/dockerfile:1.21',
      [],
      'block',
      ['publisher.unsigned'],
    ],
    [
      "blocks Docker's frontend of a floating major version",
      'docker/dockerfile:1',
      [],
      'block',
      ['publisher.unsigned'],
    ],
    ["has nothing against Docker's frontend before that", 'docker/dockerfile:1.20.1', [], 'warn', ['policy.default']],
    [
      "warns of Docker's frontend by digest, whose version is unknown",
      `docker/dockerfile@${image}`,
      [],
      'warn',
      ['publisher.unsigned'],
    ],
    [
      "allows Docker's frontend signed by Docker's builder",
      'docker/dockerfile:1.21-labs',
      [byIdentity(builder, { claims, form: 'buildkit-attestation', subject: digestOf('amd64') })],
      'allow',
      [],
    ],
    [
      'blocks it built from another repository',
      'docker/dockerfile:1.21',
      [byIdentity(builder, { claims: { ...claims, sourceRepository: 'https://github.com/x/y' } })],
      'block',
      ['signature.claims-mismatch'],
    ],
  ])('%s', async (_, subject, evidence, status, codes) => {
    const decision = decide(inputOf(subject, evidence), await policiesOf({}));
    expect(decision.status).toBe(status);
    expect(decision.findings.map(({ code }) => code)).toEqual(codes);
  });

  it('gives its default only where every other layer abstains', async () => {
    expect(decide(inputOf('alpine'), await policiesOf({ project: 'version: 1\ndefault: allow\n' }))).toMatchObject({
      status: 'allow',
      basis: 'default',
      verified: false,
      decisions: [{ layer: 'project' }],
    });
    expect(decide(inputOf('alpine'), await policiesOf({ project: 'version: 1\n' })).decisions).toMatchObject([
      { layer: 'builtin' },
    ]);
  });

  it('counts beside a policy that allows', async () => {
    const allow = 'version: 1\ndefault: allow\n';
    expect(decide(inputOf('cgr.dev/chainguard/go'), await policiesOf({ project: allow })).status).toBe('block');
    expect(decide(inputOf('cgr.dev/chainguard/go'), await policiesOf({ user: `${allow}builtin: off\n` })).status).toBe(
      'allow',
    );
    expect(decide(inputOf('cgr.dev/chainguard/go'), await policiesOf({ mode: 'warn' })).status).toBe('warn');
  });

  it('warns where no policy says anything at all', async () => {
    const decision = decide(inputOf('alpine'), await policiesOf({ user: 'version: 1\nbuiltin: off\n' }));
    expect(decision).toMatchObject({ status: 'warn', verified: false, findings: [{ code: 'policy.default' }] });
  });

  it('alone ends no build for want of a look-up, and beside a policy or where it is to enforce it does', async () => {
    const problems = { collectProblems: [{ message: 'timeout' }] };
    const unseen = inputOf('cgr.dev/chainguard/go', [], problems);
    const alone = decide(unseen, await policiesOf({}));
    expect(alone).toMatchObject({ status: 'warn', basis: 'none', verified: false, decisions: [{ status: 'warn' }] });
    expect(alone.findings).toMatchObject([{ code: 'image.unverifiable', level: 'warning' }]);
    expect(decide(unseen, await policiesOf({ mode: 'enforce' })).status).toBe('error');
    expect(decide(unseen, await policiesOf({ project: 'version: 1\ndefault: allow\n' })).status).toBe('error');
    expect(decide(inputOf('registry.k8s.io/pause', [], problems), await policiesOf({})).status).toBe('warn');
  });

  it('alone refuses what is positively wrong: it is unsigned, another signer signed it, or the evidence is broken', async () => {
    const policies = await policiesOf({});
    const broken = byIdentity('x', { verified: false, problem: { code: 'invalid-signature', message: 'broken' } });
    for (const evidence of [[], [byIdentity('https://github.com/mallory/x')], [broken]]) {
      const { status, verified } = decide(inputOf('cgr.dev/chainguard/go', evidence), policies);
      expect([status, verified]).toEqual(['block', false]);
    }
  });
});
