import type { Publisher } from '../language/compiled/policy-set.ts';
import { type MatchableName, matchesImage } from '../language/patterns/image-pattern.ts';

/** The publishers that say they sign images of a name, each with what it says of these images alone. */
export function publishersOf(publishers: readonly Publisher[], name: MatchableName): readonly Publisher[] {
  return publishers.flatMap((publisher) => {
    const entries = publisher.entries.filter(({ images }) => images.some((pattern) => matchesImage(pattern, name)));
    return entries.length === 0 ? [] : [{ ...publisher, entries }];
  });
}
