import type { Evidence } from '../../../model/index.ts';
import type { ClusterAuthority, ClusterPolicy } from '../../language/compiled/cluster-policy.ts';
import { matchesText } from '../../language/patterns/text-pattern.ts';
import { coverageOf } from './coverage.ts';
import type { JudgeContext } from './judgement.ts';
import { isTimeTrusted } from './match-signer.ts';

/** The evidence by which an authority vouches for an image. */
export interface Pass {
  readonly evidence: readonly Evidence[];
  readonly coversWhole: boolean;
}

/** The evidence with what of the image it covers; null where it covers less than is used. */
export function covered(context: JudgeContext, evidence: readonly Evidence[]): Pass | null {
  const coverage = coverageOf(context.input.image, evidence, (applicable) => applicable.length > 0);
  if (coverage.kind !== 'whole' && coverage.kind !== 'platforms') return null;
  return { evidence, coversWhole: coverage.kind === 'whole' };
}

/** Whether a piece of evidence was made by an authority. */
export function isByAuthority(context: JudgeContext, authority: ClusterAuthority, piece: Evidence): boolean {
  const { signer, logRoot, timestampRoot } = authority;
  if (!piece.verified || piece.signer === null) return false;
  const roots = new Set([piece.trustedRoot, ...piece.materials]);
  if (logRoot !== null && !(piece.log !== null && roots.has(logRoot))) return false;
  if (timestampRoot !== null && !(piece.timeSource === 'timestamp' && roots.has(timestampRoot))) return false;
  if (signer.kind === 'key') {
    if (piece.signer.kind !== 'key' || piece.signer.sha256 !== signer.id) return false;
    // whose log that has to be, where a TrustRoot is named, was compared above
    return !signer.logRequired || logRoot !== null || (piece.log !== null && isTimeTrusted(piece, context.roots));
  }
  if (signer.kind === 'notation') return isByNotation(context, signer.authority, piece);
  if (signer.kind !== 'keyless' || piece.signer.kind !== 'keyless') return false;
  const { identity, issuer } = piece.signer;
  return (
    [...rootsThatCount(context, signer.root)].some((root) => roots.has(root)) &&
    signer.identities.some((known) => matchesText(known.issuer, issuer) && matchesText(known.subject, identity))
  );
}

/** As a rule's `notation` counts, for whatever subject: Kyverno trusts every certificate under these. */
function isByNotation({ roots }: JudgeContext, authority: string, piece: Evidence): boolean {
  const isTimed =
    piece.timeSource !== 'timestamp' || piece.materials.some((material) => roots.timestamps.has(material));
  return (
    piece.form === 'notation' &&
    piece.signer?.kind === 'certificate' &&
    isTimed &&
    piece.materials.includes(authority) &&
    piece.revocationUnknown === undefined
  );
}

/** The trusted roots that a keyless authority relies on; never the TrustRoot of another authority. */
function rootsThatCount(
  { layer, roots, input }: JudgeContext,
  wanted: Extract<ClusterAuthority['signer'], { kind: 'keyless' }>['root'],
): ReadonlySet<string> {
  if (typeof wanted === 'object') return new Set([wanted.id]);
  const builtin = input.trustedRoots.filter((root) => root.layer === 'builtin').map(({ id }) => id);
  const excluded = new Set<string | null>([
    ...trustRootsOf(layer.clusterPolicies),
    ...(wanted === 'private' ? builtin : []),
  ]);
  return new Set([...roots.usual].filter((root) => !excluded.has(root)));
}

function trustRootsOf(policies: readonly ClusterPolicy[]): readonly (string | null)[] {
  return policies.flatMap(({ authorities }) =>
    authorities.flatMap(({ signer, logRoot, timestampRoot }) => [
      logRoot,
      timestampRoot,
      signer.kind === 'keyless' && typeof signer.root === 'object' ? signer.root.id : null,
    ]),
  );
}
