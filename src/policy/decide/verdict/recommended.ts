import { type CanonicalName, parseCanonicalName } from '../../../model/index.ts';
import type { PolicySet } from '../../language/compiled/policy-set.ts';
import { matchableName, matchesImage } from '../../language/patterns/image-pattern.ts';
import { publishersOf } from '../../publishers/publishers-of.ts';

/** What the policies in force recommend in the place of an image (`recommend`), in the order of the layers; each once. */
export function recommendedFor({ recommend }: PolicySet, name: CanonicalName): readonly string[] {
  const matchable = matchableName(name, null);
  const found = recommend.filter(({ pattern }) => matchesImage(pattern, matchable)).flatMap(({ images }) => images);
  return [...new Set(found)];
}

/** The publishers of the catalogue that are confirmed to sign images of a name, by their titles. */
export function knownSigners({ publishers }: PolicySet, image: string): readonly string[] {
  const found = publishersOf(publishers, matchableName(parseCanonicalName(image), null));
  return found.filter(({ confidence }) => confidence === 'confirmed').map(({ title }) => title);
}
