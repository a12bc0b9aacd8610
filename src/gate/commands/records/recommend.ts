import { adviseOffline, packageChanges, softwareInside, withDistribution } from '../../../advice/index.ts';
import {
  type Advice,
  atDigest,
  type Digest,
  type ImagePackages,
  type ImageUse,
  parseCanonicalName,
  parseReference,
  type Suggestion,
  VerifyError,
} from '../../../model/index.ts';
import { knownSigners, recommendedFor } from '../../../policy/index.ts';
import { packagesOfGathered, packagesOfImage } from '../../examine/examination/packages-of-image.ts';
import { gatherImage } from '../../examine/gather/gather-image.ts';
import { bytesByPlatform, imageBytes } from '../../examine/gather/image-bytes.ts';
import { traceImage } from '../../examine/judge/image-lineage.ts';
import type { Pipeline } from '../../session/pipeline.ts';
import type { Session } from '../../session/session.ts';
import type { StandardInput } from '../../session/standard-input.ts';
import { eachImage } from '../images/each-image.ts';
import { listRecords } from './records.ts';

/** Digests that images had when they were last built upon, by name. */
type LastUsed = ReadonlyMap<string, Digest>;

/** What could not be asked, said once each. */
class Unknown {
  readonly said: string[] = [];

  /** The answer, or null with a word on why there is none. */
  async ask<Answer>(what: string, question: () => Promise<Answer>): Promise<Answer | null> {
    try {
      return await question();
    } catch (error) {
      if (!(error instanceof VerifyError) || error.code === 'cancelled') throw error;
      const text = `${what}: ${error.message}`;
      if (!this.said.includes(text)) this.said.push(text);
      return null;
    }
  }
}

async function lastUsed(session: Session): Promise<LastUsed> {
  const used = new Map<string, Digest>();
  const records = await listRecords(session).catch(() => ({ records: [] }));
  for (const { images } of records.records)
    for (const { name, digest } of images) if (digest !== null) used.set(name, digest);
  return used;
}

/** The digest that is built upon: as it is written, as it is locked, else as it was at the last recorded build. */
function usedDigest({ policies }: Pipeline, { name }: ImageUse, used: LastUsed): Digest | null {
  return parseReference(name).digest ?? policies.projectLock?.images[name]?.digest ?? used.get(name) ?? null;
}

async function tagDigest({ registries }: Pipeline, name: ImageUse['name']): Promise<Digest | null> {
  const reference = parseReference(name);
  const { tag } = reference;
  if (tag === null && reference.digest !== null) return null;
  const stored = await registries.attempt(reference, (client) => client.tagged(reference, tag ?? 'latest', 'image'));
  return stored.descriptor.digest;
}

function changesOf(
  before: ImagePackages | null,
  after: ImagePackages | null,
): ReturnType<typeof packageChanges> | null {
  const isKnown = before !== null && after !== null && before.trust !== 'none' && after.trust !== 'none';
  return isKnown ? packageChanges(before.packages, after.packages) : null;
}

function pinned(use: ImageUse, digest: Digest): ImageUse {
  return { ...use, name: atDigest(parseReference(use.name), digest) };
}

async function refreshOf(
  pipeline: Pipeline,
  use: ImageUse,
  used: LastUsed,
  unknown: Unknown,
): Promise<Advice['refresh']> {
  const from = usedDigest(pipeline, use, used);
  if (from === null) return null;
  const to = await unknown.ask('what the tag stands for now', () => tagDigest(pipeline, use.name));
  if (to === null || to === from) return null;
  const [before, after] = await Promise.all(
    [from, to].map((digest) =>
      unknown.ask('what a refresh changes', () => packagesOfImage(pipeline, pinned(use, digest))),
    ),
  );
  return { from, to, packages: changesOf(before ?? null, after ?? null) };
}

interface MeasureOptions {
  readonly countsPackages: boolean;
}

/** How large a suggestion is; of one that has less in it also how many packages. */
async function measured(
  pipeline: Pipeline,
  { platforms: [platform = ''] }: ImageUse,
  suggestion: Suggestion,
  unknown: Unknown,
  { countsPackages }: MeasureOptions,
): Promise<Suggestion> {
  const name = parseCanonicalName(suggestion.image);
  const { registry } = parseReference(name);
  const use: ImageUse = { name, written: suggestion.image, platforms: [platform], uses: [] };
  const found = await unknown.ask(`how large suggestions at ${registry} are`, async () => {
    const { image, client } = await pipeline.registries.resolve(use, { repositories: [], attestations: 'none' });
    return { bytes: (await bytesByPlatform(client, { ...image, children: [] }))[platform] ?? null };
  });
  if (found === null || !countsPackages) return { ...suggestion, bytes: found?.bytes ?? null };
  const inside = await unknown.ask(`what is inside ${suggestion.image}`, () => packagesOfImage(pipeline, use));
  const packages = inside === null || inside.trust === 'none' ? null : inside.packages.length;
  return { ...suggestion, bytes: found.bytes, packages };
}

async function adviseOn(pipeline: Pipeline, use: ImageUse, used: LastUsed): Promise<Advice> {
  const { policies, session } = pipeline;
  const unknown = new Unknown();
  const today = session.now().toISOString().slice(0, 10);
  const offline = adviseOffline({
    name: use.name,
    today,
    preferred: recommendedFor(policies, use.name),
    signersOf: (image) => knownSigners(policies, image),
  });
  const gathered = await gatherImage(pipeline, use, { everything: true });
  const { resolution } = gathered;
  const known = { ...offline, name: use.name, unknown: unknown.said };
  if (resolution.kind === 'unresolved') {
    const said = `the image itself, its sizes, what is inside, and whether it was refreshed: ${resolution.failure.message}`;
    return { ...known, digest: null, refresh: null, inside: null, bytes: null, unknown: [said] };
  }
  const tracing = traceImage(pipeline, gathered);
  const [lineage, inside, refresh] = await Promise.all([
    unknown.ask('its bases', () => tracing),
    unknown.ask('what is inside', () => packagesOfGathered(pipeline, gathered, tracing)),
    refreshOf(pipeline, use, used, unknown),
  ]);
  if (inside?.trust === 'none') unknown.said.push('what is inside: no SBOM is attached');
  const measure = (suggestions: readonly Suggestion[], options: MeasureOptions): Promise<readonly Suggestion[]> =>
    Promise.all(suggestions.map((each) => measured(pipeline, use, each, unknown, options)));
  return {
    ...known,
    digest: resolution.image.root.digest,
    support: withDistribution(offline.support, inside?.packages.map(({ purl }) => purl) ?? [], today),
    refresh,
    inside: inside === null || inside.trust === 'none' ? null : softwareInside(inside.packages, inside.trust),
    bytes: await unknown.ask('its sizes', () => imageBytes(pipeline, gathered, lineage?.links ?? [])),
    update: await measure(offline.update, { countsPackages: false }),
    slimmer: await measure(offline.slimmer, { countsPackages: true }),
    hardened: await measure(offline.hardened, { countsPackages: false }),
  };
}

/**
 * What could be built on in place of the images named, or of every image that a path uses. What could not be asked is said in each answer.
 * @throws VerifyError `usage.*`, `dockerfile.*`, `policy.*`
 */
export async function recommend(
  session: Session,
  args: readonly string[],
  input: StandardInput,
): Promise<readonly Advice[]> {
  const used = await lastUsed(session);
  return await eachImage(session, args, input, 'recommend', (pipeline, use) => adviseOn(pipeline, use, used));
}
