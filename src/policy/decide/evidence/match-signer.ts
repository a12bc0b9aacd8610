import { type Evidence, evidenceForms, type Signer } from '../../../model/index.ts';
import type { PolicyLayer } from '../../language/compiled/policy-set.ts';
import type {
  CertificateSigner,
  KeylessSigner,
  SignerEntry,
  TrustedSigner,
} from '../../language/compiled/trusted-signer.ts';
import { type ImagePattern, type MatchableName, matchesImage } from '../../language/patterns/image-pattern.ts';
import { matchesText } from '../../language/patterns/text-pattern.ts';

/** How near a piece of evidence comes to a signer: `yes`, or what is wrong with it, from nearest to farthest. */
export type SignerMatch = 'yes' | 'revocation' | 'log' | 'timestamp' | 'claims' | 'untrusted-root' | 'no';

/** The trusted roots that a layer may rely on. */
export interface RootScope {
  /** Public Sigstore's, those of the layer and of the layers before it. */
  readonly usual: ReadonlySet<string>;
  /** GitHub's own instance. */
  readonly github: ReadonlySet<string>;
  /** Timestamp authorities for Notation. */
  readonly timestamps: ReadonlySet<string>;
}

const layerOrder: readonly PolicyLayer['layer'][] = ['machine', 'user', 'command-line', 'project', 'builtin'];
const githubSource = 'github';

/** Which of the roots in use count for a layer: never one that only a later layer declares. */
export function rootScope(
  layer: PolicyLayer,
  roots: readonly { readonly id: string; readonly layer: PolicyLayer['layer']; readonly source: string }[],
): RootScope {
  const usual = new Set(layer.trustedRoots);
  const github = new Set<string>();
  const rank = layerOrder.indexOf(layer.layer);
  for (const root of roots) {
    if (root.layer === 'builtin') (root.source === githubSource ? github : usual).add(root.id);
    // The command line's roots come from --trusted-root too, not only from policies.
    if (root.layer === 'command-line' && rank >= layerOrder.indexOf('command-line')) usual.add(root.id);
  }
  return { usual, github, timestamps: new Set(layer.timestampAuthorities) };
}

/** Compares verified evidence with a signer. Whatever was not verified is `no`. */
export function matchSigner(signer: TrustedSigner, evidence: Evidence, roots: RootScope): SignerMatch {
  if (!evidence.verified) return 'no';
  switch (signer.kind) {
    case 'key': {
      if (!isSignedByKey(signer.id, evidence)) return 'no';
      return signer.logRequired && (evidence.log === null || !isTimeTrusted(evidence, roots)) ? 'log' : 'yes';
    }
    case 'keyless':
      return matchKeyless(signer, evidence, roots);
    case 'notation': {
      const isSubject = evidence.signer?.kind === 'certificate' && evidence.signer.subject === signer.subject;
      if (evidenceForms[evidence.form].signedBy !== 'notation' || !isSubject) return 'no';
      // a time that only a later layer's authority proves could revive an expired certificate
      const isTimed =
        evidence.timeSource !== 'timestamp' || evidence.materials.some((material) => roots.timestamps.has(material));
      if (!isTimed || !evidence.materials.includes(signer.authority)) return 'untrusted-root';
      if (signer.timestampRequired && evidence.timeSource !== 'timestamp') return 'timestamp';
      return signer.revocation === 'require' && evidence.revocationUnknown !== undefined ? 'revocation' : 'yes';
    }
    case 'certificate':
      return matchCertificate(signer, evidence, roots);
  }
}

function matchCertificate(signer: CertificateSigner, evidence: Evidence, roots: RootScope): SignerMatch {
  const { certificate } = evidence;
  if (certificate === undefined || !isCertified(signer, certificate)) return 'no';
  if (!evidence.materials.includes(signer.authority)) return 'untrusted-root';
  const isTimed = evidence.time !== null || evidence.log !== null;
  // as for Notation: only a clock that the layer or the entry relies on may revive an expired certificate
  const clocks = [...roots.usual, ...roots.github, ...(signer.timestamps === null ? [] : [signer.timestamps])];
  if (isTimed && !clocks.some((clock) => evidence.materials.includes(clock))) return 'untrusted-root';
  if (certificate.issuer !== signer.issuer) return 'claims';
  if (signer.logRequired && evidence.log === null) return 'log';
  if (signer.timestampRequired && evidence.time === null) return 'timestamp';
  return signer.revocation === 'require' && evidence.revocationUnknown !== undefined ? 'revocation' : 'yes';
}

/** Whether it is for whom the entry names: of several names any one, as cosign takes them. */
function isCertified(
  { subject, identity }: CertificateSigner,
  certificate: NonNullable<Evidence['certificate']>,
): boolean {
  if (identity === null) return subject !== null && certificate.subject === subject;
  return certificate.names.some((name) => matchesText(identity, name));
}

function isSignedByKey(id: string | null, evidence: Evidence): boolean {
  if (id === null || evidence.signer?.kind !== 'key') return false;
  return evidence.signer.sha256 === id || evidence.materials.includes(id);
}

function matchKeyless(signer: KeylessSigner, evidence: Evidence, roots: RootScope): SignerMatch {
  if (!isIdentity(signer, evidence)) return 'no';
  if (!isUnderTrustedRoot(signer, evidence, roots)) return 'untrusted-root';
  for (const [name, pattern] of Object.entries(signer.claims)) {
    if (!matchesText(pattern, evidence.claims[name as keyof typeof evidence.claims])) return 'claims';
  }
  return signer.logRequired && evidence.log === null ? 'log' : 'yes';
}

function isIdentity(signer: KeylessSigner, evidence: Evidence): boolean {
  const found = evidence.signer;
  return found?.kind === 'keyless' && found.issuer === signer.issuer && matchesText(signer.identity, found.identity);
}

function isUnderTrustedRoot(signer: KeylessSigner, evidence: Evidence, roots: RootScope): boolean {
  const { trustedRoots } = signer;
  if (trustedRoots === null) return rootsOf(evidence).some((root) => roots.usual.has(root));
  const named = trustedRoots === githubSource ? roots.github : new Set(trustedRoots);
  return rootsOf(evidence).some((root) => named.has(root));
}

/** Every root that it verified under: one signature may verify under several. */
function rootsOf(evidence: Evidence): readonly string[] {
  return evidence.trustedRoot === null ? evidence.materials : [evidence.trustedRoot, ...evidence.materials];
}

/**
 * Whether the log or timestamp of evidence is one that the layer relies on: what a key has signed may be timed under a
 * root that only a later layer declares. A certificate's root has been compared already.
 */
export function isTimeTrusted(evidence: Evidence, roots: RootScope): boolean {
  if (evidence.signer?.kind !== 'key') return true;
  return rootsOf(evidence).some((root) => roots.usual.has(root) || roots.github.has(root));
}

/** Whether evidence that did not verify names the signer, which is then only a claim. */
export function claimsToBe(signer: TrustedSigner, evidence: Evidence): boolean {
  switch (signer.kind) {
    case 'key':
      return evidence.signer?.kind === 'key' && evidence.signer.sha256 === signer.id;
    case 'keyless':
      return isIdentity(signer, evidence);
    case 'notation':
      return evidence.signer?.kind === 'certificate' && evidence.signer.subject === signer.subject;
    case 'certificate':
      return isClaimed(signer, evidence.signer);
  }
}

/** Whether a certificate that was not verified may be one for whom the entry names, as far as its signer tells. */
export function isClaimed({ identity, subject }: CertificateSigner, signer: Signer | null): boolean {
  switch (signer?.kind) {
    case 'keyless':
      return identity === null || matchesText(identity, signer.identity);
    case 'certificate':
      return subject === null || signer.subject === subject;
    default:
      return false;
  }
}

/** The ways to satisfy an entry that apply to an image: a publisher's signers for it, or all where none names it. */
export function signersFor(entry: SignerEntry, names: readonly MatchableName[]): readonly TrustedSigner[] {
  const isFor = (images: readonly ImagePattern[] | null): boolean =>
    images === null || images.some((pattern) => names.some((name) => matchesImage(pattern, name)));
  const applicable = entry.choices.filter((choice) => isFor(choice.images));
  return (applicable.length > 0 ? applicable : entry.choices).map((choice) => choice.signer);
}
