import {
  isDigest,
  isRecord,
  parseBoundedJson,
  parseCanonicalName,
  type Signer,
  VerifyError,
} from '../../model/index.ts';
import type { LockEntry, LockFile } from '../language/compiled/policy-set.ts';

/** The lock's file name; it stands beside the policy. */
export const lockFileName = 'docker-verify.lock.json';

const largestLock = 4_194_304; // bytes

function invalid(path: string, message: string, hint: string): VerifyError {
  return new VerifyError('lock.invalid', `${path}: ${message}`, { place: { file: path }, hint });
}

/**
 * Parses a lock file (docs/contracts.md, The lock).
 * @throws VerifyError `lock.invalid`, also for the marks of an unfinished merge and for a key that is there twice
 */
export function parseLock(bytes: Uint8Array, path: string): LockFile {
  if (bytes.byteLength > largestLock) throw invalid(path, `larger than ${largestLock} bytes`, 'it is no lock');
  const text = new TextDecoder().decode(bytes);
  const conflict = text.split('\n').findIndex((line) => /^(?:<{7}|={7}|>{7}|\|{7})(?:\s|$)/.test(line));
  if (conflict >= 0) {
    const hint = 'finish the merge, or delete the file and run docker verify lock';
    throw invalid(`${path}:${conflict + 1}`, 'the mark of an unfinished merge', hint);
  }
  let value: unknown;
  try {
    value = parseBoundedJson(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalid(path, `not JSON: ${reason}`, 'delete it and run docker verify lock');
  }
  // the last of them would count, while people read the first
  if (writtenKeys(text) !== countKeys(value))
    throw invalid(path, 'a name stands there twice', 'delete it and run docker verify lock');
  return { path, exists: true, images: imagesOf(value, path) };
}

/** How many keys a JSON text holds, those that are there twice counted twice. */
function writtenKeys(json: string): number {
  return [...json.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)].filter(([, colon]) => colon !== undefined).length;
}

function countKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner = Object.values(value).reduce((sum: number, each) => sum + countKeys(each), 0);
  return inner + (Array.isArray(value) ? 0 : Object.keys(value).length);
}

function imagesOf(value: unknown, path: string): Readonly<Record<string, LockEntry>> {
  const hint = 'delete it and run docker verify lock';
  if (!isRecord(value) || value['lockVersion'] !== 1) throw invalid(path, 'lockVersion is not 1', hint);
  const images = value['images'];
  if (!isRecord(images)) throw invalid(path, 'images is not a mapping', hint);
  const unknown = unknownIn(value, ['lockVersion', 'images']);
  if (unknown !== null) throw invalid(path, `unknown field ${unknown}`, hint);
  const entries: [string, LockEntry][] = [];
  for (const [name, entry] of Object.entries(images)) entries.push([name, entryOf(name, entry, path)]);
  return Object.fromEntries(entries);
}

function entryOf(name: string, value: unknown, path: string): LockEntry {
  const hint = 'delete the entry and run docker verify lock';
  if (!isCanonical(name)) throw invalid(path, `"${name}" is not a canonical image name`, hint);
  if (!isRecord(value)) throw invalid(path, `the entry of ${name} is not a mapping`, hint);
  const { digest, signer, lockedAt } = value as Record<'digest' | 'signer' | 'lockedAt', unknown>;
  if (!isDigest(digest)) throw invalid(path, `the digest of ${name} is none`, hint);
  if (typeof lockedAt !== 'string' || Number.isNaN(Date.parse(lockedAt)))
    throw invalid(path, `lockedAt of ${name} is no time`, hint);
  if (!isSigner(signer)) throw invalid(path, `the signer of ${name} makes no sense`, hint);
  // what a newer or another program means by it, this one would not do
  const unknown = unknownIn(value, ['digest', 'signer', 'lockedAt']) ?? unknownInSigner(signer);
  if (unknown !== null) throw invalid(path, `the entry of ${name} has the unknown field ${unknown}`, hint);
  return { digest, signer, lockedAt };
}

/** The first field that is none of `known`, in quotes; null where there is none. */
function unknownIn(value: object, known: readonly string[]): string | null {
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  return unknown === undefined ? null : JSON.stringify(unknown);
}

function unknownInSigner(signer: Signer | null): string | null {
  return signer === null ? null : unknownIn(signer, Object.keys(sortedSigner(signer) ?? {}));
}

function isCanonical(name: string): boolean {
  try {
    return parseCanonicalName(name) === name;
  } catch {
    return false;
  }
}

function isSigner(value: unknown): value is Signer | null {
  if (value === null) return true;
  if (!isRecord(value)) return false;
  const areTexts = (...names: readonly string[]): boolean => names.every((name) => typeof value[name] === 'string');
  switch (value['kind']) {
    case 'keyless':
      return areTexts('identity', 'issuer');
    case 'key':
      return areTexts('sha256') && (value['name'] === null || areTexts('name'));
    case 'certificate':
      return areTexts('subject');
    default:
      return false;
  }
}

/** The text of a lock: names sorted by code unit, two spaces, a final newline. */
export function formatLock(images: Readonly<Record<string, LockEntry>>): string {
  const names = Object.keys(images).sort();
  const sorted: Record<string, LockEntry> = {};
  for (const name of names) {
    const entry = images[name];
    if (entry !== undefined)
      sorted[name] = { digest: entry.digest, signer: sortedSigner(entry.signer), lockedAt: entry.lockedAt };
  }
  return `${JSON.stringify({ lockVersion: 1, images: sorted }, null, 2)}\n`;
}

function sortedSigner(signer: Signer | null): Signer | null {
  if (signer === null) return null;
  switch (signer.kind) {
    case 'keyless':
      return { kind: 'keyless', identity: signer.identity, issuer: signer.issuer };
    case 'key':
      return { kind: 'key', sha256: signer.sha256, name: signer.name };
    case 'certificate':
      return { kind: 'certificate', subject: signer.subject };
  }
}

/** What locking an image again changes. */
export interface LockChange {
  readonly name: string;
  readonly kind: 'added' | 'removed' | 'digest' | 'signer' | 'digest-and-signer' | 'same';
  readonly before: LockEntry | null;
  readonly after: LockEntry | null;
  /** True where a signed image turned unsigned, or another one signs it now: to be confirmed by a person. */
  readonly needsConfirmation: boolean;
}

/** The new lock with what it changes; `lockedAt` is kept wherever the digest is the same. */
export function updateLock(
  before: Readonly<Record<string, LockEntry>>,
  now: Readonly<Record<string, LockEntry>>,
): { readonly images: Readonly<Record<string, LockEntry>>; readonly changes: readonly LockChange[] } {
  const images: Record<string, LockEntry> = {};
  const changes: LockChange[] = [];
  for (const name of [...new Set([...Object.keys(before), ...Object.keys(now)])].sort()) {
    const old = before[name] ?? null;
    const fresh = now[name] ?? null;
    const kept = fresh !== null && old?.digest === fresh.digest ? { ...fresh, lockedAt: old.lockedAt } : fresh;
    if (kept !== null) images[name] = kept;
    changes.push(changeOf(name, old, kept));
  }
  return { images, changes };
}

function changeOf(name: string, before: LockEntry | null, after: LockEntry | null): LockChange {
  const sameDigest = before?.digest === after?.digest;
  const sameSigner = identityOf(before?.signer ?? null) === identityOf(after?.signer ?? null);
  const kind = kindOfChange(before, after, sameDigest, sameSigner);
  const lostSigner = before !== null && before.signer !== null && after !== null && !sameSigner;
  return { name, kind, before, after, needsConfirmation: lostSigner };
}

function kindOfChange(
  before: LockEntry | null,
  after: LockEntry | null,
  sameDigest: boolean,
  sameSigner: boolean,
): LockChange['kind'] {
  if (before === null) return 'added';
  if (after === null) return 'removed';
  if (sameDigest) return sameSigner ? 'same' : 'signer';
  return sameSigner ? 'digest' : 'digest-and-signer';
}

function identityOf(signer: Signer | null): string {
  if (signer === null) return '';
  return signer.kind === 'key' ? `key ${signer.sha256}` : JSON.stringify(sortedSigner(signer));
}
