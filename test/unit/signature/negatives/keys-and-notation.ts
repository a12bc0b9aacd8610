import { localMaterial } from '../shared-data.ts';
import {
  altered,
  type Negative,
  one,
  onlyKey,
  signatureName,
  withAnnotations,
  withContent,
  withoutKeys,
} from './alterations.ts';

/** Group 10: keys and Notation. */
export const keyNegatives: readonly Negative[] = [
  {
    group: 10,
    name: 'a key of another kind',
    make: () => one('v2key'),
    material: onlyKey('rsa4096.pub.pem'),
    code: 'unknown-signer',
  },
  {
    group: 10,
    name: 'another key of the same kind',
    make: () => one('v3key'),
    material: onlyKey('p256.pub.pem'),
    code: 'unknown-signer',
  },
  {
    group: 10,
    name: 'a P-384 signature for a P-521 key',
    make: () => one('k3-p384'),
    material: onlyKey('p521.pub.pem'),
    code: 'unknown-signer',
  },
  {
    group: 10,
    name: 'an Ed25519 signature for another key',
    make: () => one('k2-ed25519'),
    material: onlyKey('cosign.pub'),
    code: 'unknown-signer',
  },
  {
    group: 10,
    name: 'no signature',
    make: () => withAnnotations(one('v2key'), { [signatureName]: undefined }),
    code: 'malformed',
  },
  {
    group: 10,
    name: 'a signature that is not base64',
    make: () => withAnnotations(one('v2key'), { [signatureName]: '!!!' }),
    code: 'malformed',
  },
  {
    group: 10,
    name: 'a bundle of a version that does not exist',
    make: () =>
      altered(one('v3key'), (json) => {
        json.mediaType = 'application/vnd.dev.sigstore.bundle+json;version=0.9';
      }),
    code: 'unsupported',
  },
  {
    group: 10,
    name: 'an altered JWS payload (CVE-2023-33959)',
    make: () =>
      altered(one('not-jws'), (json) => {
        json.payload = Buffer.from(Buffer.from(json.payload, 'base64url').toString().replace('735', '736')).toString(
          'base64url',
        );
      }),
    code: 'invalid-signature',
  },
  {
    group: 10,
    name: 'a JWS with another algorithm',
    make: () =>
      altered(one('not-jws'), (json) => {
        json.protected = Buffer.from(
          Buffer.from(json.protected, 'base64url').toString().replace('PS256', 'PS384'),
        ).toString('base64url');
      }),
    code: 'invalid-signature',
  },
  {
    group: 10,
    name: 'a JWS with an unknown critical attribute',
    make: () =>
      altered(one('not-jws'), (json) => {
        json.protected = Buffer.from(
          Buffer.from(json.protected, 'base64url').toString().replace('"crit":[', '"crit":["x",'),
        ).toString('base64url');
      }),
    code: ['unsupported', 'malformed'],
  },
  {
    group: 10,
    name: 'a JWS with another content type',
    make: () =>
      altered(one('not-jws'), (json) => {
        json.protected = Buffer.from(
          Buffer.from(json.protected, 'base64url').toString().replace('notary.payload', 'notary.other'),
        ).toString('base64url');
      }),
    code: 'wrong-type',
  },
  {
    group: 10,
    name: 'something behind a COSE envelope',
    make: () =>
      withContent(one('not-cose'), Buffer.concat([Buffer.from(one('not-cose').content, 'base64'), Buffer.from([0])])),
    code: 'malformed',
  },
  {
    group: 10,
    name: 'an altered COSE envelope',
    make: () => {
      const bytes = Buffer.from(one('not-cose').content, 'base64');
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      return withContent(one('not-cose'), bytes);
    },
    code: 'invalid-signature',
  },
  {
    group: 10,
    name: 'a Notation authority that was not named',
    make: () => one('not-jws'),
    material: () => ({ ...localMaterial(), certificates: [] }),
    code: 'unknown-signer',
  },
  {
    group: 10,
    name: 'a lying list of fingerprints',
    make: () => ({
      ...one('not-jws'),
      annotations: { 'io.cncf.notary.x509chain.thumbprint#S256': `["${'00'.repeat(32)}"]` },
    }),
    code: 'malformed',
  },
  {
    group: 10,
    name: 'an envelope of another kind than it says',
    make: () => ({ ...one('not-jws'), layer: { ...one('not-jws').layer, mediaType: 'application/cose' } }),
    code: 'malformed',
  },
  {
    group: 10,
    name: 'a JWS with ten thousand certificates (CVE-2023-25656)',
    make: () =>
      altered(one('not-jws'), (json) => {
        json.header.x5c = Array.from({ length: 10_000 }, () => json.header.x5c[0] ?? '');
      }),
    code: 'too-large',
  },
  {
    group: 10,
    name: 'a COSE envelope that says it holds a gigabyte (CVE-2023-25656)',
    make: () => withContent(one('not-cose'), Buffer.from(`d2845a40000000${'00'.repeat(64)}`, 'hex')),
    code: 'malformed',
  },
  { group: 10, name: 'no key at all', make: () => one('v3key'), material: withoutKeys, code: 'unknown-signer' },
];
