import { type Evidence, parseReference } from '../model/index.ts';
import { lockEntryOf, lockOf } from './judge-lock.ts';
import { findingOf, held, type JudgeContext, type Judgement, refused, unmet } from './judgement.ts';
import { isTimeTrusted } from './match-signer.ts';
import type { PolicyRule } from './policy-set.ts';

const day = 86_400_000; // milliseconds

/** Judges `require.digest`: it must be written with a digest. */
export function judgeDigest(context: JudgeContext): Judgement {
  const { name, digest } = context.input.image;
  if (parseReference(name).digest !== null) return held('none');
  return refused(
    findingOf('image.digest-required', 'it has to be written with a digest', {
      expected: `${name}@${digest}`,
      found: name,
      hint: 'write the digest behind the name',
    }),
  );
}

/**
 * Judges `require.maxAge` by the newest time that a log or a timestamp proves for the evidence that the rule rests on
 * (platform by platform the newest, of these the oldest), else by the lock's. What is not known is refused.
 */
export function judgeAge(
  context: JudgeContext,
  rule: PolicyRule,
  maxAge: number,
  evidence: readonly Evidence[],
): Judgement {
  const { now } = context.input;
  const timed = evidence.filter((piece) => isTimeTrusted(piece, context.roots));
  const time = provenTime(context, timed) ?? lockedTime(context, rule);
  const expected = `not older than ${Math.round((maxAge / day) * 10) / 10} days`;
  if (time === null) {
    const finding = findingOf('image.too-old', 'it is not known how old it is', {
      expected,
      found: 'no log entry, no timestamp and no lock says when',
      hint: 'have it signed with a timestamp, or lock it',
    });
    return unmet(context, finding);
  }
  if (Date.parse(now) - time <= maxAge) return held('none');
  const finding = findingOf('image.too-old', 'it is older than the rule allows', {
    expected,
    found: `signed or locked ${new Date(time).toISOString()}`,
    hint: 'use a newer image',
  });
  return unmet(context, finding);
}

function provenTime(context: JudgeContext, evidence: readonly Evidence[]): number | null {
  const { image } = context.input;
  const newest = (pieces: readonly Evidence[]): number | null => {
    const times = pieces
      .flatMap((piece) => (piece.time === null ? [] : [Date.parse(piece.time)]))
      .filter(Number.isFinite);
    return times.length === 0 ? null : times.reduce((left, right) => Math.max(left, right));
  };
  const onRoot = evidence.filter((piece) => piece.subject === image.digest);
  if (onRoot.length > 0 || image.platforms.length === 0) return newest(onRoot);
  const times = image.platforms.map(({ digest }) => newest(evidence.filter((piece) => piece.subject === digest)));
  return times.reduce((left, right) => (left === null || right === null ? null : Math.min(left, right)));
}

function lockedTime(context: JudgeContext, rule: PolicyRule): number | null {
  const entry = lockEntryOf(lockOf(context.layer, rule), context.input.image);
  if (entry === null || entry.digest !== context.input.image.digest) return null;
  return Date.parse(entry.lockedAt);
}

/** Judges `require.packages` by what a signed SBOM lists; without one it is refused. */
export function judgePackages(context: JudgeContext, packages: NonNullable<PolicyRule['packages']>): Judgement {
  const facts = context.input.packages;
  if (facts === null) {
    const finding = findingOf('package.unknown', 'no signed SBOM says what is inside', {
      expected: 'a signed SBOM',
      found: 'none',
      hint: 'use an image whose publisher attests an SBOM',
    });
    return unmet(context, finding);
  }
  const denied = packages.deny.flatMap((pattern) =>
    // a package may be called as what every object inherits
    Object.hasOwn(facts.denied, pattern) ? (facts.denied[pattern] ?? []) : [],
  );
  if (denied.length > 0) {
    const finding = findingOf('package.denied', 'it contains a package that the rule denies', {
      expected: `none of ${packages.deny.slice(0, 5).join(', ')}`,
      found: [...new Set(denied)].sort().slice(0, 10).join(', '),
      hint: 'use a version of the image without it',
    });
    return refused(finding);
  }
  if (packages.max === null || facts.count <= packages.max) return held('none');
  return refused(
    findingOf('package.too-many', 'it contains more packages than the rule allows', {
      expected: `at most ${packages.max}`,
      found: String(facts.count),
      hint: 'use a smaller image',
    }),
  );
}
