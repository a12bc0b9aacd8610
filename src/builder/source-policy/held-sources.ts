import type { PinSet } from '../../model/index.ts';
import type { SourceRule } from './source-rule.ts';

const anyLength = (what: string): string => `(?:${what}{0,39}|${what}{41,63}|${what}{65,})`;

/** An identifier of BuildKit's (source/git, GitIdentifier) whose ref is no whole commit: none, of another length, or with other characters. */
const refIsNoCommit = `(?s)^git://[^#]*(?:$|#${anyLength('[^:]')}(?::.*)?$|#[^:]*[^0-9a-f:])`;

/** The attribute of a commit's checksum where it is none or not whole: BuildKit takes a few digits for enough. */
const checksumIsNotWhole = `(?s)^${anyLength('.')}$|[^0-9a-f]`;

/** No wildcard: of two selectors alike BuildKit before 0.26 compares the constraints of the first alone, and `https://*` is let through before. */
const anyDownload = '^(?:http|https)://';

/**
 * Denials of sources without a whole commit or a checksum, whatever other rules let through. RE2 has no lookahead, so the
 * expressions match what is not a whole commit. BuildKit has compared attributes since source policies exist.
 */
export function heldRules(held: PinSet['held']): readonly SourceRule[] {
  const git: SourceRule = {
    action: 'DENY',
    selector: {
      identifier: refIsNoCommit,
      match_type: 'REGEX',
      constraints: [{ key: 'git.checksum', value: checksumIsNotWhole, condition: 'MATCHES' }],
    },
  };
  const http: SourceRule = {
    action: 'DENY',
    selector: {
      identifier: anyDownload,
      match_type: 'REGEX',
      constraints: [{ key: 'http.checksum', value: '', condition: 'EQUAL' }],
    },
  };
  return [...(held?.git === true ? [git] : []), ...(held?.http === true ? [http] : [])];
}
