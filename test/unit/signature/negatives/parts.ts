import {
  altered,
  alteredAnnotation,
  annotation,
  bundleName,
  certificateName,
  content,
  flipped,
  type Negative,
  one,
  signatureName,
  withAnnotations,
  withContent,
} from './alterations.ts';

/** Group 5: parts of other signatures, and log entries that prove something else. */
export const partNegatives: readonly Negative[] = [
  {
    group: 5,
    name: "another signature's log entry (GHSA-whqx-f9j3-ch6m)",
    make: () => withAnnotations(one('v2keyless'), { [bundleName]: annotation(one('v2keyless-tsa'), bundleName) }),
    code: 'log-invalid',
  },
  {
    group: 5,
    name: "another signature's certificate (GHSA-ccxc-vr6p-4858)",
    make: () =>
      withAnnotations(one('v2keyless'), { [certificateName]: annotation(one('v2keyless-tsa'), certificateName) }),
    code: 'log-invalid',
  },
  {
    group: 5,
    name: "another certificate's signature",
    make: () => withAnnotations(one('v2keyless'), { [signatureName]: annotation(one('v2keyless-tsa'), signatureName) }),
    code: 'log-invalid',
  },
  {
    group: 5,
    name: 'the entry of another key (GHSA-8gw7-4j42-w388)',
    make: () => withAnnotations(one('v2key'), { [bundleName]: annotation(one('v2keyless'), bundleName) }),
    code: 'log-invalid',
  },
  {
    group: 5,
    name: 'a keyless signature passed off as a bare one',
    make: () => withAnnotations(one('v2keyless'), { [certificateName]: undefined }),
    code: 'unknown-signer',
  },
  {
    group: 5,
    name: 'a forged promise',
    make: () =>
      alteredAnnotation(one('v2keyless'), bundleName, (json) => {
        json.SignedEntryTimestamp = flipped(json.SignedEntryTimestamp);
      }),
    code: 'log-invalid',
  },
  {
    group: 5,
    name: 'a later time in the entry (CVE-2026-48816)',
    make: () =>
      alteredAnnotation(one('v2keyless'), bundleName, (json) => {
        json.Payload.integratedTime += 1;
      }),
    code: 'log-invalid',
  },
  {
    group: 5,
    name: 'another index in the entry',
    make: () =>
      alteredAnnotation(one('v2keyless'), bundleName, (json) => {
        json.Payload.logIndex += 1;
      }),
    code: 'log-invalid',
  },
  {
    group: 5,
    name: 'an entry of another log',
    make: () =>
      alteredAnnotation(one('v2keyless'), bundleName, (json) => {
        json.Payload.logID = 'ab'.repeat(32);
      }),
    code: 'log-missing',
  },
  {
    group: 5,
    name: 'a log identifier that is none',
    make: () =>
      alteredAnnotation(one('v2keyless'), bundleName, (json) => {
        json.Payload.logID = `${json.Payload.logID}00`;
      }),
    code: 'malformed',
  },
  {
    group: 5,
    name: 'a negative time',
    make: () =>
      alteredAnnotation(one('v2keyless'), bundleName, (json) => {
        json.Payload.integratedTime = -1;
      }),
    code: 'malformed',
  },
  {
    group: 5,
    name: 'an altered key signature',
    make: () =>
      withAnnotations(one('v2keyrekor'), { [signatureName]: flipped(annotation(one('v2keyrekor'), signatureName)) }),
    code: ['invalid-signature', 'unknown-signer'],
  },
  {
    group: 5,
    name: 'a key signature whose entry is altered',
    make: () =>
      alteredAnnotation(one('v2keyrekor'), bundleName, (json) => {
        json.SignedEntryTimestamp = flipped(json.SignedEntryTimestamp);
      }),
    code: 'log-invalid',
  },
  {
    group: 5,
    name: 'the same entry twice (GHSA-9vcr-p3rj-q5q6)',
    make: () =>
      altered(one('v3fake-sc1'), (json) => {
        const entries = json.verificationMaterial.tlogEntries;
        entries.push(...entries);
      }),
    code: ['log-invalid', 'timestamp-invalid'],
  },
  {
    group: 5,
    name: 'a proof without a promise, its time unsigned (CVE-2026-48816)',
    make: () =>
      altered(one('v3fake-sc1'), (json) => {
        for (const entry of json.verificationMaterial.tlogEntries) delete entry.inclusionPromise;
        delete json.verificationMaterial.timestampVerificationData;
      }),
    code: 'log-missing',
  },
  {
    group: 5,
    name: 'a proof of another tree',
    make: () =>
      altered(one('v3fake-sc1'), (json) => {
        for (const { inclusionProof } of json.verificationMaterial.tlogEntries) {
          if (inclusionProof)
            inclusionProof.checkpoint.envelope = inclusionProof.checkpoint.envelope.replace('\n1\n', '\n2\n');
        }
      }),
    code: 'log-invalid',
  },
  {
    group: 5,
    name: 'neither proof nor promise',
    make: () =>
      altered(one('v3fake-sc1'), (json) => {
        for (const entry of json.verificationMaterial.tlogEntries) {
          delete entry.inclusionProof;
          delete entry.inclusionPromise;
        }
      }),
    code: 'malformed',
  },
  {
    group: 5,
    name: "another bundle's entry",
    make: () =>
      altered(one('v3fake-sc1'), (json) => {
        json.verificationMaterial.tlogEntries = JSON.parse(content(one('v3attest'))).verificationMaterial.tlogEntries;
      }),
    code: 'log-invalid',
  },
  {
    group: 5,
    name: "another bundle's certificate",
    make: () =>
      altered(one('v3fake-sc1'), (json) => {
        json.verificationMaterial.certificate = JSON.parse(content(one('v3attest'))).verificationMaterial.certificate;
      }),
    code: 'log-invalid',
  },
  {
    group: 5,
    name: 'an attestation whose entry hashes another envelope (intoto 0.0.1)',
    make: () => withContent(one('v2attest-intoto'), `${content(one('v2attest-intoto'))} `),
    code: 'log-invalid',
  },
  {
    group: 5,
    name: 'an attestation with a forged promise (intoto 0.0.1)',
    make: () =>
      alteredAnnotation(one('v2attest-intoto'), bundleName, (json) => {
        json.SignedEntryTimestamp = flipped(json.SignedEntryTimestamp);
      }),
    code: 'log-invalid',
  },
  {
    group: 5,
    name: 'an altered signature in an attestation',
    make: () =>
      altered(one('v2attest'), (json) => {
        for (const signature of json.signatures) signature.sig = flipped(signature.sig);
      }),
    code: 'log-invalid',
  },
];
