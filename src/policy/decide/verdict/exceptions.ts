import type { Finding } from '../../../model/index.ts';
import type { PolicyException } from '../../language/compiled/policy-set.ts';
import { daysLeft } from '../../language/patterns/exception-end.ts';
import { type MatchableName, matchesImage } from '../../language/patterns/image-pattern.ts';
import { mayBeWaived } from '../../language/patterns/waivable-findings.ts';
import { findingOf } from '../evidence/judgement.ts';

/** Days before its end in which an exception says that it ends. */
const noticeDays = 14;

function isAbout(exception: PolicyException, names: readonly MatchableName[], digest: string): boolean {
  if (exception.digest !== null && exception.digest !== digest) return false;
  return exception.images.some((pattern) => names.some((name) => matchesImage(pattern, name)));
}

function coversAll({ findings }: PolicyException, refusals: readonly Finding[]): boolean {
  return refusals.every(({ code }) => mayBeWaived(code) && (findings === null || findings.includes(code)));
}

function described({ reason, approvedBy, until }: PolicyException): string {
  return `${reason}${approvedBy === null ? '' : ` (approved by ${approvedBy})`}, until ${until}`;
}

function placeOf({ policy, line }: PolicyException): string {
  return line === null ? policy : `${policy}:${line}`;
}

/** What an exception makes of a refusal. */
export interface Waiver {
  /** Whether the refusal becomes a warning. */
  readonly waives: boolean;
  readonly finding: Finding;
}

function waivedFinding(exception: PolicyException, refusals: readonly Finding[], now: Date): Finding {
  const left = daysLeft(exception.until, now);
  const codes = [...new Set(refusals.map(({ code }) => code))];
  const finding = findingOf('policy.exception', `let through by an exception: ${described(exception)}`, {
    level: 'warning',
    expected: 'an image that needs no exception',
    found: `${codes.join(', ')}, waived by ${placeOf(exception)}`,
    hint:
      left < noticeDays
        ? `it ends in ${left} ${left === 1 ? 'day' : 'days'}: replace the image, or renew the exception`
        : 'replace the image before the exception ends',
  });
  return { ...finding, waiver: { codes, reason: described(exception) } };
}

function endedFinding(exception: PolicyException): Finding {
  return findingOf('policy.exception', `an exception for it ended on ${exception.until}: ${exception.reason}`, {
    level: 'note',
    expected: 'an image that needs no exception',
    found: placeOf(exception),
    hint: 'replace the image, or renew the exception',
  });
}

/**
 * What the exceptions of a layer make of that layer's own refusal of an image: the first one in force that waives all of its
 * findings, else one that has ended and would have. Null where none is about it.
 */
export function waiverFor(
  exceptions: readonly PolicyException[],
  names: readonly MatchableName[],
  digest: string,
  refusals: readonly Finding[],
  now: Date,
): Waiver | null {
  const about = exceptions.filter((each) => isAbout(each, names, digest) && coversAll(each, refusals));
  const inForce = about.find(({ until }) => daysLeft(until, now) >= 0);
  if (inForce !== undefined) return { waives: true, finding: waivedFinding(inForce, refusals, now) };
  const [ended] = about;
  return ended === undefined ? null : { waives: false, finding: endedFinding(ended) };
}
