import type { UserPolicy } from '../../../builder/index.ts';
import type { Finding, PinSet } from '../../../model/index.ts';
import { isUnruled, type PolicySet } from '../../../policy/index.ts';

/** How often a build is started again for images that could not be foreseen (docs/architecture.md). */
export const mostRestarts = 8;

/**
 * How strictly the builder is held: to what was verified; to that and to whatever no built-in rule speaks of; to nothing but the
 * digests of what was verified.
 */
export type Hold = 'all' | 'publishers' | 'pins';

/** The next looser hold, null where a denial stands. Looser are only builds for which nobody has written a policy, neither ours nor BuildKit's. */
export function looserHold(hold: Hold, policies: PolicySet, userPolicy: UserPolicy | null): Hold | null {
  if (!isUnruled(policies) || userPolicy !== null) return null;
  if (hold === 'all') return 'publishers';
  return hold === 'publishers' ? 'pins' : null;
}

/** What a hold leaves open. The publishers' images stay denied for as long as each can be verified, since one that is not theirs is positively wrong. */
export function strangersUnder(hold: Hold, { layers }: PolicySet): Pick<PinSet, 'strangers'> {
  if (hold === 'all') return {};
  const globs = layers.flatMap(({ rules }) =>
    rules.flatMap(({ images }) => images.map(({ repository }) => repository)),
  );
  return { strangers: { denied: hold === 'publishers' ? [...new Set(globs)] : [] } };
}

/** What is said where the builder is let have what nobody verified. */
export function strangersFinding(identifier: string): Finding {
  return {
    code: 'image.unverifiable',
    level: 'warning',
    message:
      'the build asks for more than could be foreseen and verified, and goes on with the rest as plain docker build would',
    expected: `at most ${mostRestarts} images that cannot be foreseen, each of which can be verified`,
    found: identifier,
    hint: 'a policy refuses that: docker verify init writes one',
  };
}
