import { altered, alteredPayload, type Negative, one } from './alterations.ts';

/** Group 4: types changed or mistaken. */
export const typeNegatives: readonly Negative[] = [
  {
    group: 4,
    name: 'a payload type changed after signing',
    make: () =>
      altered(one('v3key'), (json) => {
        json.dsseEnvelope.payloadType = 'application/json';
      }),
    code: 'wrong-type',
  },
  {
    group: 4,
    name: 'a payload type with a character that looks alike',
    make: () =>
      altered(one('v3key'), (json) => {
        json.dsseEnvelope.payloadType = 'application/vnd.in‐toto+json';
      }),
    code: 'wrong-type',
  },
  {
    group: 4,
    name: 'a payload type with the eighth bit set (CVE-2026-48758)',
    make: () =>
      altered(one('v2attest'), (json) => {
        json.payloadType = 'application/vnd.in-toto+jsoî';
      }),
    code: 'wrong-type',
  },
  {
    group: 4,
    name: 'a statement of another type',
    make: () => alteredPayload(one('v3key'), (text) => text.replace('in-toto.io/Statement', 'example.test/Statement')),
    code: 'wrong-type',
  },
  {
    group: 4,
    name: 'an attestation renamed a signature (GHSA-739f-hw6h-7wq8)',
    make: () =>
      alteredPayload(one('v3attest'), (text) =>
        text.replace('https://example.test/p/v1', 'https://sigstore.dev/cosign/sign/v1'),
      ),
    code: 'log-invalid',
  },
];
