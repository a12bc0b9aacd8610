import {
  type Report,
  type ReportCacheImport,
  type ReportEvidence,
  type ReportImage,
  type ReportSource,
  type Status,
  strictest,
} from '../../../model/index.ts';
import { unique } from '../../scan/merge-scans.ts';

/** Items that are the same by their key, merged in the order in which each first stands. */
function mergedBy<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  merge: (one: Item, two: Item) => Item,
): readonly Item[] {
  const known = new Map<string, Item>();
  for (const item of items) {
    const key = keyOf(item);
    const earlier = known.get(key);
    known.set(key, earlier === undefined ? item : merge(earlier, item));
  }
  return [...known.values()];
}

function keyOfEvidence(piece: ReportEvidence): string {
  return JSON.stringify({ ...piece, trusted: true });
}

/** Only who satisfied a rule under both policies may be named as the signer. */
function mergeEvidence(one: readonly ReportEvidence[], two: readonly ReportEvidence[]): readonly ReportEvidence[] {
  const keys = (evidence: readonly ReportEvidence[]): ReadonlySet<string> =>
    new Set(evidence.filter(({ trusted }) => trusted).map(keyOfEvidence));
  const [ofOne, ofTwo] = [keys(one), keys(two)];
  const pieces = new Map([...one, ...two].map((piece) => [keyOfEvidence(piece), piece]));
  return [...pieces].map(([key, piece]) => ({ ...piece, trusted: ofOne.has(key) && ofTwo.has(key) }));
}

/** An image that builds under different policies use: nothing is said to be verified that one of them does not hold for verified. */
function mergeImages(one: ReportImage, two: ReportImage): ReportImage {
  const status = strictest(one.status, two.status);
  const verified = one.verified && two.verified;
  const [worse, other] = one.status === status && (two.status !== status || !one.verified) ? [one, two] : [two, one];
  return {
    name: one.name,
    digest: one.digest,
    status,
    basis: worse.verified && !verified ? other.basis : worse.basis,
    verified,
    decisions: unique([...one.decisions, ...two.decisions]),
    platforms: unique([...one.platforms, ...two.platforms]),
    uses: unique([...one.uses, ...two.uses]),
    evidence: mergeEvidence(one.evidence, two.evidence),
    findings: unique([...one.findings, ...two.findings]),
    lineage: unique([...one.lineage, ...two.lineage]),
  };
}

function mergeStatus<Item extends { readonly status: Status }>(one: Item, two: Item): Item {
  return { ...one, status: strictest(one.status, two.status) };
}

function mergeSources(one: ReportSource, two: ReportSource): ReportSource {
  return { ...mergeStatus(one, two), uses: unique([...one.uses, ...two.uses]) };
}

/**
 * One report on several builds, whose policies may differ: an image stands there once for each digest, with the strictest status.
 * @param reports at least one
 */
export function mergeReports([first, ...others]: readonly [Report, ...Report[]]): Report {
  const reports = [first, ...others];
  const sources = mergedBy(
    reports.flatMap((report) => report.sources ?? []),
    ({ kind, name, pin }) => JSON.stringify([kind, name, pin]),
    mergeSources,
  );
  const images = mergedBy(
    reports.flatMap((report) => report.images),
    ({ name, digest }) => `${name} ${digest}`,
    mergeImages,
  );
  return {
    ...first,
    mode: reports.some(({ mode }) => mode === 'enforce') ? 'enforce' : 'warn',
    verdict: reports.map(({ verdict }) => verdict).reduce(strictest),
    targets: reports.flatMap(({ targets }) => targets),
    policies: unique(reports.flatMap(({ policies }) => policies)),
    trustedRoots: unique(reports.flatMap(({ trustedRoots }) => trustedRoots)),
    images: images.toSorted((one, two) => (one.name < two.name ? -1 : one.name > two.name ? 1 : 0)),
    cacheImports: mergedBy(
      reports.flatMap(({ cacheImports }) => cacheImports),
      ({ type, ref }) => JSON.stringify([type, ref]),
      mergeStatus<ReportCacheImport>,
    ),
    unknown: unique(reports.flatMap(({ unknown }) => unknown)),
    ...(sources.length === 0 ? {} : { sources }),
    findings: unique(reports.flatMap(({ findings }) => findings)),
  };
}
