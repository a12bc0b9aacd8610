import { appliesTo } from './decide.ts';
import type { DecideInput } from './decide-input.ts';
import { matchableName } from './image-pattern.ts';
import { matchSigner, rootScope, signersFor } from './match-signer.ts';
import { namesOf } from './mirror.ts';
import type { PolicySet } from './policy-set.ts';

/**
 * Which pieces of evidence, by index, are by a signer whom the rules for this image trust, whatever they are evidence of. A
 * layer's rule is its first that matches, as in deciding. Where a layer has a rule but does not name the signer, that piece
 * does not count.
 */
export function trustedEvidence(input: DecideInput, policies: PolicySet): readonly number[] {
  const judges = policies.layers.flatMap((layer) => {
    const names = namesOf(matchableName(input.image.name, input.image.tagDigest), layer.mirrors);
    const rule = layer.rules.find((candidate) => appliesTo(candidate, names, input));
    const entries = [
      ...(rule?.signedBy ?? []),
      ...(rule?.attestations ?? []).flatMap(({ signedBy }) => signedBy ?? []),
    ];
    const signers = entries.flatMap((entry) => signersFor(entry, names));
    return signers.length === 0 ? [] : [{ signers, roots: rootScope(layer, input.trustedRoots) }];
  });
  if (judges.length === 0) return [];
  return input.evidence.flatMap((piece, index) => {
    const trusted = judges.every(({ signers, roots }) =>
      signers.some((signer) => matchSigner(signer, piece, roots) === 'yes'),
    );
    return trusted ? [index] : [];
  });
}
