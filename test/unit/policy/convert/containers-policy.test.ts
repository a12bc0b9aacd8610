import { createHash, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { scopeImages } from '../../../../src/policy/convert/containers-scope.ts';
import { convertPolicy } from '../../../../src/policy/convert/convert-policy.ts';
import type { ConversionAids } from '../../../../src/policy/convert/public-sigstore.ts';
import {
  istioKey,
  microsoftRoot2010,
  microsoftSupplyChainRoot,
  tektonKey,
} from '../../../../src/policy/publishers/publisher-keys.ts';
import { keyId } from '../support/evidence.ts';

const stored: Readonly<Record<string, string>> = {
  'public-fulcio.pem': microsoftSupplyChainRoot,
  'both-fulcio.pem': microsoftRoot2010 + microsoftSupplyChainRoot,
  'private-fulcio.pem': microsoftRoot2010,
  'no-fulcio.pem': 'nothing',
  'public-rekor.pub': tektonKey,
  'private-rekor.pub': istioKey,
};
const aids: ConversionAids = {
  readFile: (path) => (stored[path] === undefined ? null : Buffer.from(stored[path])),
  publicSigstore: {
    authorities: [[createHash('sha256').update(new X509Certificate(microsoftSupplyChainRoot).raw).digest('hex')]],
    logKeys: [keyId(tektonKey)],
  },
};
const base64 = (text: string): string => Buffer.from(text).toString('base64');

async function yamlOf(requirement: object): Promise<string> {
  const policy = { default: [{ type: 'reject' }], transports: { docker: { 'ghcr.io/acme': [requirement] } } };
  return (await convertPolicy(new TextEncoder().encode(JSON.stringify(policy)), 'policy.json', aids)).yaml;
}

describe('the images of a scope', () => {
  const digest = `sha256:${'0a'.repeat(32)}`;
  it.each<[string, ReturnType<typeof scopeImages>['kind'], readonly string[]]>([
    ['', 'patterns', ['**']],
    ['*.example.com', 'patterns', ['*.example.com/**', '*.example.com:*/**']],
    ['*.Example.com', 'wider', ['*.Example.com/**', '*.Example.com:*/**']],
    ['*.example.com:5000', 'nothing', []],
    ['*.', 'nothing', []],
    ['ghcr.io', 'patterns', ['ghcr.io/**']],
    ['ghcr.io:5000', 'patterns', ['ghcr.io:5000/**']],
    ['[::1]:5000', 'patterns', ['[::1]:5000/**']],
    ['localhost', 'patterns', ['localhost/**']],
    ['busybox', 'nothing', []],
    ['acme/app', 'nothing', []],
    ['ghcr.io/acme*', 'nothing', []],
    ['ghcr.io/', 'nothing', []],
    ['ghcr.io/Acme', 'nothing', []],
    ['ghcr.io/acme', 'patterns', ['ghcr.io/acme', 'ghcr.io/acme/**']],
    ['ghcr.io/acme:1', 'patterns', ['ghcr.io/acme:1']],
    ['ghcr.io/acme:*', 'nothing', []],
    [`ghcr.io/acme@${digest}`, 'wider', ['ghcr.io/acme']],
    [`ghcr.io/acme:1@${digest}`, 'nothing', []],
    [`ghcr.io@${digest}`, 'nothing', []],
    ['docker.io/nginx', 'patterns', ['docker.io/nginx/**']],
    ['docker.io/nginx:1', 'nothing', []],
    ['docker.io/library/nginx', 'patterns', ['docker.io/library/nginx', 'docker.io/library/nginx/**']],
    ['GHCR.io', 'wider', ['GHCR.io/**']],
    ['index.docker.io/acme', 'wider', ['index.docker.io/acme/**']],
    ['example.com:443/x', 'wider', ['example.com:443/x', 'example.com:443/x/**']],
  ])('%s: %s %j', (scope, kind, images) => {
    const found = scopeImages(scope);
    expect([found.kind, 'images' in found ? found.images : []]).toEqual([kind, images]);
  });
});

describe('an identity under Fulcio', () => {
  const fulcio = (authority: object, rekor: object) => ({
    type: 'sigstoreSigned',
    fulcio: { oidcIssuer: 'https://issuer.example.com', subjectEmail: 'me@example.com', ...authority },
    ...rekor,
    signedIdentity: { type: 'matchRepository' },
  });
  const publicLog = { rekorPublicKeyPath: 'public-rekor.pub' };

  it.each<[string, object, object]>([
    ['by file', { caPath: 'public-fulcio.pem' }, publicLog],
    ['among others', { caPath: 'both-fulcio.pem' }, publicLog],
    ['inline', { caData: base64(microsoftSupplyChainRoot) }, { rekorPublicKeyData: base64(tektonKey) }],
    [
      'with several logs',
      { caPath: 'public-fulcio.pem' },
      { rekorPublicKeyPaths: ['private-rekor.pub', 'public-rekor.pub'] },
    ],
  ])('of public Sigstore, %s, is kept, for its own repository and with a log', async (_, authority, rekor) => {
    expect(await yamlOf(fulcio(authority, rekor))).toContain(
      '    signedBy:\n      - keyless:\n          issuer: https://issuer.example.com\n          identity: me@example.com\n        log: required\n    sameRepository: deny\n',
    );
  });

  it.each<[string, object, object, string]>([
    ['of an authority that is none', { caPath: 'no-fulcio.pem' }, publicLog, 'another than that of public Sigstore'],
    ['of an authority that is not here', { caPath: 'absent.pem' }, publicLog, 'absent.pem cannot be read here'],
    ['of no authority', {}, publicLog, 'not valid there either'],
    [
      'with another log',
      { caPath: 'public-fulcio.pem' },
      { rekorPublicKeyPath: 'private-rekor.pub' },
      'its log is another',
    ],
    [
      'with a log that is not here',
      { caPath: 'public-fulcio.pem' },
      { rekorPublicKeyPath: 'absent.pub' },
      'absent.pub cannot be read here',
    ],
    ['without a log', { caPath: 'public-fulcio.pem' }, {}, 'without the key of a log'],
    [
      'with logs in two ways',
      { caPath: 'public-fulcio.pem' },
      { ...publicLog, rekorPublicKeyData: base64(tektonKey) },
      'in more than one way',
    ],
  ])('%s trusts no signer, and says why', async (_, authority, rekor, why) => {
    const yaml = await yamlOf(fulcio(authority, rekor));
    expect(yaml).toContain('    signedBy: []\n    sameRepository: deny\n');
    expect(yaml).toContain(why);
  });
});

describe('keys', () => {
  it.each<[string, object, string]>([
    ['a key and a file', { keyPath: 'a.pub', keyData: base64(tektonKey) }, 'not exactly one'],
    ['no key', {}, 'not exactly one'],
    ['an unknown field', { keyPath: 'a.pub', keyFile: 'b.pub' }, 'not valid there either'],
    ['an address', { keyPath: 'https://example.com/a.pub' }, 'what is no path'],
    ['what is no key', { keyData: base64('nothing') }, 'one of its keys cannot be used'],
    ['a log of its own', { keyPath: 'a.pub', rekorPublicKeyPath: 'private-rekor.pub' }, 'its log is another'],
  ])('%s trusts no signer, and says why', async (_, fields, why) => {
    const yaml = await yamlOf({ type: 'sigstoreSigned', ...fields });
    expect(yaml).toContain('signedBy: []');
    expect(yaml).toContain(why);
  });

  it('take the log of public Sigstore with them, and the first block of each alone', async () => {
    const keyData = base64(`${tektonKey}${istioKey}`);
    const yaml = await yamlOf({ type: 'sigstoreSigned', keyData, rekorPublicKeyPath: 'public-rekor.pub' });
    expect(yaml.match(/BEGIN PUBLIC KEY/g)).toHaveLength(1);
    expect(yaml).toContain('log: required');
  });
});

it('several requirements with names of their own are more than a rule can say', async () => {
  const one = (type: string) => ({ type: 'sigstoreSigned', keyPath: 'a.pub', signedIdentity: { type } });
  const policy = { default: [one('matchRepository'), one('matchExact')] };
  const { yaml } = await convertPolicy(new TextEncoder().encode(JSON.stringify(policy)), 'policy.json', aids);
  expect(yaml).toContain('signedBy: []');
  expect(yaml).toContain('each requirement asked for a name of its own');
});

it('a file with several policies is refused, unless all are Kyverno’s', async () => {
  const policy = JSON.stringify({ default: [{ type: 'reject' }] });
  await expect(convertPolicy(new TextEncoder().encode(`${policy}\n---\n${policy}`), 'x.yaml', aids)).rejects.toThrow(
    /several policies/,
  );
});

it('what would not be a valid policy is refused with the reason', async () => {
  const keyPaths = Array.from({ length: 101 }, (_, index) => `${index}.pub`);
  expect(await yamlOf({ type: 'sigstoreSigned', keyPaths })).toContain('at most 100 signers');
  const longest = `https://${'a'.repeat(5_000)}`;
  const integrity = { policies: [{ name: 'a', 'oidc-issuer': longest, 'certificate-identity': 'me' }] };
  await expect(convertPolicy(new TextEncoder().encode(JSON.stringify(integrity)), 'x.json', aids)).rejects.toThrow(
    /x\.json: what it would become is no valid policy/,
  );
});
