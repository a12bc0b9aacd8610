import { type MatchableName, matchesImage } from '../language/image-pattern.ts';
import type { Publisher } from '../language/policy-set.ts';

/** The publishers that say they sign images of a name, each with what it says of these images alone. */
export function publishersOf(publishers: readonly Publisher[], name: MatchableName): readonly Publisher[] {
  return publishers.flatMap((publisher) => {
    const entries = publisher.entries.filter(({ images }) => images.some((pattern) => matchesImage(pattern, name)));
    return entries.length === 0 ? [] : [{ ...publisher, entries }];
  });
}
