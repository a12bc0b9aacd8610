import type { CacheImport, FetchedSource, ImageUse, ScanResult, Unknown } from '../../model/index.ts';

function mergeImages(left: ImageUse, right: ImageUse): ImageUse {
  const nearStage = left.nearStage ?? right.nearStage;
  return {
    name: left.name,
    written: left.written,
    platforms: [...new Set([...left.platforms, ...right.platforms])].toSorted(),
    uses: [...left.uses, ...right.uses],
    ...(nearStage === undefined ? {} : { nearStage }),
  };
}

/** Each of these once, as it is written. */
export function unique<Item>(items: readonly Item[]): readonly Item[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

function mergeSources(sources: readonly FetchedSource[]): Pick<ScanResult, 'sources'> {
  const known = new Map<string, FetchedSource>();
  for (const source of sources) {
    const key = JSON.stringify([source.kind, source.name, source.pin]);
    known.set(key, { ...source, uses: [...(known.get(key)?.uses ?? []), ...source.uses] });
  }
  return known.size === 0 ? {} : { sources: [...known.values()] };
}

/** What several targets use, each image once, sorted by name. */
export function mergeScans(scans: readonly ScanResult[]): ScanResult {
  const images = new Map<string, ImageUse>();
  for (const image of scans.flatMap((scan) => scan.images)) {
    const known = images.get(image.name);
    images.set(image.name, known === undefined ? image : mergeImages(known, image));
  }
  return {
    images: [...images.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1)),
    cacheImports: unique<CacheImport>(scans.flatMap((scan) => scan.cacheImports)),
    unknown: unique<Unknown>(scans.flatMap((scan) => scan.unknown)),
    replacements: scans.flatMap((scan) => scan.replacements),
    ...mergeSources(scans.flatMap((scan) => scan.sources ?? [])),
    runtimeBases: scans.flatMap((scan) => scan.runtimeBases ?? []),
  };
}
