import type { Evidence } from '../../../model/index.ts';
import type { PolicySet } from '../../language/compiled/policy-set.ts';
import { matchesGlob } from '../../language/patterns/glob.ts';
import { matchableName } from '../../language/patterns/image-pattern.ts';
import { namesOf } from '../../language/patterns/mirror.ts';
import { isProvenance } from '../../language/patterns/predicate-type.ts';
import type { DecideInput } from '../evidence/decide-input.ts';
import { matchSigner, rootScope, signersFor } from '../evidence/match-signer.ts';
import { appliesTo } from './decide.ts';

/** Whether a signer whom a rule names for attestations of these types alone is asked about a piece of such a type. */
function isAbout(predicateTypes: readonly string[] | null, { predicateType }: Evidence): boolean {
  if (predicateTypes === null) return true;
  // a signature on BuildKit's attestation manifest vouches for all that lies in it
  if (predicateType === null) return predicateTypes.some(isProvenance);
  return predicateTypes.some((type) => matchesGlob(type, predicateType));
}

/**
 * Which pieces of evidence, by index, are by a signer whom the rules for this image trust: those of `signedBy` for whatever it is
 * evidence of, those of an attestation's own `signedBy` for attestations of that type. A layer's rule is its first that matches,
 * as in deciding. Where a layer has a rule but does not name the signer, that piece does not count.
 */
export function trustedEvidence(input: DecideInput, policies: PolicySet): readonly number[] {
  const judges = policies.layers.flatMap((layer) => {
    const names = namesOf(matchableName(input.image.name, input.image.tagDigest), layer.mirrors);
    const rule = layer.rules.find((candidate) => appliesTo(candidate, names, input));
    const scopes = [
      { entries: rule?.signedBy ?? [], predicateTypes: null },
      ...(rule?.attestations ?? []).map(({ signedBy, predicateTypes }) => ({
        entries: signedBy ?? [],
        predicateTypes,
      })),
    ];
    const signers = scopes.flatMap(({ entries, predicateTypes }) =>
      entries.flatMap((entry) => signersFor(entry, names).map((signer) => ({ signer, predicateTypes }))),
    );
    return signers.length === 0 ? [] : [{ signers, roots: rootScope(layer, input.trustedRoots) }];
  });
  if (judges.length === 0) return [];
  return input.evidence.flatMap((piece, index) => {
    const trusted = judges.every(({ signers, roots }) =>
      signers.some(
        ({ signer, predicateTypes }) => isAbout(predicateTypes, piece) && matchSigner(signer, piece, roots) === 'yes',
      ),
    );
    return trusted ? [index] : [];
  });
}
