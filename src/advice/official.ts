import { officialImages as data } from '#advice-data';
import type { AdviceSource } from '../model/index.ts';
import { codenames } from './products.ts';
import { parseTag, type Tag } from './tag.ts';

const images: Readonly<Record<string, readonly string[]>> = data.images;

/** Where the list comes from. */
export const officialSource: AdviceSource = data.source;

/** An image of the list with all of its tags. */
export interface OfficialImage {
  readonly tags: readonly Tag[];
}

/** All supported images of an official repository; null where it is none. */
export function officialImages(name: string): readonly OfficialImage[] | null {
  if (!Object.hasOwn(images, name)) return null;
  return (images[name] ?? []).map((tags) => ({ tags: tags.split(' ').map((tag) => parseTag(tag, codenames)) }));
}
