import { createHash, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { expect, it } from 'vitest';
import { trustedRootOf } from '../../../../../src/policy/load/cluster-image-policy/trust-root.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const [first = '', second = ''] = rootCertificates;
const validFor = { start: '1970-01-01T00:00:00Z' };

const keyOn = (namedCurve: string): KeyObject => generateKeyPairSync('ec', { namedCurve }).publicKey;
const pemOf = (key: KeyObject): string => base64(key.export({ type: 'spki', format: 'pem' }).toString());

/** A log of a trusted root, with such a key. */
function logOf(key: KeyObject, keyDetails: string, baseUrl: string): object {
  const der = key.export({ type: 'spki', format: 'der' });
  return {
    baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: der.toString('base64'), keyDetails, validFor },
    logId: { keyId: createHash('sha256').update(der).digest('base64') },
  };
}

const certificateOf = (pem: string): object => ({ rawBytes: new X509Certificate(pem).raw.toString('base64') });

it('the keys of a TrustRoot become those of a trusted root, since ever', () => {
  const [p256, p384, p521] = [keyOn('prime256v1'), keyOn('secp384r1'), keyOn('secp521r1')];
  const found = trustedRootOf('ours', {
    spec: {
      sigstoreKeys: {
        certificateAuthorities: [
          {
            subject: { organization: 'acme', commonName: 'fulcio' },
            uri: 'https://fulcio.test',
            certChain: base64(`\n${first}\n${second}\n`),
          },
        ],
        tLogs: [
          { baseURL: 'https://rekor.test', publicKey: pemOf(p256) },
          { baseURL: 1, publicKey: pemOf(p384) },
        ],
        ctLogs: [{ publicKey: pemOf(p521) }],
        timestampAuthorities: [{ certChain: base64(first) }],
      },
    },
  });
  expect(JSON.parse('json' in found ? found.json : found.missing)).toEqual({
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [logOf(p256, 'PKIX_ECDSA_P256_SHA_256', 'https://rekor.test'), logOf(p384, 'PKIX_ECDSA_P384_SHA_384', '')],
    certificateAuthorities: [
      {
        subject: { organization: 'acme', commonName: 'fulcio' },
        uri: 'https://fulcio.test',
        certChain: { certificates: [certificateOf(first), certificateOf(second)] },
        validFor,
      },
    ],
    ctlogs: [logOf(p521, 'PKIX_ECDSA_P521_SHA_512', '')],
    timestampAuthorities: [
      {
        subject: { organization: '', commonName: '' },
        uri: '',
        certChain: { certificates: [certificateOf(first)] },
        validFor,
      },
    ],
  });
});
