import {
  type CanonicalName,
  type OfflineAdvice,
  parseReference,
  type Suggestion,
  type Support,
} from '../model/index.ts';
import { hardenedEquivalents, hardenedSources } from './hardened.ts';
import { type OfficialImage, officialImages, officialSource } from './official.ts';
import {
  codenames,
  cycleOf,
  endOfLifeSource,
  isLongTerm,
  productOf,
  supportOf,
  systemSupport,
  versionOf,
} from './products.ts';
import { compareVersions, parseTag, systemFamily, type Tag } from './tag.ts';

/** What advice is asked about, with what only the caller knows. */
export interface AdviceRequest {
  readonly name: CanonicalName;
  /** `YYYY-MM-DD` */
  readonly today: string;
  /** What the policies in force recommend for it, the first first. */
  readonly preferred: readonly string[];
  /** Who is known to sign an image. */
  readonly signersOf: (image: string) => readonly string[];
}

interface Official {
  /** Without `docker.io/library/`. */
  readonly image: string;
  readonly tag: Tag;
  readonly version: readonly number[];
  readonly all: readonly OfficialImage[];
}

function officialOf(name: CanonicalName): Official | null {
  const { registry, repository, tag, digest } = parseReference(name);
  const image = repository.replace(/^library\//, '');
  const all = registry === 'docker.io' && repository.startsWith('library/') ? officialImages(image) : null;
  if (all === null || (tag === null && digest !== null)) return null;
  const parsed = parseTag(tag ?? 'latest', codenames);
  return { image, tag: parsed, version: versionOf(image, parsed), all };
}

/** The same image under all of its tags; null where the list has no such tag. */
function listedImage({ all, tag }: Official): OfficialImage | null {
  return all.find(({ tags }) => tags.some(({ text }) => text === tag.text)) ?? null;
}

/** The tag that says most: of the image's own tags the longest version, and the system that any of them names. */
function fullest(official: Official): Official {
  const own = listedImage(official)?.tags ?? [];
  const candidates = own.map((tag) => ({ tag, version: versionOf(official.image, tag) }));
  const longest = candidates.toSorted((left, right) => right.version.length - left.version.length)[0];
  const system =
    official.tag.system ?? own.find((tag) => tag.system !== null && tag.system !== 'alpine')?.system ?? null;
  const version =
    longest !== undefined && longest.version.length > official.version.length ? longest.version : official.version;
  return { ...official, version, tag: { ...official.tag, system: system ?? official.tag.system } };
}

/** How long an official image and the system in it are looked after. */
export function supportOfImage(name: CanonicalName, today: string): readonly Support[] {
  const official = officialOf(name);
  if (official === null) return [];
  const { image, version, tag } = fullest(official);
  const product = productOf(image);
  const cycle = product === null ? null : cycleOf(product, version);
  const own = product === null || cycle === null ? null : supportOf(product, cycle, today);
  const system = systemSupport(tag, today);
  return [own, system]
    .filter((each) => each !== null)
    .filter((each, at, all) => all.findIndex(({ what }) => what === each.what) === at);
}

/** Newer than everything on the list: then the list is older than the tag, and says nothing about it. */
function isBeyondList({ all, version, image }: Official): boolean {
  if (version.length === 0) return false;
  return all.every(({ tags }) => tags.every((tag) => compareVersions(versionOf(image, tag), version) < 0));
}

interface Choice {
  readonly tag: Tag;
  readonly version: readonly number[];
  readonly until: string | null;
  readonly longTerm: boolean;
}

/** Whether two tags are spelt alike: the same words, the same kind of system, as many numbers. */
function isAlike(official: Official, tag: Tag, version: readonly number[]): boolean {
  const { tag: own } = official;
  if (tag.version.length !== own.version.length || version.length === 0) return false;
  if (JSON.stringify(tag.words) !== JSON.stringify(own.words)) return false;
  if (systemFamily(tag, codenames) !== systemFamily(own, codenames)) return false;
  return (tag.system === 'alpine') === (own.system === 'alpine');
}

/** The version of an image with the most parts: the tags beside `8` show what it stands for. */
function longestVersion(image: string, { tags }: OfficialImage): readonly number[] {
  return tags.map((tag) => versionOf(image, tag)).toSorted((left, right) => right.length - left.length)[0] ?? [];
}

/** How long an image of the list is looked after by all that is known of it; null where its release is not known, or at its end. */
function choiceFor(official: Official, listed: OfficialImage, tag: Tag, today: string): Choice | null {
  const product = productOf(official.image);
  const cycle = product === null ? null : cycleOf(product, longestVersion(official.image, listed));
  // a release that the dates do not know may be one that is not out
  if (product !== null && cycle === null) return null;
  const support = product === null || cycle === null ? null : supportOf(product, cycle, today);
  const system = systemSupport(tag, today);
  if (support?.state === 'ended' || system?.state === 'ended') return null;
  const ends = [support, system].flatMap((each) =>
    each !== null && each.state === 'supported' && each.date !== null ? [each.date] : [],
  );
  const longTerm = cycle !== null && isLongTerm(cycle, today);
  return { tag, version: versionOf(official.image, tag), until: ends.toSorted()[0] ?? null, longTerm };
}

/** Tags of the list that are spelt like the one in use and are not at their end. */
function choicesFor(official: Official, today: string): readonly Choice[] {
  return official.all.flatMap((listed) =>
    listed.tags.flatMap((tag) => {
      if (!isAlike(official, tag, versionOf(official.image, tag))) return [];
      return choiceFor(official, listed, tag, today) ?? [];
    }),
  );
}

function systemNumber({ system }: Tag): readonly number[] {
  const named = system === null ? undefined : codenames.get(system)?.cycle;
  return (named ?? system?.slice('alpine'.length) ?? '').split('.').map(Number);
}

function best(choices: readonly Choice[]): Choice | undefined {
  return choices.toSorted(
    (left, right) =>
      compareVersions(right.version, left.version) || compareVersions(systemNumber(right.tag), systemNumber(left.tag)),
  )[0];
}

type Suggest = (image: string, reason: string, until: string | null) => Suggestion;

function suggester(signersOf: AdviceRequest['signersOf']): Suggest {
  return (image, reason, until) => ({ image, reason, until, signedBy: signersOf(image), bytes: null, packages: null });
}

function isSameRelease({ image, version }: Official, choice: Choice): boolean {
  const product = productOf(image);
  const [own, other] = product === null ? [] : [cycleOf(product, version), cycleOf(product, choice.version)];
  if (own !== null && own !== undefined) return own.cycle === other?.cycle;
  return version[0] === choice.version[0];
}

/** Newer tags that are looked after: of the same release, the newest for long, and the newest of all. */
function updatesFor(official: Official, today: string, suggest: Suggest): readonly Suggestion[] {
  const all = choicesFor(official, today);
  const isNewer = ({ version, tag }: Choice): boolean => {
    const order = compareVersions(version, official.version);
    return order > 0 || (order === 0 && compareVersions(systemNumber(tag), systemNumber(official.tag)) > 0);
  };
  const newer = all.filter(isNewer);
  const same = best(newer.filter((choice) => isSameRelease(official, choice)));
  const long = best(newer.filter(({ longTerm }) => longTerm));
  const newest = best(newer);
  const chosen = [
    { choice: same, reason: 'the same release, newer' },
    { choice: long, reason: 'the newest release that is looked after for long' },
    { choice: newest, reason: 'the newest release' },
  ];
  const seen = new Set<string>();
  return chosen.flatMap(({ choice, reason }) => {
    if (choice === undefined || seen.has(choice.tag.text)) return [];
    seen.add(choice.tag.text);
    return [suggest(`docker.io/library/${official.image}:${choice.tag.text}`, reason, choice.until)];
  });
}

/** Siblings of the same version with less in them. */
function slimmerFor(official: Official, suggest: Suggest): readonly Suggestion[] {
  const { tag, image, all } = official;
  const isAlpine = systemFamily(tag, codenames) === 'alpine';
  const isSlim = tag.words.includes('slim');
  const wanted = (system: string | null, words: readonly string[]): string | undefined =>
    all
      .flatMap(({ tags }) => tags)
      .find(
        (each) =>
          each.system === system &&
          JSON.stringify(each.version) === JSON.stringify(tag.version) &&
          JSON.stringify(each.words) === JSON.stringify([...words].toSorted()),
      )?.text;
  const bare = tag.words.filter((word) => word !== 'slim' && (word !== 'latest' || tag.version.length > 0));
  const found = [
    ...(isSlim ? [] : [wanted(tag.system, [...bare, 'slim'])]),
    ...(isAlpine ? [] : [wanted('alpine', bare)]),
  ];
  return found.flatMap((text) => {
    if (text === undefined || text === tag.text) return [];
    const reason =
      text.includes('alpine') && !isAlpine
        ? 'the same version on Alpine Linux (musl in place of glibc)'
        : 'the same version with fewer packages';
    return [suggest(`docker.io/library/${image}:${text}`, reason, null)];
  });
}

/** What can be said of an image from what the program brings with it: nothing is asked, and what is not known is left out. */
export function adviseOffline({ name, today, preferred, signersOf }: AdviceRequest): OfflineAdvice {
  const official = officialOf(name);
  if (official === null)
    return { listed: null, aliases: [], support: [], preferred, update: [], slimmer: [], hardened: [], sources: [] };
  const suggest = suggester(signersOf);
  const listed = listedImage(official);
  const full = fullest(official);
  // other words name another thing: an FPM server is no PHP to run commands with
  const isPlain = official.tag.words.every((word) => word === 'slim' || word === 'latest');
  const system = systemFamily(official.tag, codenames);
  const equivalents = isPlain ? hardenedEquivalents(official.image, full.version, system, today) : [];
  return {
    listed: listed !== null ? true : isBeyondList(official) ? null : false,
    aliases: (listed?.tags ?? []).map(({ text }) => text).filter((text) => text !== official.tag.text),
    support: supportOfImage(name, today),
    preferred,
    update: updatesFor(official, today, suggest),
    slimmer: listed === null ? [] : slimmerFor(official, suggest),
    hardened: equivalents.map(({ image, reason, until }) => suggest(image, reason, until)),
    sources: [officialSource, endOfLifeSource, ...hardenedSources],
  };
}
