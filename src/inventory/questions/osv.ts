import { isRecord } from '../../model/index.ts';
import { isOrdered } from '../compare-versions.ts';
import { parsePackageUrl } from '../package-url.ts';
import { type Json, listOf, textOf } from '../sbom/json.ts';
import type { SbomPackage } from '../sbom/package.ts';
import { orderOf } from '../versions/order-of.ts';
import { affectedEcosystem, type Ecosystem } from './ecosystems.ts';
import { comparableName, isCalled, type Match, type Question } from './question.ts';

interface Event {
  readonly kind: 'introduced' | 'fixed' | 'last_affected' | 'limit';
  readonly version: string;
}

interface Affected {
  readonly ecosystem: Ecosystem;
  readonly name: string;
  readonly ranges: readonly (readonly Event[])[];
  readonly versions: readonly string[];
  /** Whether the advisory was found not to be about this package after all (Wolfi and Chainguard say so). */
  readonly isFalsePositive: boolean;
}

const eventKinds = ['introduced', 'fixed', 'last_affected', 'limit'] as const;

/** Where nothing says since when (which the schema asks for), always. */
function readEvents(range: unknown): readonly Event[] {
  if (!isRecord(range) || range['type'] === 'GIT') return [];
  const events = listOf(range['events']).flatMap((event) =>
    isRecord(event)
      ? eventKinds.flatMap((kind) => {
          const version = textOf(event[kind]);
          const isNoLimit = kind === 'limit' && version === '*';
          return version === '' || isNoLimit ? [] : [{ kind, version }];
        })
      : [],
  );
  if (events.length === 0 || events.some(({ kind }) => kind === 'introduced')) return events;
  return [{ kind: 'introduced', version: '0' }, ...events];
}

function isFalsePositive(affected: Json): boolean {
  const specific = affected['ecosystem_specific'];
  if (!isRecord(specific)) return false;
  const components = listOf(specific['components']);
  const statuses = components.map((one) => (isRecord(one) ? textOf(one['latest_event_status']) : ''));
  const own = textOf(specific['latest_event_status']);
  const isNoFinding = (status: string): boolean => status === 'false_positive_determination';
  return isNoFinding(own) || (statuses.length > 0 && statuses.every(isNoFinding));
}

function readAffected(affected: unknown): Affected | null {
  const named = isRecord(affected) ? affected['package'] : null;
  if (!isRecord(affected) || !isRecord(named)) return null;
  const purl = parsePackageUrl(textOf(named['purl']));
  const ecosystem = affectedEcosystem(textOf(named['ecosystem']), purl);
  const name = textOf(named['name']) || (purl?.name ?? '');
  if (name === '') return null;
  return {
    ecosystem,
    name,
    ranges: listOf(affected['ranges'])
      .map(readEvents)
      .filter((events) => events.length > 0),
    versions: textsOf(affected['versions']),
    isFalsePositive: isFalsePositive(affected),
  };
}

/** OSV schema 1.7, "affected[].ranges[].events": sorted, and the last event at or before a version says how it stands. */
function stateIn(events: readonly Event[], version: string, type: string): Match | null {
  const order = orderOf(type);
  const compare = (bound: string): number => (bound === '0' ? 1 : order(version, bound));
  const relevant = events.filter(({ kind, version: bound }) => {
    const result = compare(bound);
    return kind === 'last_affected' ? result > 0 : result >= 0;
  });
  const rank = { limit: 0, introduced: 1, last_affected: 2, fixed: 3 } as const;
  const [last] = relevant.toSorted((left, right) => {
    const [a, b] = [left.version, right.version];
    const byVersion = a === b ? 0 : a === '0' ? -1 : b === '0' ? 1 : order(a, b);
    return -byVersion || rank[right.kind] - rank[left.kind];
  });
  if (last === undefined) return null;
  if (last.kind === 'introduced') return 'affected';
  // what was fixed in version 0 was never there: so Wolfi and Chainguard write a false positive
  return last.kind === 'fixed' && last.version !== '0' ? 'fixed' : 'not-affected';
}

/** Whether a version is one of those listed, in whatever spelling: `v1.0.0` and `1.0.0`, or Python's `1.0` and `1.0.0`, are one. */
function isListed(versions: readonly string[], type: string, version: string): boolean {
  if (versions.includes(version)) return true;
  if (!isOrdered(type, version)) return false;
  const order = orderOf(type);
  return versions.some((one) => isOrdered(type, one) && order(one, version) === 0);
}

function versionsOf({ ecosystem, name }: Affected, found: SbomPackage): readonly string[] {
  if (!ecosystem.includes(found)) return [];
  const wanted = comparableName(name);
  const { source } = found;
  const isSource = ecosystem.namesSources && source !== null && comparableName(source.name) === wanted;
  const isOwn = isCalled(found, name);
  return [
    ...(isSource ? [source.version === '' ? found.version : source.version] : []),
    ...(isOwn && (ecosystem.namesPackages || source === null) ? [found.version] : []),
  ];
}

function matchOne(affected: Affected, found: SbomPackage): Match | null {
  const states = versionsOf(affected, found).map((version): Match => {
    if (affected.isFalsePositive) return 'not-affected';
    const type = affected.ecosystem.type ?? found.type ?? '';
    if (isListed(affected.versions, type, version)) return 'affected';
    // an advisory that names no versions may mean all, and a package whose version cannot be ordered may have an affected one
    if (affected.ranges.length === 0 ? affected.versions.length === 0 : !isOrdered(found.type, version))
      return 'affected';
    if (version === '') return 'affected';
    const inRanges = affected.ranges.map((events) => stateIn(events, version, type));
    return strictest(inRanges) ?? 'not-affected';
  });
  return strictest(states);
}

function strictest(states: readonly (Match | null)[]): Match | null {
  return (['affected', 'fixed', 'not-affected'] as const).find((state) => states.includes(state)) ?? null;
}

function textsOf(value: unknown): readonly string[] {
  return listOf(value)
    .map(textOf)
    .filter((text) => text !== '');
}

/**
 * The question that an advisory in OSV's form asks (schema 1.7). Null where the document is no advisory that names packages of an
 * ecosystem that is known, or where it was withdrawn.
 */
export function questionOfOsv(document: unknown): Question | null {
  if (!isRecord(document)) return null;
  const id = textOf(document['id']);
  const affected = listOf(document['affected'])
    .map(readAffected)
    .filter((one) => one !== null);
  if (id === '' || textOf(document['withdrawn']) !== '') return null;
  // of ecosystems that are not known alone nothing could be found for certain
  if (affected.every(({ ecosystem }) => ecosystem.type === null)) return null;
  const aliases = textsOf(document['aliases']);
  const upstream = textsOf(document['upstream']);
  // an update that mends several vulnerabilities is not done with when one of them is
  const isOne = upstream.length < 2;
  return {
    label: id,
    ids: [...new Set([id, ...aliases, ...(isOne ? upstream : [])])],
    foundBy: isOne ? [] : upstream,
    names: [...new Set(affected.map(({ name }) => comparableName(name)))],
    match: (found) => strictest(affected.map((one) => matchOne(one, found))),
  };
}
