import type { Evidence, Finding } from '../../../model/index.ts';
import type { PolicyRule } from '../../language/compiled/policy-set.ts';
import { findingOf, held, type JudgeContext, type Judgement, unmet } from '../evidence/judgement.ts';
import { isTimeTrusted } from '../evidence/match-signer.ts';
import { lockEntryOf, lockOf } from './judge-lock.ts';

const hour = 3_600_000; // milliseconds
const day = 24 * hour;

/**
 * Judges `require.maxAge` by the newest time that a signer bound among the evidence that the rule rests on (platform by
 * platform the newest, of these the oldest), else by the lock's. What is not known is refused.
 */
export function judgeMaxAge(
  context: JudgeContext,
  rule: PolicyRule,
  maxAge: number,
  evidence: readonly Evidence[],
): Judgement {
  const timed = evidence.filter((piece) => isTimeTrusted(piece, context.roots));
  const time = timeOf(context, timed, newestBound, earliest) ?? lockedTime(context, rule);
  const expected = `not older than ${inDays(maxAge)}`;
  if (time === null) return unmet(context, unknownAge('image.too-old', expected, unbound(timed)));
  const now = Date.parse(context.input.now);
  // what has no age is not young: the clock, or the time that somebody wrote into the lock, is wrong
  if (time - now > day) return unmet(context, fromTheFuture('image.too-old', expected, time, now));
  if (now - time <= maxAge) return held('none');
  const finding = findingOf('image.too-old', 'it is older than the rule allows', {
    expected,
    found: foundAt(time, now),
    hint: 'use a newer image',
  });
  return unmet(context, finding);
}

/**
 * Judges `require.minAge` by the earliest time that proves that the evidence that the rule rests on was there (platform
 * by platform, of these the latest), else by the lock's. What is not known is refused.
 */
export function judgeMinAge(
  context: JudgeContext,
  rule: PolicyRule,
  minAge: number,
  evidence: readonly Evidence[],
): Judgement {
  const timed = evidence.filter((piece) => isTimeTrusted(piece, context.roots));
  const time = timeOf(context, timed, earliestProof, latest) ?? lockedTime(context, rule);
  const expected = `signed at least ${inDays(minAge)} ago`;
  if (time === null) return unmet(context, unknownAge('image.too-new', expected, nothingTimed));
  const now = Date.parse(context.input.now);
  if (now - time >= minAge) return held('none');
  if (time - now > day) return unmet(context, fromTheFuture('image.too-new', expected, time, now));
  const finding = findingOf('image.too-new', 'it is younger than the rule allows', {
    expected,
    found: foundAt(time, now),
    hint: `use an older image, or wait until ${new Date(time + minAge).toISOString()}`,
  });
  return unmet(context, finding);
}

function inDays(milliseconds: number): string {
  const [unit, length] = milliseconds < hour ? ['minute', 60_000] : milliseconds < day ? ['hour', hour] : ['day', day];
  const count = Math.round((milliseconds / Number(length)) * 10) / 10;
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** With the time by which it was judged: of a clock that is wrong nothing else would tell. */
function foundAt(time: number, now: number): string {
  return `signed or locked ${new Date(time).toISOString()}; this machine's clock says ${new Date(now).toISOString()}`;
}

function fromTheFuture(code: Finding['code'], expected: string, time: number, now: number): Finding {
  return findingOf(code, 'it is not known how old it is: it was signed or locked in the future', {
    expected,
    found: foundAt(time, now),
    hint: 'set the clock right; where it is right, lock the image anew: docker verify lock --update',
  });
}

function unknownAge(code: Finding['code'], expected: string, found: string): Finding {
  return findingOf(code, 'it is not known how old it is', {
    expected,
    found,
    hint: 'have its signature logged, or lock it',
  });
}

const nothingTimed = 'no log entry, no timestamp and no lock says when';

function unbound(timed: readonly Evidence[]): string {
  const [stamp] = timed.flatMap((piece) => (piece.timeSource === 'timestamp' ? (piece.time ?? []) : [])).sort();
  if (stamp === undefined) return nothingTimed;
  return `only a timestamp of ${stamp}, which anybody could have made for an older signature; no log entry and no lock says when`;
}

/**
 * The time before which a signature was surely not made, as far as its signer bound it; NaN where nothing does. Only a
 * keyless certificate ends soon after it was made for the signature: over a key's or a Notation signature a timestamp
 * can be had again at any time.
 */
function boundTime(piece: Evidence): number {
  if (piece.timeSource === 'log') return Date.parse(piece.time ?? '');
  if (piece.timeSource !== 'timestamp' || piece.signer?.kind !== 'keyless') return Number.NaN;
  return Date.parse(piece.certifiedSince ?? piece.time ?? '');
}

/** Of each signature the earliest time, however often it was logged; of these the latest. */
function newestBound(pieces: readonly Evidence[]): number | null {
  const bySignature = new Map<Evidence | string, readonly number[]>();
  for (const piece of pieces) {
    const key = piece.signatureId ?? piece;
    bySignature.set(key, [...(bySignature.get(key) ?? []), boundTime(piece)]);
  }
  return latest([...bySignature.values()].map(earliest));
}

function earliestProof(pieces: readonly Evidence[]): number | null {
  return earliest(pieces.map((piece) => Date.parse(piece.time ?? '')));
}

function earliest(times: readonly (number | null)[]): number | null {
  const known = finite(times);
  return known.length === 0 ? null : known.reduce((left, right) => Math.min(left, right));
}

function latest(times: readonly (number | null)[]): number | null {
  const known = finite(times);
  return known.length === 0 ? null : known.reduce((left, right) => Math.max(left, right));
}

function finite(times: readonly (number | null)[]): readonly number[] {
  return times.filter((time): time is number => time !== null && Number.isFinite(time));
}

/** Of the evidence on the root, else of each platform's, none of which may be unknown. */
function timeOf(
  context: JudgeContext,
  evidence: readonly Evidence[],
  of: (pieces: readonly Evidence[]) => number | null,
  across: (times: readonly number[]) => number | null,
): number | null {
  const { image } = context.input;
  const onRoot = evidence.filter((piece) => piece.subject === image.digest);
  if (onRoot.length > 0 || image.platforms.length === 0) return of(onRoot);
  const times = image.platforms.map(({ digest }) => of(evidence.filter((piece) => piece.subject === digest)));
  const known = times.filter((time) => time !== null);
  return known.length < times.length ? null : across(known);
}

function lockedTime(context: JudgeContext, rule: PolicyRule): number | null {
  const entry = lockEntryOf(lockOf(context.layer, rule), context.input.image);
  if (entry === null || entry.digest !== context.input.image.digest) return null;
  return Date.parse(entry.lockedAt);
}
