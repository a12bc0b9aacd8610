import { createHash } from 'node:crypto';
import type { Mode } from '../../../model/index.ts';
import type { PolicyRule } from '../../language/compiled/policy-set.ts';
import { knownPublishers } from '../../publishers/known-publishers.ts';
import type { PublisherCatalogue } from '../../publishers/publisher-catalogue.ts';
import { MaterialCollector } from '../files/material-collector.ts';
import { addPublishers } from './compile-publishers.ts';

/** How the built-in policy is named in reports. */
export const builtinName = 'builtin';

/** SHA-256 of the catalogue as JSON, hexadecimal. */
export function builtinSha256(): string {
  return createHash('sha256').update(JSON.stringify(knownPublishers)).digest('hex');
}

/** The built-in catalogue, with the keys that it names in `material`. */
export async function builtinPublishers(
  material: MaterialCollector = new MaterialCollector(),
): Promise<PublisherCatalogue> {
  const source = { file: builtinName, placeOf: () => ({ line: 1, column: 1 }) };
  const scope = {
    layer: 'builtin',
    policy: builtinName,
    folder: '/',
    source,
    material,
    publishers: new Map(),
  } as const;
  return addPublishers(scope, knownPublishers);
}

/**
 * The rules of the built-in policy: publishers known to sign must have signed. Confirmed entries refuse (unless the
 * command line says warn), probable ones warn.
 */
export function builtinRules(catalogue: PublisherCatalogue, modeOption: Mode | null): readonly PolicyRule[] {
  return [...catalogue.values()]
    .filter((publisher) => publisher.origin === 'builtin')
    .flatMap((publisher) =>
      publisher.entries.map((entry) => ({
        label: publisher.name,
        policy: builtinName,
        line: null,
        images: entry.images,
        written: entry.written,
        mode: entry.range.confidence === 'confirmed' ? (modeOption ?? 'enforce') : ('warn' as const),
        signedBy: entry.signedBy,
        threshold: 1,
        locked: null,
        attestations: [],
        lineage: null,
        maxAge: null,
        minAge: null,
        packages: null,
        digest: false,
        sameRepository: 'ignore' as const,
        signedIdentity: null,
        signatures: null,
        publisher: entry.range,
      })),
    );
}
