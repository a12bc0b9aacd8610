import { type Digest, parseReference, type ResolvedImage, type UnsignedStatement } from '../../model/index.ts';
import { type CollectProblem, distinctProblems, isUnseen, problemOf } from '../content/collect-problem.ts';
import { formatRepository, type ImageSource, type RepositoryName } from '../content/image-source.ts';
import { beyondBudget, newBudget } from './attachment-budget.ts';
import type { AttestationChoice } from './attachment-form.ts';
import {
  type AttestationManifest,
  attestationEntries,
  readAttestationManifest,
  vouchesForPlatform,
} from './buildkit-attestation.ts';
import { findAttached, type SignatureSource, type Subject } from './find-attached.ts';
import { readFoundManifests, writeFoundManifests } from './found-manifests-cache.ts';
import { type Collected, type Collecting, readFound, type Vouching } from './read-attached.ts';

/** A repository for signatures other than the image's own (cosign's COSIGN_REPOSITORY). */
export interface SignatureRepository {
  /** With its registry, for instance `ghcr.io/acme/signatures`. */
  readonly repository: string;
  readonly tagPrefix: string;
}

export interface CollectOptions {
  /** Further places to look in. */
  readonly repositories?: readonly SignatureRepository[];
  /** Whether to look beside the image; true unless said otherwise. */
  readonly besideImage?: boolean;
  /** `all` unless said otherwise. */
  readonly attestations?: AttestationChoice;
}

function placesOf({ registry, repository }: RepositoryName, options: CollectOptions): readonly SignatureSource[] {
  const own = options.besideImage === false ? [] : [{ registry, repository, tagPrefix: '' }];
  const others = (options.repositories ?? []).map((each) => {
    const named = parseReference(each.repository);
    return { registry: named.registry, repository: named.repository, tagPrefix: each.tagPrefix };
  });
  const places = [...own, ...others];
  const keyOf = (place: SignatureSource): string => `${formatRepository(place)} ${place.tagPrefix}`;
  return places.filter((place, index) => places.findIndex((other) => keyOf(other) === keyOf(place)) === index);
}

/** What is known of the attestation manifests that the index lists for the platforms asked for. */
interface Chain {
  readonly manifests: ReadonlyMap<Digest, AttestationManifest>;
  readonly unsigned: readonly UnsignedStatement[];
  readonly problems: readonly CollectProblem[];
}

/** Reads the attestation manifests that the index lists for the platforms. */
async function readChain(source: ImageSource, image: ResolvedImage, repository: RepositoryName): Promise<Chain> {
  const platforms = new Set(image.platforms.map(({ digest }) => digest));
  const manifests = new Map<Digest, AttestationManifest>();
  const problems: CollectProblem[] = [];
  const reading = attestationEntries(image.children, platforms).map(async (link) => {
    try {
      manifests.set(link.entry.digest, await readAttestationManifest(source, repository, link));
    } catch (error) {
      problems.push(attestationProblem(error, link.entry.digest));
    }
  });
  await Promise.all(reading);
  return { manifests, unsigned: [...manifests.values()].flatMap(({ statements }) => statements), problems };
}

function attestationProblem(error: unknown, digest: Digest): CollectProblem {
  return problemOf(error, digest, `attestation manifest ${digest}`);
}

/** Asks once of each attestation manifest whether a signature on it would count: its statements may be large. */
function createVouching(source: ImageSource, repository: RepositoryName, chain: Promise<Chain>): Vouching {
  const asked = new Map<Digest, Promise<boolean>>();
  const problems: CollectProblem[] = [];
  const ask = async (digest: Digest): Promise<boolean> => {
    const read = (await chain).manifests.get(digest);
    if (read === undefined) return false;
    try {
      return await vouchesForPlatform(source, repository, read);
    } catch (error) {
      problems.push(attestationProblem(error, digest));
      return false;
    }
  };
  return {
    problems,
    vouches(digest) {
      const known = asked.get(digest) ?? ask(digest);
      asked.set(digest, known);
      return known;
    },
  };
}

function subjectsOf(image: ResolvedImage): readonly Subject[] {
  const platforms = new Set(image.platforms.map(({ digest }) => digest));
  const attestations = attestationEntries(image.children, platforms);
  const plain = new Set([image.root.digest, ...platforms]);
  return [
    ...[...plain].map((digest) => ({ digest, vouchesFor: null })),
    ...attestations.map(({ entry, platform }) => ({ digest: entry.digest, vouchesFor: platform.digest })),
  ];
}

function distinctStatements(statements: readonly UnsignedStatement[]): readonly UnsignedStatement[] {
  const keyOf = ({ manifest, layer }: UnsignedStatement): string => `${manifest} ${layer.digest}`;
  return [...new Map(statements.map((each) => [keyOf(each), each])).values()];
}

async function collectFresh(
  source: ImageSource,
  image: ResolvedImage,
  options: CollectOptions,
  key: string,
): Promise<Collected> {
  const repository = parseReference(image.name);
  const choice = options.attestations ?? 'all';
  const subjects = subjectsOf(image);
  const known = await readFoundManifests(source, key, subjects);
  const lookups =
    known === null
      ? findAttached(source, subjects, placesOf(repository, options), choice !== 'none')
      : [Promise.resolve(known)];
  const chainRead = readChain(source, image, repository);
  const vouching = createVouching(source, repository, chainRead);
  const run: Collecting = { source, choice, budget: newBudget(), vouching, seen: new Set() };
  // Each lookup is followed to its end by itself: a slow one does not take the time of the others.
  const parts = await Promise.all(
    lookups.map(async (lookup) => {
      const { found, problems } = await lookup;
      const read = await Promise.all(found.map((each) => readFound(run, each)));
      return { found, problems, read };
    }),
  );
  const chain = await chainRead;
  const read = parts.flatMap((part) => part.read);
  const attachments = read.flatMap((each) => each.attachments);
  const lookupProblems = parts.flatMap((part) => part.problems);
  if (known === null && attachments.length > 0) {
    await writeFoundManifests(
      source,
      key,
      parts.flatMap(({ found }) => found),
      !lookupProblems.some(isUnseen),
    );
  }
  const exceeded = beyondBudget(run.budget.refused(), image.root.digest);
  return {
    attachments,
    unsigned: distinctStatements([...chain.unsigned, ...read.flatMap((each) => each.unsigned)]),
    problems: distinctProblems([
      ...lookupProblems,
      ...read.flatMap((each) => each.problems),
      ...chain.problems,
      ...vouching.problems,
      ...exceeded,
    ]),
  };
}

/**
 * Collects every signature and attestation on an image: under cosign's tags, by referrers or the fallback tag, on the root,
 * on the manifests of the platforms asked for, and on BuildKit's attestation manifests that vouch for these.
 * Never throws for what a registry does: that is a problem beside what was found. Done once in a run for the same image and options.
 */
export function collectAttachments(
  source: ImageSource,
  image: ResolvedImage,
  options: CollectOptions = {},
): Promise<Collected> {
  const { registry, repository } = parseReference(image.name);
  const places = placesOf({ registry, repository }, options).map(
    (place) => `${formatRepository(place)}:${place.tagPrefix}`,
  );
  const platforms = image.platforms.map(({ digest }) => digest);
  const key = `attached ${[image.root.digest, ...platforms, options.attestations ?? 'all', ...places].join(' ')}`;
  return source.once(key, () => collectFresh(source, image, options, key));
}
