import type { UserPolicy } from '../../../builder/index.ts';
import type { Finding, PinSet } from '../../../model/index.ts';
import { isUnruled, type PolicySet } from '../../../policy/index.ts';

/** How often a build is started again for images that could not be foreseen (docs/architecture.md). */
export const mostRestarts = 8;

/**
 * What the builder may use. `all`: only what was verified; `publishers`: also images that no built-in rule is about; `pins`: anything, but
 * verified images at their verified digests only.
 */
export type Hold = 'all' | 'publishers' | 'pins';

/** The next looser hold, null where a denial stands. Only a build without a policy, ours or BuildKit's, gets a looser one. */
export function looserHold(hold: Hold, policies: PolicySet, userPolicy: UserPolicy | null): Hold | null {
  if (!isUnruled(policies) || userPolicy !== null) return null;
  if (hold === 'all') return 'publishers';
  return hold === 'publishers' ? 'pins' : null;
}

/** What a hold leaves open. The publishers' images stay denied for as long as each can be verified, since one that is not theirs is positively wrong. */
export function unforeseenUnder(hold: Hold, { layers }: PolicySet): Pick<PinSet, 'unforeseen'> {
  if (hold === 'all') return {};
  const globs = layers.flatMap(({ rules }) =>
    rules.flatMap(({ images }) => images.map(({ repository }) => repository)),
  );
  return { unforeseen: { denied: hold === 'publishers' ? [...new Set(globs)] : [] } };
}

/** The warning where the builder may use what was not verified. */
export function unforeseenFinding(identifier: string): Finding {
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
