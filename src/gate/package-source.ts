import { packageFacts } from '../inventory/index.ts';
import type { Digest, Evidence } from '../model/index.ts';
import { type DecideInput, type PolicySet, trustedEvidence } from '../policy/index.ts';

const sbomType = /^https:\/\/(?:spdx\.dev\/Document|cyclonedx\.org\/bom)(?:\/|$)/;

function predicateOf({ statement }: Evidence): unknown {
  return typeof statement === 'object' && statement !== null && 'predicate' in statement ? statement.predicate : null;
}

/**
 * What SBOMs list that are attested by a signer whom the rules for this image trust. Null where no rule asks, and where for one
 * of the platforms nothing of that kind can be read: what is in it is then not known.
 */
export function attestedPackages(input: DecideInput, policies: PolicySet): DecideInput['packages'] {
  const asked = policies.layers.flatMap(({ rules }) => rules.flatMap(({ packages }) => packages ?? []));
  if (asked.length === 0) return null;
  const trusted = new Set(trustedEvidence(input, policies));
  const sboms = input.evidence.filter(
    (piece, index) =>
      trusted.has(index) && piece.verified && piece.form === 'attestation' && sbomType.test(piece.predicateType ?? ''),
  );
  const about = (digest: Digest): readonly Evidence[] => sboms.filter(({ subject }) => subject === digest);
  const { digest: root, platforms } = input.image;
  const onRoot = about(root);
  if (platforms.some(({ digest }) => onRoot.length === 0 && about(digest).length === 0)) return null;
  const relevant = new Set([...onRoot, ...platforms.flatMap(({ digest }) => about(digest))]);
  return packageFacts(
    [...relevant].map(predicateOf),
    asked.flatMap(({ deny }) => deny),
  );
}
