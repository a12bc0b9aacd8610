import type { Publisher } from '../language/compiled/policy-set.ts';
import type { SignerEntry } from '../language/compiled/trusted-signer.ts';

export type PublisherCatalogue = ReadonlyMap<string, Publisher>;

/** What `publisher: NAME` in a rule stands for: any of its signers, each for the images that it signs. */
export function entryOfPublisher(publisher: Publisher): SignerEntry {
  const choices = publisher.entries.flatMap((entry) =>
    entry.signedBy.flatMap(({ choices: signers }) => signers.map(({ signer }) => ({ signer, images: entry.images }))),
  );
  return { label: `publisher ${publisher.name}`, choices };
}
