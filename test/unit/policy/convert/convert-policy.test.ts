import { describe, expect, it } from 'vitest';
import { convertPolicy } from '../../../../src/policy/convert/convert-policy.ts';
import { decide } from '../support/decide.ts';
import { byIdentity, byKey, githubIssuer, inputOf } from '../support/evidence.ts';
import { policiesOf } from '../support/policies.ts';
import { collectedText, collectedYaml, hasCollectedPolicies } from '../support/shared-data.ts';
import { acme, files, other } from '../support/verdict.ts';

const convert = (value: unknown) => convertPolicy(new TextEncoder().encode(JSON.stringify(value)), 'x.json');
/** Whether a policy of ours, as converted, accepts what it is given. */
async function verdict(value: unknown, ...input: Parameters<typeof inputOf>) {
  const policies = await policiesOf({ project: (await convert(value)).yaml, files });
  return decide(inputOf(...input), policies).status;
}

describe("integrity-check's image-policy.json", () => {
  const policy = {
    policies: [
      { name: 'a', 'oidc-issuer': githubIssuer, 'certificate-identity': 'me' },
      { name: 'b', oidc_issuer: githubIssuer, certificate_identity_regexp: 'you.*' },
      { name: 'c', 'oidc-issuer': githubIssuer },
    ],
  };

  it('becomes a rule for all images', async () => {
    expect(await verdict(policy, 'alpine', [byIdentity('me')])).toBe('allow');
    expect(await verdict(policy, 'alpine', [byIdentity('you and me')])).toBe('allow');
    expect(await verdict(policy, 'alpine', [byIdentity('not you')])).toBe('block');
    expect(await verdict(policy, 'alpine')).toBe('block');
  });

  it('says what has no equal', async () => {
    const { yaml, unconverted, from } = await convert(policy);
    expect(from).toContain('integrity-check');
    expect(unconverted).toHaveLength(3);
    expect(yaml).toContain('# c: integrity-check could never use it');
  });
});

describe('containers-policy.json', () => {
  const signedIdentity = { type: 'matchRepository' };
  const signed = (key: string) => ({ type: 'sigstoreSigned', keyPath: key, signedIdentity });
  const policy = {
    default: [{ type: 'reject' }],
    transports: {
      docker: {
        'ghcr.io/acme': [signed('acme.pub')],
        'ghcr.io/acme/special': [signed('other.pub')],
        'ghcr.io/both': [signed('acme.pub'), signed('other.pub')],
        'ghcr.io/gpg': [{ type: 'signedBy', keyType: 'GPGKeys', keyPath: 'x' }],
        'ghcr.io/open': [{ type: 'insecureAcceptAnything' }],
        'ghcr.io/refused': [{ type: 'reject' }],
        '*.example.com': [{ type: 'sigstoreSigned', keyData: Buffer.from(acme).toString('base64'), signedIdentity }],
      },
      oci: { '': [{ type: 'insecureAcceptAnything' }] },
    },
  };
  const by = (key: string, repository: string) => [byKey(key, { repository })];

  it.each<[string, ReturnType<typeof by>, string]>([
    ['ghcr.io/acme/app', by(acme, 'ghcr.io/acme/app'), 'allow'],
    ['ghcr.io/acme/app', by(acme, 'ghcr.io/acme/other'), 'block'],
    ['ghcr.io/acme/app', by(other, 'ghcr.io/acme/app'), 'block'],
    ['ghcr.io/acme/special/x', by(other, 'ghcr.io/acme/special/x'), 'allow'],
    ['ghcr.io/acme/special/x', by(acme, 'ghcr.io/acme/special/x'), 'block'],
    ['ghcr.io/both/x', by(acme, 'ghcr.io/both/x'), 'block'],
    ['ghcr.io/both/x', [...by(acme, 'ghcr.io/both/x'), ...by(other, 'ghcr.io/both/x')], 'allow'],
    ['ghcr.io/gpg/x', by(acme, 'ghcr.io/gpg/x'), 'block'],
    ['ghcr.io/open/x', [], 'block'],
    ['ghcr.io/refused/x', by(acme, 'ghcr.io/refused/x'), 'block'],
    ['a.example.com/x', by(acme, 'a.example.com/x'), 'allow'],
    ['quay.io/x', by(acme, 'quay.io/x'), 'block'],
  ])('judges %s', async (name, evidence, status) => {
    expect(await verdict(policy, name, evidence)).toBe(status);
  });

  it('says what has no equal', async () => {
    const { yaml } = await convert(policy);
    expect(yaml).toContain('# transport "oci" has no equal');
    expect(yaml).toContain('# scope "ghcr.io/open" accepted anything');
    expect(yaml).toContain('OpenPGP');
  });

  it('keeps an open default open, and a remapped identity mapped', async () => {
    const remapped = {
      type: 'sigstoreSigned',
      keyPath: 'acme.pub',
      signedIdentity: { type: 'remapIdentity', prefix: 'mirror.example.com/hub', signedPrefix: 'docker.io' },
    };
    const open = {
      default: [{ type: 'insecureAcceptAnything' }],
      transports: { docker: { 'mirror.example.com': [remapped] } },
    };
    expect(await verdict(open, 'quay.io/x')).toBe('allow');
    expect(
      await verdict(open, 'mirror.example.com/hub/acme/x', [byKey(acme, { signedName: 'docker.io/acme/x:latest' })]),
    ).toBe('allow');
    expect(
      await verdict(open, 'mirror.example.com/hub/acme/x', [byKey(acme, { signedName: 'docker.io/evil/x:latest' })]),
    ).toBe('block');
  });
});

describe("Notation's trust policy", () => {
  const policy = {
    version: '1.0',
    trustPolicies: [
      { name: 'rest', registryScopes: ['*'], signatureVerification: { level: 'skip' } },
      {
        name: 'acme',
        registryScopes: ['ghcr.io/acme/app'],
        signatureVerification: { level: 'audit' },
        trustStores: ['ca:acme', 'tsa:x'],
        trustedIdentities: ['x509.subject: C=US, S=WA, L=Seattle, O=acme, CN=signer'],
      },
      {
        name: 'all',
        registryScopes: ['ghcr.io/all'],
        signatureVerification: { level: 'strict' },
        trustStores: ['ca:acme'],
        trustedIdentities: ['*'],
      },
    ],
  };

  it('becomes rules with subjects in the order that is compared', async () => {
    const { yaml } = await convert(policy);
    expect(yaml).toContain('subject: CN=signer,O=acme,L=Seattle,ST=WA,C=US');
    expect(yaml).toMatch(/ca: acme\.pem\n\s+tsa: x\.tsa\.pem/);
    expect(yaml).toContain('mode: warn');
    expect(yaml).toContain('# rest: verification was skipped');
    expect(yaml.indexOf('name: all')).toBeLessThan(yaml.indexOf('# rest:'));
    expect(yaml).toMatch(/name: all\n\s+images:\n\s+- ghcr\.io\/all\n\s+signedBy: \[\]/);
  });
});

describe("what Notation's trust policy makes of revocation", () => {
  it.each([
    ['strict', undefined, null],
    ['strict', 'log', 'warn'],
    ['strict', 'skip', 'skip'],
    ['permissive', undefined, 'warn'],
    ['permissive', 'enforce', 'require'],
    ['audit', undefined, 'warn'],
  ])('level %s with override.revocation %s becomes %s', async (level, revocation, expected) => {
    const signatureVerification = { level, ...(revocation === undefined ? {} : { override: { revocation } }) };
    const one = {
      name: 'acme',
      registryScopes: ['ghcr.io/acme/app'],
      signatureVerification,
      trustStores: ['ca:acme'],
      trustedIdentities: ['x509.subject: CN=signer, O=acme, ST=WA, C=US'],
    };
    const { yaml } = await convert({ version: '1.0', trustPolicies: [one] });
    expect(/revocation: (\w+)/.exec(yaml)?.[1] ?? null).toBe(expected);
    expect(yaml.includes('of override only revocation has an equal')).toBe(false);
  });
});

describe('Kyverno verifyImages', () => {
  const kyverno = (verifyImages: object, action = 'Enforce') => ({
    apiVersion: 'kyverno.io/v1',
    kind: 'ClusterPolicy',
    metadata: { name: 'x' },
    spec: { validationFailureAction: action, rules: [{ name: 'r', match: {}, verifyImages: [verifyImages] }] },
  });
  const keys = (...entries: readonly string[]) => entries.map((publicKeys) => ({ keys: { publicKeys } }));

  it.each<[string, object, Parameters<typeof inputOf>, string]>([
    [
      'one key',
      { imageReferences: ['ghcr.io/acme*'], attestors: [{ entries: keys(acme) }] },
      ['ghcr.io/acme/app', [byKey(acme)]],
      'allow',
    ],
    [
      'another key',
      { imageReferences: ['ghcr.io/acme*'], attestors: [{ entries: keys(acme) }] },
      ['ghcr.io/acme/app', [byKey(other)]],
      'block',
    ],
    [
      'all of two keys, one has signed',
      { imageReferences: ['*'], attestors: [{ entries: keys(acme, other) }] },
      ['a', [byKey(acme)]],
      'block',
    ],
    [
      'one of two keys',
      { imageReferences: ['*'], attestors: [{ count: 1, entries: keys(acme + other) }] },
      ['a', [byKey(other)]],
      'allow',
    ],
    [
      'two sets, of which one has signed',
      { imageReferences: ['*'], attestors: [{ entries: keys(acme) }, { entries: keys(other) }] },
      ['a', [byKey(acme)]],
      'block',
    ],
    [
      'a wildcard subject',
      {
        imageReferences: ['*'],
        attestors: [{ entries: [{ keyless: { issuer: githubIssuer, subject: 'https://github.com/acme/*' } }] }],
      },
      ['a', [byIdentity('https://github.com/acme/x')]],
      'allow',
    ],
    [
      'a wildcard subject, whose dots are dots',
      {
        imageReferences: ['*'],
        attestors: [{ entries: [{ keyless: { issuer: githubIssuer, subject: 'https://github.com/acme/*' } }] }],
      },
      ['a', [byIdentity('https://githubxcom/acme/x')]],
      'block',
    ],
    [
      'no subject',
      { imageReferences: ['*'], attestors: [{ entries: [{ keyless: { issuer: githubIssuer } }] }] },
      ['a', [byIdentity('x')]],
      'block',
    ],
    [
      'a key of the cluster',
      { imageReferences: ['*'], attestors: [{ entries: [{ keys: { kms: 'x' } }] }] },
      ['a', [byKey(acme)]],
      'block',
    ],
    ...[githubIssuer, 'https://other.example'].map(
      (oidcIssuer): [string, object, Parameters<typeof inputOf>, string] => [
        `an issuer that is said again as an extension: ${oidcIssuer}`,
        {
          imageReferences: ['*'],
          attestors: [
            { entries: [{ keyless: { issuer: githubIssuer, subject: 'me', additionalExtensions: { oidcIssuer } } }] },
          ],
        },
        ['a', [byIdentity('me')]],
        oidcIssuer === githubIssuer ? 'allow' : 'block',
      ],
    ),
    ['a key in the old place', { imageReferences: ['*'], key: acme }, ['a', [byKey(acme)]], 'allow'],
    ['another key than in the old place', { imageReferences: ['*'], key: acme }, ['a', [byKey(other)]], 'block'],
    [
      'an empty key in the old place, beside an issuer there',
      { imageReferences: ['*'], key: '', issuer: githubIssuer, subject: 'me' },
      ['a', [byIdentity('me')]],
      'allow',
    ],
    ['an empty key in the old place', { imageReferences: ['*'], key: '' }, ['a', [byKey(acme)]], 'block'],
    ...(['keys', 'entry'] as const).map((place): [string, object, Parameters<typeof inputOf>, string] => {
      const algorithm = { signatureAlgorithm: 'sha512' };
      const entry =
        place === 'keys' ? { keys: { publicKeys: acme, ...algorithm } } : { keys: { publicKeys: acme }, ...algorithm };
      return [
        `a key with another algorithm, said in the ${place}`,
        { imageReferences: ['*'], attestors: [{ entries: [entry] }] },
        ['a', [byKey(acme)]],
        'block',
      ];
    }),
  ])('%s', async (_, rule, input, status) => {
    expect(await verdict(kyverno(rule), ...input)).toBe(status);
  });

  it('only warns where it only audited', async () => {
    expect(await verdict(kyverno({ imageReferences: ['*'], attestors: [{ entries: keys(acme) }] }, 'Audit'), 'a')).toBe(
      'warn',
    );
  });
});

describe('a file of no known tool', () => {
  it.each([['{}'], ['[]'], ['{"kind": "Pod", "apiVersion": "v1", "spec": {}}']])('%s is refused', async (text) => {
    await expect(convertPolicy(new TextEncoder().encode(text), 'x.json')).rejects.toThrow(
      /no policy of a tool that is known/,
    );
  });
});

describe('a file that needs no conversion', () => {
  const refusal = (text: string) => convertPolicy(new TextEncoder().encode(text), 'x.json');

  it('is refused where it is ours, and checked instead', async () => {
    await expect(refusal('{"version": 1, "default": "deny"}')).rejects.toMatchObject({
      message: 'x.json is a policy of docker verify already',
      hint: 'docker verify policy check x.json says whether it is valid',
    });
  });

  it.each(['ClusterImagePolicy', 'ImageValidatingPolicy'])(
    'is refused where it is a %s, and named in ours',
    async (kind) => {
      await expect(refusal(JSON.stringify({ apiVersion: 'v1', kind, spec: {} }))).rejects.toMatchObject({
        message: 'x.json is a policy of a cluster, which is used as it is',
        hint: 'write clusterImagePolicies: ["x.json"] into docker-verify.yaml',
      });
    },
  );
});

describe.skipIf(!hasCollectedPolicies)('collected Kyverno policies (../shared/data/policies)', () => {
  const names = [...collectedYaml('kyverno-policies'), ...collectedYaml('kyverno-conformance')].filter((name) => {
    const text = collectedText(name);
    return (
      /^kind: (?:Cluster)?Policy$/m.test(text) &&
      text.includes('verifyImages:') &&
      /^apiVersion: kyverno\.io/m.test(text)
    );
  });

  it.each(names)('%s becomes a policy that is valid', async (name) => {
    const { yaml } = await convertPolicy(new TextEncoder().encode(collectedText(name)), name);
    expect((await policiesOf({ project: yaml })).layers[0]?.layer).toBe('project');
  });
});
