import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { builtinTrustedRoots } from '../../../../../src/trust/index.ts';
import { parseTrustedRoots } from '../../../../../src/trust/parse-trusted-root.ts';
import { decide } from '../../support/decide.ts';
import { byIdentity, byKey, githubIssuer, inputOf } from '../../support/evidence.ts';
import { freshKey, policiesOf } from '../../support/policies.ts';

const key = freshKey();
const ed25519 = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
const other = freshKey();
const name = 'ghcr.io/acme/app:1';
const identity = 'https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

const cip = (authority: object, fields: object = {}): string =>
  JSON.stringify({
    apiVersion: 'policy.sigstore.dev/v1alpha1',
    kind: 'ClusterImagePolicy',
    metadata: { name: 'acme' },
    spec: { images: [{ glob: 'ghcr.io/acme/**' }], authorities: [authority], ...fields },
  });
const object = (kind: string, named: string, fields: object, metadata: object = {}): string =>
  JSON.stringify({ apiVersion: 'v1', kind, metadata: { name: named, ...metadata }, ...fields });
const secret = (data: object, metadata: object = {}): string => object('Secret', 'keys', { data }, metadata);

const load = (documents: readonly string[], fields = 'default: deny') =>
  policiesOf({
    project: `version: 1\nclusterImagePolicies: ["cluster/*.yaml"]\n${fields}\n`,
    files: Object.fromEntries(documents.map((text, index) => [`cluster/${index}.yaml`, text])),
  });

async function verdict(evidence: Parameters<typeof inputOf>[1], ...documents: readonly string[]) {
  const { status, findings } = decide(inputOf(name, evidence), await load(documents));
  return { status, found: findings.map(({ found }) => found ?? '').join() };
}

describe('a key in a Secret', () => {
  const byReference = cip({ key: { secretRef: { name: 'keys' } } });

  it('is read where the Secret stands beside the policy, in the same file or in another', async () => {
    const inData = secret({ 'cosign.pub': base64(key) });
    expect(await verdict([byKey(key)], byReference, inData)).toMatchObject({ status: 'allow' });
    expect(await verdict([byKey(key)], `${byReference}\n---\n${inData}`)).toMatchObject({ status: 'allow' });
    const plain = object('Secret', 'keys', { stringData: { 'cosign.pub': key } }, { namespace: 'cosign-system' });
    expect(await verdict([byKey(key)], byReference, plain)).toMatchObject({ status: 'allow' });
    expect(await verdict([byKey(other)], byReference, inData)).toMatchObject({ status: 'block' });
  });

  it.each([
    ['is not there', object('Secret', 'others', { data: { a: base64(key) } }), /secretRef \(the Secret keys is not in/],
    ['stands there twice', `${secret({ a: base64(key) })}\n---\n${secret({ a: base64(key) })}`, /more than once/],
    ['holds two values', secret({ a: base64(key), b: base64(other) }), /exactly one value/],
    ['is of another namespace', secret({ a: base64(key) }, { namespace: 'default' }), /is not in the files/],
    ['is no base64', secret({ a: 'ä' }), /it is not PEM/],
    ['is no key', secret({ a: base64('secret text') }), /it is not PEM/],
  ])('cannot be had where it %s, and is never passed over', async (_, document, reason) => {
    const { status, found } = await verdict([byKey(key)], byReference, document);
    expect(status).toBe('error');
    expect(found).toMatch(reason);
    expect(found).not.toContain('secret text');
  });
});

describe('CUE in a ConfigMap', () => {
  const statement = { predicate: { Data: 'good' } };
  const type = 'https://cosign.sigstore.dev/attestation/v1';
  const attested = byKey(key, { form: 'attestation', predicateType: type, statement });
  const policy = cip({
    key: { data: key },
    attestations: [
      {
        name: 'a',
        predicateType: 'custom',
        policy: { type: 'cue', configMapRef: { name: 'rules', key: 'policy' } },
      },
    ],
  });

  it.each([
    ['predicate: Data: "good"', 'policy', 'allow'],
    ['predicate: Data: "bad"', 'policy', 'block'],
    ['predicate: Data: "good"', 'other', 'error'],
  ])('%s under %s', async (text, entry, status) => {
    const rules = object('ConfigMap', 'rules', { data: { [entry]: text } });
    expect(await verdict([attested], policy, rules)).toMatchObject({ status });
  });

  it('cannot be had where the ConfigMap is not there', async () => {
    expect(await verdict([attested], policy)).toMatchObject({ status: 'error' });
  });
});

describe("the admission controller's no-match-policy", () => {
  const policy = cip({ key: { data: key } });
  const configuration = (data: object): string => object('ConfigMap', 'config-policy-controller', { data });
  const unmatched = inputOf('quay.io/other/app:1');

  it.each([
    ['deny', 'block'],
    ['warn', 'warn'],
    ['allow', 'allow'],
    ['perhaps', 'block'],
  ])('%s decides upon what no policy matches: %s', async (said, status) => {
    const policies = await load([policy, configuration({ 'no-match-policy': said })], '');
    expect(decide(unmatched, policies).status).toBe(status);
  });

  it('is the default of the controller where it says nothing, and never loosens a default', async () => {
    expect(decide(unmatched, await load([policy, configuration({})], '')).status).toBe('block');
    const open = configuration({ 'no-match-policy': 'allow' });
    expect(decide(unmatched, await load([policy, open], 'default: deny')).status).toBe('block');
    expect(decide(unmatched, await load([policy], '')).status).toBe('warn');
  });
});

describe('a TrustRoot', async () => {
  const [publicGood] = await builtinTrustedRoots(null);
  // the embedded root has this shape
  const known = JSON.parse(publicGood?.json ?? '{}') as {
    readonly certificateAuthorities: readonly {
      readonly certChain: { readonly certificates: readonly { readonly rawBytes: string }[] };
    }[];
    readonly tlogs: readonly { readonly publicKey: { readonly rawBytes: string } }[];
  };
  const pem = (kind: string, bytes = ''): string =>
    base64(`-----BEGIN ${kind}-----\n${bytes.replace(/.{64}/g, '$&\n')}\n-----END ${kind}-----\n`);
  const certChain = pem('CERTIFICATE', known.certificateAuthorities[0]?.certChain.certificates[0]?.rawBytes);
  const publicKey = pem('PUBLIC KEY', known.tlogs[0]?.publicKey.rawBytes);
  const authority = { subject: { organization: 'acme', commonName: 'acme' }, uri: 'https://fulcio.test', certChain };
  const log = { baseURL: 'https://rekor.test', hashAlgorithm: 'sha-256', publicKey };
  const trustRoot = (spec: object, named = 'ours'): string => object('TrustRoot', named, { spec });
  const ours = trustRoot({
    sigstoreKeys: { certificateAuthorities: [authority], tLogs: [log], timestampAuthorities: [authority] },
  });
  const identities = [{ issuer: githubIssuer, subject: identity }];
  const keyless = { keyless: { identities, trustRootRef: 'ours' }, ctlog: { trustRootRef: 'ours' } };
  const rootOf = async (...documents: readonly string[]) => {
    const { material } = await load(documents);
    return material.trustedRoots.find(({ source }) => source === 'TrustRoot ours');
  };

  it('becomes a trusted root that can be used', async () => {
    const root = await rootOf(cip(keyless), ours);
    expect(root?.layer).toBe('project');
    const [parsed] = parseTrustedRoots(root?.json ?? '', { layer: 'project', source: 'ours', updated: null });
    expect(parsed?.id).toBe(root?.id);
  });

  it('is the only one that an authority which refers to it relies on, for certificate and log', async () => {
    const trustedRoot = (await rootOf(cip(keyless), ours))?.id ?? '';
    expect(await verdict([byIdentity(identity, { trustedRoot })], cip(keyless), ours)).toMatchObject({
      status: 'allow',
    });
    expect(await verdict([byIdentity(identity)], cip(keyless), ours)).toMatchObject({ status: 'block' });
    const unlogged = byIdentity(identity, { trustedRoot, log: null });
    expect(await verdict([unlogged], cip(keyless), ours)).toMatchObject({ status: 'block' });
  });

  it('has to hold the log of its certificates, or what fails may pass in a cluster', async () => {
    const unlogged = cip({ keyless: keyless.keyless });
    expect(await verdict([byIdentity(identity)], cip(keyless), ours)).toMatchObject({ status: 'block' });
    expect(await verdict([byIdentity(identity)], unlogged, ours)).toMatchObject({
      status: 'error',
      found: 'spec.authorities[0].keyless.trustRootRef (log or timestamp have to be of the same TrustRoot here)',
    });
  });

  it('does not serve an authority that refers to none', async () => {
    const trustedRoot = (await rootOf(cip(keyless), ours))?.id ?? '';
    const usual = cip({ keyless: { identities } });
    const documents = [
      usual,
      `${ours}\n---\n${cip({ ...keyless, name: 'a' }).replace('ghcr.io/acme/**', 'quay.io/**')}`,
    ];
    expect(await verdict([byIdentity(identity, { trustedRoot })], ...documents)).toMatchObject({ status: 'block' });
    expect(await verdict([byIdentity(identity)], ...documents)).toMatchObject({ status: 'allow' });
  });

  it('dates what a key has signed', async () => {
    const timed = cip({ key: { data: key }, rfc3161timestamp: { trustRootRef: 'ours' } });
    const trustedRoot = (await rootOf(timed, ours))?.id ?? '';
    const stamped = byKey(key, { trustedRoot, materials: [], timeSource: 'timestamp' });
    expect(await verdict([stamped], timed, ours)).toMatchObject({ status: 'allow' });
    for (const changes of [{ timeSource: null }, { trustedRoot: 'public-root' }] as const)
      expect(await verdict([{ ...stamped, ...changes }], timed, ours)).toMatchObject({ status: 'block' });
  });

  it.each([
    ['is not there', trustRoot({ sigstoreKeys: {} }, 'others'), /is not in the files/],
    ['is a TUF repository', trustRoot({ repository: { root: '', mirrorFS: '' } }), /TUF repository/],
    ['is fetched from one', trustRoot({ remote: { root: '', mirror: 'https://tuf.test' } }), /TUF repository/],
    [
      'holds no certificate',
      trustRoot({ sigstoreKeys: { certificateAuthorities: [{ ...authority, certChain: publicKey }] } }),
      /certChain is no CERTIFICATE/,
    ],
    [
      'holds no key',
      trustRoot({ sigstoreKeys: { tLogs: [{ ...log, publicKey: certChain }] } }),
      /tLogs\[0\]\.publicKey is no/,
    ],
    ['holds no list', trustRoot({ sigstoreKeys: { tLogs: 1 } }), /tLogs is no list/],
    [
      'holds more than one can look at',
      trustRoot({ sigstoreKeys: { ctLogs: Array.from({ length: 33 }, () => log) } }),
      /ctLogs is no list of at most 32/,
    ],
    ['holds no mapping', trustRoot({ sigstoreKeys: { ctLogs: [1] } }), /ctLogs holds something that is no mapping/],
    ['holds no text', trustRoot({ sigstoreKeys: { tLogs: [{ publicKey: 1 }] } }), /publicKey is no PUBLIC KEY/],
    [
      'holds a certificate that is left open',
      trustRoot({ sigstoreKeys: { timestampAuthorities: [{ certChain: base64('-----BEGIN CERTIFICATE-----') }] } }),
      /timestampAuthorities\[0\]\.certChain holds no certificate/,
    ],
    [
      'holds a certificate that cannot be read',
      trustRoot({ sigstoreKeys: { certificateAuthorities: [{ certChain: pem('CERTIFICATE', 'MA==') }] } }),
      /certChain holds a certificate that cannot be read/,
    ],
    [
      'holds a key that cannot be read',
      trustRoot({ sigstoreKeys: { ctLogs: [{ publicKey: pem('PUBLIC KEY', 'MA==') }] } }),
      /ctLogs\[0\]\.publicKey is no public key/,
    ],
    [
      'holds a key of another kind',
      trustRoot({ sigstoreKeys: { ctLogs: [{ publicKey: base64(ed25519) }] } }),
      /ctLogs\[0\]\.publicKey is no ECDSA key/,
    ],
    ['is a TUF repository beside its keys', trustRoot({ sigstoreKeys: {}, repository: {} }), /TUF repository/],
    ['has null for keys', trustRoot({ sigstoreKeys: null }), /TUF repository/],
    ['is fetched beside its keys', trustRoot({ sigstoreKeys: {}, remote: {} }), /TUF repository/],
    ['has no content', trustRoot({}), /TUF repository/],
  ])('that %s leaves the policy unverified', async (_, document, reason) => {
    const { status, found } = await verdict([byIdentity(identity)], cip(keyless), document);
    expect(status).toBe('error');
    expect(found).toMatch(reason);
  });
});

describe('what is held more strictly than in a cluster', () => {
  const identities = [{ issuer: githubIssuer, subject: identity }];
  const logged = cip({ key: { data: key }, ctlog: { url: 'http://rekor.svc' } });
  const fulcio = cip({ keyless: { identities, url: 'http://fulcio.svc' } });
  const unproven = cip({ keyless: { identities, insecureIgnoreSCT: true } });
  const unlogged = byKey(key, { log: null });

  it('passes what a cluster passes too, and never calls a failure one', async () => {
    expect(await verdict([byKey(key)], logged)).toMatchObject({ status: 'allow' });
    expect(await verdict([unlogged], logged)).toMatchObject({
      status: 'error',
      found: expect.stringContaining('ctlog'),
    });
    expect(await verdict([byIdentity(identity)], unproven)).toMatchObject({ status: 'allow' });
    expect(await verdict([], unproven)).toMatchObject({ status: 'error' });
  });

  it('a private Fulcio is proven by a root that somebody names, never by public Sigstore', async () => {
    expect(await verdict([byIdentity(identity)], fulcio)).toMatchObject({
      status: 'error',
      found: expect.stringContaining('--trusted-root'),
    });
    const input = inputOf(name, [byIdentity(identity, { trustedRoot: 'private' })]);
    const roots = [...input.trustedRoots, { id: 'private', layer: 'command-line', source: 'root.json' } as const];
    expect(decide({ ...input, trustedRoots: roots }, await load([fulcio])).status).toBe('allow');
  });
});

describe('match', () => {
  const chosen = cip({ key: { data: key } }, { match: [{ resource: 'pods', version: 'v1' }] });

  it('leaves a policy in force, as if the image ran in a resource that is chosen', async () => {
    expect(await verdict([byKey(key)], chosen)).toMatchObject({ status: 'allow' });
    expect(await verdict([byKey(other)], chosen)).toMatchObject({ status: 'block' });
  });

  it('cannot settle what a policy asks of the resource itself', async () => {
    const data = 'spec: hostNetwork: false';
    const asking = cip(
      { static: { action: 'pass' } },
      { match: [{ resource: 'pods', version: 'v1' }], policy: { type: 'cue', includeSpec: true, data } },
    );
    expect(await verdict([byKey(key)], asking)).toMatchObject({ status: 'error' });
  });
});
