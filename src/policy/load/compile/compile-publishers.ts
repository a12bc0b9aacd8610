import type { Publisher, PublisherEntry } from '../../language/compiled/policy-set.ts';
import type { PublishersDocument } from '../../language/schema/publishers-schema.ts';
import type { PublisherCatalogue } from '../../publishers/publisher-catalogue.ts';
import { invalidIn, type PolicyScope } from '../files/policy-scope.ts';
import { imagePatterns } from './compile-policy.ts';
import { compileSigner } from './compile-signer.ts';

/**
 * The scope's catalogue with the publishers of one more file.
 * @throws VerifyError `policy.invalid` where a name exists already
 */
export async function addPublishers(scope: PolicyScope, document: PublishersDocument): Promise<PublisherCatalogue> {
  const catalogue = new Map(scope.publishers);
  for (const [name, publisher] of Object.entries(document.publishers)) {
    const path = ['publishers', name];
    const known = catalogue.get(name);
    if (known !== undefined) {
      const origin = known.origin === 'builtin' ? 'the built-in catalogue' : known.origin;
      throw invalidIn(scope, path, `publisher "${name}" exists in ${origin} already`, 'choose another name');
    }
    catalogue.set(name, await compilePublisher(scope, name, publisher));
  }
  return catalogue;
}

async function compilePublisher(
  scope: PolicyScope,
  name: string,
  document: PublishersDocument['publishers'][string],
): Promise<Publisher> {
  const entries: PublisherEntry[] = [];
  for (const [index, entry] of document.entries.entries()) {
    const path = ['publishers', name, 'entries', index, 'signedBy'];
    const signedBy = [];
    for (const [number, signer] of entry.signedBy.entries())
      signedBy.push(await compileSigner(scope, [...path, number], signer));
    const { version = null, date = null } = entry.since ?? {};
    const range = { name, confidence: document.confidence, version, date };
    entries.push({ images: imagePatterns(entry.images), written: entry.images, signedBy, range });
  }
  return {
    name,
    title: document.title ?? name,
    confidence: document.confidence,
    checked: document.checked ?? null,
    sources: document.sources,
    origin: scope.layer === 'builtin' ? 'builtin' : scope.policy,
    layer: scope.layer,
    entries,
  };
}
