import {
  altered,
  annotation,
  bundleName,
  type Negative,
  one,
  prefix,
  withAnnotations,
  withContent,
} from './alterations.ts';

/** Group 9: sizes and counts. */
export const sizeNegatives: readonly Negative[] = [
  {
    group: 9,
    name: 'a payload of more than 10 MiB (GHSA-88jx-383q-w4qc)',
    make: () => withContent(one('v2key'), `{"a":"${'x'.repeat(11 * 1024 * 1024)}"}`),
    code: 'too-large',
  },
  {
    group: 9,
    name: 'a bundle of more than 10 MiB',
    make: () => withContent(one('v3key'), `{"a":"${'x'.repeat(11 * 1024 * 1024)}"}`),
    code: 'too-large',
  },
  {
    group: 9,
    name: 'an attestation of more than 64 MiB',
    make: () => withContent(one('v2attest'), Buffer.alloc(65 * 1024 * 1024, 0x20)),
    code: 'too-large',
  },
  {
    group: 9,
    name: 'a Notation envelope of more than 10 MiB',
    make: () => withContent(one('not-cose'), Buffer.alloc(11 * 1024 * 1024)),
    code: 'too-large',
  },
  {
    group: 9,
    name: 'JSON nested without end',
    make: () => withContent(one('v2key'), '['.repeat(100_000)),
    code: 'too-large',
  },
  {
    group: 9,
    name: 'CBOR nested without end',
    make: () => withContent(one('not-cose'), Buffer.alloc(100_000, 0x81)),
    code: 'malformed',
  },
  {
    group: 9,
    name: 'more log entries than anybody needs (GHSA-cq38-jh5f-37mq)',
    make: () =>
      altered(one('v3fake-sc1'), (json) => {
        const entries = json.verificationMaterial.tlogEntries;
        json.verificationMaterial.tlogEntries = Array.from({ length: 33 }, () => entries).flat();
      }),
    code: 'too-large',
  },
  {
    group: 9,
    name: 'more timestamps than anybody needs',
    make: () =>
      altered(one('v3fake-sc2'), (json) => {
        const data = json.verificationMaterial.timestampVerificationData;
        const stamps = data?.rfc3161Timestamps ?? [];
        if (data) data.rfc3161Timestamps = Array.from({ length: 9 }, () => stamps).flat();
      }),
    code: 'too-large',
  },
  {
    group: 9,
    name: 'more certificates than anybody needs',
    make: () =>
      withAnnotations(one('v2keyless'), {
        [`${prefix}/chain`]: annotation(one('v2keyless'), `${prefix}/chain`).repeat(11),
      }),
    code: 'too-large',
  },
  {
    group: 9,
    name: 'more signatures than anybody needs',
    make: () =>
      altered(one('v2attest'), (json) => {
        json.signatures = Array.from({ length: 17 }, () => json.signatures).flat();
      }),
    code: 'too-large',
  },
  {
    group: 9,
    name: 'an annotation of more than 1 MiB',
    make: () => withAnnotations(one('v2keyless'), { [bundleName]: ' '.repeat(10) + 'x'.repeat(1024 * 1024) }),
    code: 'too-large',
  },
];
