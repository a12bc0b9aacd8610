import {
  altered,
  alteredAnnotation,
  annotation,
  flipped,
  type Negative,
  one,
  stampName,
  withAnnotations,
} from './alterations.ts';

/** Group 7: timestamps. */
export const timestampNegatives: readonly Negative[] = [
  {
    group: 7,
    name: "another signature's timestamp",
    make: () => withAnnotations(one('v2keyless-tsaonly'), { [stampName]: annotation(one('v2keyless-tsa'), stampName) }),
    code: 'timestamp-invalid',
  },
  {
    group: 7,
    name: 'no timestamp where nothing else tells the time',
    make: () => withAnnotations(one('v2keyless-tsaonly'), { [stampName]: undefined }),
    code: 'log-missing',
  },
  {
    group: 7,
    name: 'a log of version 2 without a timestamp',
    make: () =>
      altered(one('v3fake-sc2'), (json) => {
        delete json.verificationMaterial.timestampVerificationData;
      }),
    code: 'log-missing',
  },
  {
    group: 7,
    name: "another envelope's timestamp",
    make: () => withAnnotations(one('v2attest-tsa'), { [stampName]: annotation(one('v2keyless-tsaonly'), stampName) }),
    code: 'timestamp-invalid',
  },
  {
    group: 7,
    name: 'an altered timestamp',
    make: () =>
      alteredAnnotation(one('v2keyless-tsaonly'), stampName, (json) => {
        json.SignedRFC3161Timestamp = flipped(json.SignedRFC3161Timestamp);
      }),
    code: 'timestamp-invalid',
  },
];
