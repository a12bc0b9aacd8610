import type { ImagePattern } from './image-pattern.ts';
import type { PublisherRange, SignerEntry } from './policy-set.ts';

/** An entry of the catalogue: these images are signed so, since then. */
export interface PublisherEntry {
  readonly images: readonly ImagePattern[];
  readonly written: readonly string[];
  readonly signedBy: readonly SignerEntry[];
  readonly range: PublisherRange;
}

/** A publisher, ready for use. */
export interface Publisher {
  readonly name: string;
  readonly title: string;
  readonly confidence: 'confirmed' | 'probable';
  /** `YYYY-MM-DD`; null where unknown. */
  readonly checked: string | null;
  readonly sources: readonly string[];
  /** Where it is declared: `builtin`, or the file as named to the user. */
  readonly origin: string;
  readonly entries: readonly PublisherEntry[];
}

export type PublisherCatalogue = ReadonlyMap<string, Publisher>;

/** What `publisher: NAME` in a rule stands for: any of its signers, each for the images that it signs. */
export function entryOfPublisher(publisher: Publisher): SignerEntry {
  const choices = publisher.entries.flatMap((entry) =>
    entry.signedBy.flatMap(({ choices: signers }) => signers.map(({ signer }) => ({ signer, images: entry.images }))),
  );
  return { label: `publisher ${publisher.name}`, choices };
}
