/** The fields of an entry of `signedBy`, of which some exclude one another. */
export interface SignerFields {
  readonly publisher?: unknown;
  readonly keyless?: unknown;
  readonly key?: unknown;
  readonly sha256?: unknown;
  readonly notation?: unknown;
  readonly certificate?: unknown;
  readonly claims?: unknown;
  readonly trustedRoot?: unknown;
  readonly log?: unknown;
}

/** Whether an entry of `signedBy` names a trusted root and no signer: it makes the root count for the keyless entries beside it. */
export function isRootAlone<Entry extends SignerFields>(
  entry: Entry,
): entry is Entry & { readonly trustedRoot: string } {
  const kinds = [entry.publisher, entry.keyless, entry.key, entry.notation, entry.certificate];
  return entry.trustedRoot !== undefined && kinds.every((kind) => kind === undefined);
}

/** What is wrong with the fields of an entry together; null for nothing. */
export function signerProblem(entry: SignerFields): string | null {
  const kinds = (['publisher', 'keyless', 'key', 'notation', 'certificate'] as const).filter(
    (kind) => entry[kind] !== undefined,
  );
  if (isRootAlone(entry) && (entry.claims ?? entry.log ?? entry.sha256) === undefined) return null;
  if (kinds.length !== 1) return 'say exactly one of publisher, keyless, key, notation and certificate';
  if (entry.claims !== undefined && kinds[0] !== 'keyless') return 'claims stand beside keyless only';
  if (entry.trustedRoot !== undefined && kinds[0] !== 'keyless') return 'trustedRoot stands beside keyless only';
  if (entry.log !== undefined && kinds[0] === 'notation') return 'Notation has no transparency log';
  const isUrl = typeof entry.key === 'string' && entry.key.startsWith('https://');
  if (isUrl && entry.sha256 === undefined) return 'a key that is fetched needs its sha256 beside it';
  if (!isUrl && entry.sha256 !== undefined) return 'sha256 stands beside a key that is an https address only';
  return null;
}
