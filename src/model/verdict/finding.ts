/**
 * Every code that a finding can carry. A finding is a refusal or a remark as data; its meaning and cure stand in the
 * reference, which is generated from `findings.ts` of the room `report`.
 */
export type FindingCode =
  | 'signature.missing' // nothing is attached
  | 'signature.identity-mismatch' // verified, but by somebody the rule does not name
  | 'signature.invalid' // attached, but none verifies
  | 'signature.untrusted-key' // by a key or authority that no policy knows
  | 'signature.certificate-expired'
  | 'signature.certificate-revoked'
  | 'signature.log-missing'
  | 'signature.unsupported' // asks for something that cannot be evaluated
  | 'signature.threshold' // fewer signers than asked for
  | 'signature.claims-mismatch'
  | 'signature.copied' // the payload names another repository
  | 'signature.platform-uncovered' // a platform asked for is not vouched for
  | 'attachment.ignored' // listed or attached, and it says nothing about the image
  | 'attestation.missing'
  | 'attestation.mismatch'
  | 'policy.default' // no rule matches, and the default says so
  | 'policy.denied' // a rule that trusts no signer
  | 'policy.exception' // let through by a waiver, or by one that has ended
  | 'policy.break-glass' // let through in an emergency
  | 'policy.unsupported' // a policy field that cannot be evaluated
  | 'publisher.unsigned' // the catalogue says that this publisher signs
  | 'lock.missing'
  | 'lock.moved' // the tag resolves to another digest than the lock holds
  | 'lock.differs' // it is written, or pinned elsewhere, with another digest than the lock holds
  | 'lock.tag-unknown' // whether the tag has moved could not be asked
  | 'lock.signer-changed'
  | 'image.unresolved' // could not be looked up
  | 'image.not-found'
  | 'image.kept-tag' // the digest is what the tag stood for when it was last looked up
  | 'image.offline' // would need the network, which is not to be used
  | 'image.local-only'
  | 'image.not-built-here' // only in the local store, and no record shows that it was built here of verified images alone
  | 'image.local-shadow' // a local image of this name differs from the remote one
  | 'image.unverifiable' // an error kept us from knowing
  | 'image.too-old'
  | 'image.too-new'
  | 'image.digest-required'
  | 'image.source-policy-denied' // by the user's own source policy
  | 'image.mutable-tag'
  | 'image.latest'
  | 'image.imitates' // a name that looks like a well-known one
  | 'context.replaces-image'
  | 'cache-import.denied'
  | 'source.unpinned' // a git repository without a whole commit
  | 'source.checksum-missing' // a download without a checksum
  | 'lineage.unknown'
  | 'lineage.contradicted'
  | 'lineage.unverified'
  | 'lineage.too-deep'
  | 'package.denied'
  | 'package.unknown'
  | 'package.too-many'
  | 'builder.unenforceable'
  | 'scan.unknown' // only a build can settle what is pulled
  | 'scan.unreadable'; // a file of a survey that could not be read

export type FindingLevel = 'error' | 'warning' | 'note';

export interface Finding {
  readonly code: FindingCode;
  /** What the rule makes of it in enforce mode; the image's `status` is what the mode in force makes of it. */
  readonly level: FindingLevel;
  /** One sentence, without the image's name. */
  readonly message: string;
  readonly expected: string | null;
  readonly found: string | null;
  /** What to do next. */
  readonly hint: string | null;
  /** Of an exception in force: what it waives and why; left out for all others. */
  readonly waiver?: { readonly codes: readonly FindingCode[]; readonly reason: string };
}
