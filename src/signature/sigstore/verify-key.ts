import { createPublicKey } from 'node:crypto';
import type { Problem, Signer } from '../../model/index.ts';
import type { SignedStatement } from '../attachment-reader.ts';
import type { Proof } from '../evidence.ts';
import { printable, problemOf } from '../refusal.ts';
import { assertLogged, loggedKey } from './log-entry.ts';
import { keysThatMade, type PreparedKey, type PreparedMaterial } from './prepared-material.ts';
import { keyFingerprint, verifyAnchored } from './verify-anchored.ts';
import type { SignerAttempt } from './verify-certificate.ts';

function signerOf(key: PreparedKey): Signer {
  return { kind: 'key', sha256: key.id, name: key.name };
}

/** The fingerprint that the signature itself hints at, hexadecimal: cosign's hint is base64 of the key's SHA-256. */
function hintedKey(statement: SignedStatement): string | null {
  const hint = statement.keyHint;
  if (hint !== null && /^[A-Za-z0-9+/]{43}=$/.test(hint)) return Buffer.from(hint, 'base64').toString('hex');
  const [logged] = statement.logEntries.map(loggedKey).filter((spki) => spki !== null);
  return logged === undefined ? null : keyFingerprint(logged);
}

/** Whether the key that the log entry records did make the signature: then it is sound, but by an unknown signer. */
function isSoundByLoggedKey(statement: SignedStatement): boolean {
  return statement.logEntries.map(loggedKey).some((spki) => {
    if (spki === null) return false;
    try {
      return statement.signed.verify(createPublicKey({ key: spki, format: 'der', type: 'spki' }), null);
    } catch {
      return false;
    }
  });
}

function unmatched(statement: SignedStatement, material: PreparedMaterial): SignerAttempt {
  const hinted = hintedKey(statement);
  const named = [...material.keys, ...material.publisherKeys].find((key) => key.id === hinted);
  const signer: Signer | null = hinted === null ? null : { kind: 'key', sha256: hinted, name: named?.name ?? null };
  const claimed = { signer, claims: {} };
  if (named !== undefined) {
    const message = `it says that the key ${named.name ?? named.id} made it, but the signature does not match the signed bytes`;
    return { proofs: [], problem: { code: 'invalid-signature', message }, claimed };
  }
  const hint = hinted === null ? statement.keyHint : `sha256:${hinted}`;
  const by = hint === null ? 'a key that it does not name' : `the key ${printable(hint)}`;
  const sound = isSoundByLoggedKey(statement) ? ' (the signature is sound)' : '';
  const isNone = material.keys.length === 0 && material.publisherKeys.length === 0;
  const none = isNone ? ', and no policy names a key' : '';
  const problem: Problem = { code: 'unknown-signer', message: `it is signed with ${by}${sound}${none}` };
  return { proofs: [], problem, claimed };
}

const untimed = { time: null, timeSource: null, log: null } as const;

/** What the logs and timestamps that came with the signature add to a key's proof. */
function proofsOf(
  statement: SignedStatement,
  key: PreparedKey,
  material: PreparedMaterial,
  now: Date,
): readonly Proof[] {
  for (const entry of statement.logEntries) {
    assertLogged(entry, statement.signed, { kind: 'key', spki: key.spki }, statement.envelope);
  }
  const base = { signer: signerOf(key), claims: {}, trustedRoot: null };
  const found = material.roots.map((anchors) => ({
    anchors,
    time: verifyAnchored(statement, { kind: 'key', key: key.key, hash: key.hash }, anchors, now),
  }));
  const timed = found
    .filter(({ time }) => time.log !== null || time.time !== null)
    .map(
      ({ anchors, time }): Proof => ({
        ...base,
        ...time,
        materials: [key.id, anchors.id],
        trustedRoot: anchors.id,
      }),
    );
  if (timed.length > 0) return timed;
  const passedOver = found.flatMap(({ time: { logPassedOver } }) =>
    logPassedOver === undefined ? [] : { logPassedOver },
  );
  return [{ ...base, ...untimed, ...passedOver[0], materials: [key.id] }];
}

/**
 * Tries the keys that `keysThatMade` tries: a hint orders nothing here and excludes nothing. A log entry or timestamp is not needed, but one
 * that is there must be for this signature, and true if any root knows its log.
 */
export function verifyKeys(statement: SignedStatement, material: PreparedMaterial, now: Date): SignerAttempt {
  const matching = keysThatMade(statement.signed, material);
  const [first] = matching;
  if (first === undefined) return unmatched(statement, material);
  const claimed = { signer: signerOf(first), claims: {} };
  try {
    return { proofs: matching.flatMap((key) => proofsOf(statement, key, material, now)), problem: null, claimed };
  } catch (error) {
    return { proofs: [], problem: problemOf(error), claimed };
  }
}
