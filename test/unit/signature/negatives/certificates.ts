import { localMaterial } from '../shared-data.ts';
import { altered, annotation, certificateName, flipped, type Negative, one, withAnnotations } from './alterations.ts';

/** Group 6: certificates. */
export const certificateNegatives: readonly Negative[] = [
  {
    group: 6,
    name: 'no root that knows the authority',
    make: () => one('v2keyless'),
    material: () => ({ ...localMaterial(), trustedRoots: [] }),
    code: 'unknown-signer',
  },
  {
    group: 6,
    name: 'an altered certificate',
    make: () =>
      altered(one('v3fake-sc1'), (json) => {
        json.verificationMaterial.certificate.rawBytes = flipped(json.verificationMaterial.certificate.rawBytes);
      }),
    code: ['log-invalid', 'malformed', 'unknown-signer'],
  },
  {
    group: 6,
    name: 'an empty certificate',
    make: () =>
      altered(one('v3fake-sc1'), (json) => {
        json.verificationMaterial.certificate.rawBytes = '';
      }),
    code: 'malformed',
  },
  {
    group: 6,
    name: 'two certificates as signer',
    make: () =>
      withAnnotations(one('v2keyless'), { [certificateName]: annotation(one('v2keyless'), certificateName).repeat(2) }),
    code: 'malformed',
  },
];
