import {
  formatPlatform,
  isRecord,
  type Material,
  parsePlatform,
  recordAt,
  recordsOf,
  textOr,
} from '../../model/index.ts';

/** Under it, or under it and a slash and a platform, stands the provenance in the metadata. */
export const provenanceKey = 'buildx.build.provenance';

/** Whether a key of the metadata is that of a provenance. */
export function isProvenanceKey(key: string): boolean {
  return key === provenanceKey || key.startsWith(`${provenanceKey}/`);
}

/** What one target's metadata says of its build. */
export interface BuildMetadata {
  /** `builder/node/id`, null where the metadata does not name it. */
  readonly ref: string | null;
  /** The digest of what was made. */
  readonly digest: string | null;
  /** The digest of the image's config, which is its ID on the classic store; null where the metadata does not name it. */
  readonly config: string | null;
  /** Names that it was given. */
  readonly names: readonly string[];
  /** All materials of all platforms; null where no provenance was recorded. */
  readonly materials: readonly Material[] | null;
  /** The platforms that have a provenance of their own, normalised; null where one stands for all. */
  readonly platforms: readonly string[] | null;
}

function digestOf(entry: unknown): string | null {
  const found = Object.entries(recordAt(entry)).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  const [algorithm, value] = found.find(([name]) => name === 'sha256') ?? found[0] ?? [];
  return algorithm === undefined || value === undefined ? null : `${algorithm}:${value}`;
}

/** The materials of one provenance predicate: SLSA v0.2 (`materials`) or v1 (`buildDefinition.resolvedDependencies`). */
function rawMaterialsOf(predicate: unknown): readonly Readonly<Record<string, unknown>>[] {
  const record = recordAt(predicate);
  const dependencies = recordAt(record, 'buildDefinition')['resolvedDependencies'];
  return [...recordsOf(record['materials']), ...recordsOf(dependencies)];
}

function materialsOf(predicate: unknown): readonly Material[] {
  return rawMaterialsOf(predicate).map((entry) => ({
    uri: textOr(entry['uri'], ''),
    digest: digestOf(entry['digest']),
  }));
}

/** The predicate, which may be wrapped in a statement. */
function predicateOf(provenance: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return isRecord(provenance['predicate']) ? provenance['predicate'] : provenance;
}

/** A platform in its normalised form, so that two can be compared; unchanged where it is not valid. */
export function normalizedPlatform(platform: string): string {
  try {
    return formatPlatform(parsePlatform(platform));
  } catch {
    return platform;
  }
}

/** Provenance stands under its own key, followed by the platform where there are several. */
function predicatesOf(metadata: Readonly<Record<string, unknown>>): readonly unknown[] {
  return Object.entries(metadata)
    .filter(([key]) => isProvenanceKey(key))
    .flatMap(([, value]) => (isRecord(value) ? [predicateOf(value)] : []));
}

function platformsOf(metadata: Readonly<Record<string, unknown>>): readonly string[] {
  const keys = Object.keys(metadata).filter((key) => key.startsWith(`${provenanceKey}/`));
  return keys.map((key) => normalizedPlatform(key.slice(provenanceKey.length + 1)));
}

/** Whether there is a provenance for each of the platforms, which are normalised. */
export function coversPlatforms(metadata: BuildMetadata, platforms: readonly string[]): boolean {
  return metadata.platforms === null || platforms.every((platform) => metadata.platforms?.includes(platform));
}

/** One predicate with the materials of all. */
export function mergePredicates(predicates: readonly Readonly<Record<string, unknown>>[]): unknown {
  return { materials: predicates.map(predicateOf).flatMap(rawMaterialsOf) };
}

/** Reads the metadata of one target, as `--metadata-file` has it. */
export function readBuildMetadata(metadata: unknown): BuildMetadata {
  const record = recordAt(metadata);
  const predicates = predicatesOf(record);
  const unique = new Map(predicates.flatMap(materialsOf).map((material) => [JSON.stringify(material), material]));
  const names = textOr(record['image.name'], '');
  return {
    ref: textOr(record['buildx.build.ref'], null),
    digest: textOr(record['containerimage.digest'], null),
    config: textOr(record['containerimage.config.digest'], null),
    names: names === '' ? [] : names.split(',').map((name) => name.trim()),
    materials: predicates.length === 0 ? null : [...unique.values()],
    platforms: isRecord(record[provenanceKey]) ? null : platformsOf(record),
  };
}

/** Splits a metadata file by target: a plain build's is one target, a bake's is keyed by their names. */
export function metadataByTarget(
  metadata: unknown,
  targets: readonly string[],
  verb: 'build' | 'bake',
): ReadonlyMap<string, unknown> {
  const record = recordAt(metadata);
  if (verb === 'build') return new Map(targets.slice(0, 1).map((target) => [target, record]));
  return new Map(targets.map((target) => [target, recordAt(record, target)]));
}
