import { describe, expect, it } from 'vitest';
import { attestedPackages } from '../../../../../src/gate/examine/gather/package-source.ts';
import type { Digest, Evidence } from '../../../../../src/model/index.ts';
import type { DecideInput, PolicySet } from '../../../../../src/policy/index.ts';
import { spdxOf } from '../../../../support/signed-registry.ts';
import { byKey, digestOf, image, inputOf } from '../../../policy/support/evidence.ts';
import { policiesOf } from '../../../policy/support/policies.ts';
import { acme, files } from '../../../policy/support/verdict.ts';

const platform = digestOf('platform');
const untrusted = 'f'.repeat(64);
const spdx = 'https://spdx.dev/Document';

const policies = (packages: string): Promise<PolicySet> =>
  policiesOf({
    project: `version: 1\nrules:\n  - images: ["ghcr.io/acme/**"]\n    signedBy: [{key: acme.pub}]\n    require: {${packages}attestations: [{type: sbom, signedBy: [{key: acme.pub}]}]}\n`,
    files,
  });
const asking = policies('packages: {deny: ["xz-utils@5.6.0"]}, ');

const sbom = (subject: Digest, changes: Partial<Evidence> = {}): Evidence =>
  byKey(acme, {
    form: 'attestation',
    predicateType: spdx,
    subject,
    statement: { predicate: spdxOf('xz-utils@5.6.0') },
    ...changes,
  });

const ofImage = (...evidence: readonly Evidence[]): DecideInput =>
  inputOf('ghcr.io/acme/x', evidence, {
    image: { platforms: [{ platform: 'linux/amd64', digest: platform }] },
  } as never); // what of it is asked

const inIndex = (alone = true) => [{ subject: platform, predicate: spdxOf('xz-utils@5.6.0'), alone }];

describe('what is known to be inside an image', () => {
  it('is nothing where no rule asks', async () => {
    expect(attestedPackages(ofImage(sbom(image)), await policies(''), inIndex())).toBeNull();
  });

  it.each<readonly [string, readonly Evidence[], ReturnType<typeof inIndex>, boolean]>([
    ['on the whole image', [sbom(image)], [], true],
    ['on its platform', [sbom(platform)], [], true],
    ['on another image', [sbom(digestOf('other'))], [], false],
    ['that does not verify', [sbom(image, { verified: false })], [], false],
    ['of another type', [sbom(image, { predicateType: 'https://slsa.dev/provenance/v1' })], [], false],
    [
      'by no trusted signer',
      [sbom(image, { signer: { kind: 'key', sha256: untrusted, name: null }, materials: [untrusted] })],
      [],
      false,
    ],
    ['in an index that is signed as a whole', [byKey(acme)], inIndex(), true],
    ['in an index of which only a platform is signed', [byKey(acme, { subject: platform })], inIndex(), false],
    [
      'on an attestation manifest that alone speaks of the platform',
      [byKey(acme, { form: 'buildkit-attestation', subject: platform })],
      inIndex(),
      true,
    ],
    [
      'on one of several attestation manifests',
      [byKey(acme, { form: 'buildkit-attestation', subject: platform })],
      inIndex(false),
      false,
    ],
    ['in an unsigned index', [], inIndex(), false],
  ])('is what a trusted SBOM says: %s', async (_, evidence, index, isKnown) => {
    const found = attestedPackages(ofImage(...evidence), await asking, index);
    expect(JSON.stringify(found).includes('xz-utils')).toBe(isKnown);
    expect(found === null).toBe(!isKnown);
  });
});
