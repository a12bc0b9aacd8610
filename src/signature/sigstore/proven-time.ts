import type { TransparencyLogEntry } from '@sigstore/bundle';
import { dateTime } from '../date-time.ts';
import { Refusal } from '../refusal.ts';
import type { TimestampToken } from './timestamp-token.ts';
import type { TrustAnchors } from './trust-anchors.ts';

/** What one set of anchors proves about when a signature was made. */
export interface ProvenTime {
  readonly time: string | null;
  readonly timeSource: 'log' | 'timestamp' | null;
  readonly log: { readonly index: number; readonly id: string } | null;
  /** Why an entry that is there and true proves nothing; left out where none is passed over. */
  readonly logPassedOver?: string;
}

/** Of what came with a signature, the entries and timestamps whose log or authority is known. */
export interface Supported {
  readonly entries: readonly TransparencyLogEntry[];
  readonly tokens: readonly {
    readonly token: TimestampToken;
    readonly authorities: TrustAnchors['material']['timestampAuthorities'];
  }[];
}

/** Whether an entry tells when it was written, by its log's promise. */
export function timed(entry: TransparencyLogEntry): boolean {
  return entry.inclusionPromise !== undefined && entry.integratedTime !== '' && entry.integratedTime !== '0';
}

/** When it was signed, as far as that is signed itself. */
export function provenTimes({ entries, tokens }: Supported): readonly Date[] {
  return [
    ...entries.filter(timed).map((entry) => new Date(Number(entry.integratedTime) * 1000)),
    ...tokens.map(({ token }) => token.signingTime),
  ];
}

/**
 * Requires of an entry that tells no time itself, but has a proof of its inclusion, that its log's key counted when it was signed: the
 * library looks at a key's validity only where the log has promised the entry. Where nothing proves a time, none can be compared.
 * @throws Refusal `log-invalid`
 */
export function assertLogsValidThen(supported: Supported, anchors: TrustAnchors): void {
  const times = provenTimes(supported);
  for (const entry of supported.entries.filter((each) => !timed(each))) {
    const logs = anchors.material.tlogs.filter((log) => log.logID.equals(entry.logId.keyId));
    const outside = times.find((time) => logs.every(({ validFor }) => time < validFor.start || time > validFor.end));
    if (outside === undefined) continue;
    const message = `it was signed at ${dateTime(outside)}, when the key of its log did not count`;
    throw new Refusal('log-invalid', message);
  }
}

/**
 * Whether the log's key counts now: what tells no time may have been written at any, also by whoever got hold of the key once it had
 * ended.
 */
function isLoggedNow(entry: TransparencyLogEntry, anchors: TrustAnchors, now: Date): boolean {
  return anchors.material.tlogs.some(
    ({ logID, validFor }) => logID.equals(entry.logId.keyId) && validFor.start <= now && now <= validFor.end,
  );
}

/** What verified entries and timestamps prove. */
export function provenTime({ entries, tokens }: Supported, anchors: TrustAnchors, now: Date): ProvenTime {
  // Anybody can have a key's signature logged once more, so that the first time is the one that says most.
  const [clocked] = entries.filter(timed).sort((a, b) => Number(a.integratedTime) - Number(b.integratedTime));
  const entry = clocked ?? entries[0];
  const log = entry === undefined ? null : logOf(entry);
  if (clocked !== undefined) {
    return { time: dateTime(new Date(Number(clocked.integratedTime) * 1000)), timeSource: 'log', log };
  }
  const [stamped] = tokens.map(({ token }) => token.signingTime).sort((a, b) => a.getTime() - b.getTime());
  if (stamped === undefined) return { time: null, timeSource: null, ...untimedLog(entries, anchors, now) };
  return { time: dateTime(stamped), timeSource: 'timestamp', log };
}

/** What entries prove where nothing tells when they were written: that the log has them, as long as it is one. */
function untimedLog(
  entries: readonly TransparencyLogEntry[],
  anchors: TrustAnchors,
  now: Date,
): Pick<ProvenTime, 'log' | 'logPassedOver'> {
  const counting = entries.find((entry) => isLoggedNow(entry, anchors, now));
  if (counting !== undefined) return { log: logOf(counting) };
  if (entries.length === 0) return { log: null };
  const reason = 'the key of the log that has it does not count now, and nothing says when it was logged';
  return { log: null, logPassedOver: reason };
}

function logOf(entry: TransparencyLogEntry): NonNullable<ProvenTime['log']> {
  return { index: provenIndex(entry), id: entry.logId.keyId.toString('hex') };
}

/** The index that is signed: the promise's, else the proof's (the one beside it is not signed). */
function provenIndex(entry: TransparencyLogEntry): number {
  return Number(entry.inclusionPromise === undefined ? (entry.inclusionProof?.logIndex ?? 0) : entry.logIndex);
}
