import { localImage } from '../shared-data.ts';
import { alteredPayload, content, type Negative, one, other, withContent } from './alterations.ts';

/** Group 2: made for another image. */
export const subjectNegatives: readonly Negative[] = [
  {
    group: 2,
    name: 'a signature found under another image',
    make: () => one('v2keyless', other),
    code: 'wrong-subject',
  },
  {
    group: 2,
    name: 'an attestation found under another image',
    make: () => one('v2attest', other),
    code: 'wrong-subject',
  },
  {
    group: 2,
    name: 'a Notation signature found under another image',
    make: () => one('not-jws', other),
    code: 'wrong-subject',
  },
  {
    group: 2,
    name: 'a COSE signature found under another image',
    make: () => one('not-cose', other),
    code: 'wrong-subject',
  },
  {
    group: 2,
    name: 'a payload altered to name this image',
    make: () => {
      const found = one('v2key', other);
      return withContent(found, content(found).replace(localImage, other));
    },
    code: ['invalid-signature', 'unknown-signer'],
  },
  {
    group: 2,
    name: 'a statement altered to name this image',
    make: () => alteredPayload(one('v3key', other), (text) => text.replace(localImage.slice(7), other.slice(7))),
    code: 'invalid-signature',
  },
  {
    group: 2,
    name: 'a digest in the name alone',
    make: () =>
      alteredPayload(one('v3key'), (text) => text.replace(/"digest":\{[^}]*\}/, `"name":"${localImage}","digest":{}`)),
    code: 'wrong-subject',
  },
  {
    group: 2,
    name: 'no subject',
    make: () => alteredPayload(one('v3key'), (text) => text.replace(/"subject":\[.*?\],"pred/, '"subject":null,"pred')),
    code: 'malformed',
  },
  {
    group: 2,
    name: 'an empty list of subjects',
    make: () => alteredPayload(one('v3key'), (text) => text.replace(/"subject":\[.*?\],"pred/, '"subject":[],"pred')),
    code: 'malformed',
  },
  {
    group: 2,
    name: 'a null among the subjects',
    make: () => alteredPayload(one('v3key'), (text) => text.replace('"subject":[', '"subject":[null,')),
    code: 'malformed',
  },
  {
    group: 2,
    name: 'a SHA-512 digest alone',
    make: () => alteredPayload(one('v3key'), (text) => text.replace('"sha256"', '"sha512"')),
    code: 'wrong-subject',
  },
  {
    group: 2,
    name: 'a signature that lists a second subject',
    make: () =>
      alteredPayload(one('v3key'), (text) => text.replace('"subject":[', '"subject":[{"digest":{"sha256":"00"}},')),
    code: ['wrong-subject', 'invalid-signature'],
  },
  { group: 2, name: 'a bundle found under another image', make: () => one('v3fake-sc1', other), code: 'wrong-subject' },
];
