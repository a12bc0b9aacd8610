import { packageFacts } from '../../../inventory/index.ts';
import type { Digest, Evidence } from '../../../model/index.ts';
import { type DecideInput, type PolicySet, trustedEvidence } from '../../../policy/index.ts';
import { type IndexSbom, isSbom, vouchesForIndex } from './index-sboms.ts';

function predicateOf({ statement }: Evidence): unknown {
  return typeof statement === 'object' && statement !== null && 'predicate' in statement ? statement.predicate : null;
}

/** An SBOM by a signer whom the rules trust. */
interface TrustedSbom {
  readonly subject: Digest;
  readonly predicate: unknown;
}

/** SBOMs in the index that a trusted signature on the whole index, or on the platform's attestation manifest, speaks for. */
function vouchedSboms(input: DecideInput, trusted: readonly Evidence[], sboms: readonly IndexSbom[]): TrustedSbom[] {
  const vouching = trusted.filter(vouchesForIndex);
  const isWholeSigned = vouching.some(
    ({ form, subject }) => form !== 'buildkit-attestation' && subject === input.image.digest,
  );
  // where several attestation manifests are about one platform, a signature on one says nothing of the others
  return sboms.filter(
    ({ subject, alone }) =>
      isWholeSigned ||
      (alone && vouching.some((piece) => piece.form === 'buildkit-attestation' && piece.subject === subject)),
  );
}

/**
 * What SBOMs list that are attested by a signer whom the rules for this image trust, or that lie in an index that one has signed.
 * Null where no rule asks, and where for one of the platforms nothing of that kind can be read: what is in it is then not known.
 */
export function attestedPackages(
  input: DecideInput,
  policies: PolicySet,
  inIndex: readonly IndexSbom[],
): DecideInput['packages'] {
  const asked = policies.layers.flatMap(({ rules }) => rules.flatMap(({ packages }) => packages ?? []));
  if (asked.length === 0) return null;
  const indices = new Set(trustedEvidence(input, policies));
  const trusted = input.evidence.filter((piece, index) => indices.has(index) && piece.verified);
  const attested = trusted
    .filter(({ form, predicateType }) => form === 'attestation' && isSbom(predicateType))
    .map((piece): TrustedSbom => ({ subject: piece.subject, predicate: predicateOf(piece) }));
  const sboms = [...attested, ...vouchedSboms(input, trusted, inIndex)];
  const { digest: root, platforms } = input.image;
  const about = (digest: Digest): readonly TrustedSbom[] => sboms.filter(({ subject }) => subject === digest);
  const onRoot = about(root);
  if (platforms.some(({ digest }) => onRoot.length === 0 && about(digest).length === 0)) return null;
  const relevant = new Set([...onRoot, ...platforms.flatMap(({ digest }) => about(digest))]);
  return packageFacts(
    [...relevant].map(({ predicate }) => predicate),
    asked.flatMap(({ deny }) => deny),
  );
}
