import { setTimeout as pause } from 'node:timers/promises';
import { type Descriptor, type Digest, parseBoundedJson, VerifyError } from '../../model/index.ts';
import type { RegistrySession, Written } from '../auth/session.ts';
import { digestOf } from '../cache/digest-check.ts';
import { formatRepository, type RepositoryName } from '../content/image-source.ts';
import { parseManifest } from '../content/manifest.ts';
import { acceptedManifests, mediaTypes } from '../content/media-types.ts';
import { bounds } from '../transport/bounds.ts';
import { registryFailure } from '../transport/registry-failure.ts';
import { putManifest } from './put-manifest.ts';

/** What the fallback tag holds now. */
interface Listing {
  /** The whole document, so that what we do not know of it stays. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly entries: readonly unknown[];
  readonly listed: ReadonlySet<Digest>;
  /** Under which alone it is replaced; left out where the registry gives nothing to compare with. */
  readonly condition?: Written['condition'];
}

const emptyIndex = { schemaVersion: 2, mediaType: mediaTypes.ociIndex };

/** Attempts at a tag that others write to at the same time. */
const mostAttempts = 8;

function tagOf(subject: Digest): string {
  return subject.replace(':', '-').slice(0, 'sha256-'.length + 64);
}

function occupied(place: RepositoryName, tag: string): VerifyError {
  return new VerifyError(
    'registry.failed',
    `${formatRepository(place)}:${tag}, where attachments are listed, holds something else`,
    { hint: 'the registry has no referrers API, and the tag in its place is taken: look at who wrote it' },
  );
}

async function readListing(session: RegistrySession, place: RepositoryName, subject: Digest): Promise<Listing> {
  const tag = tagOf(subject);
  const name = `${place.repository}:${tag}`;
  const answer = await session.request({
    ...place,
    method: 'GET',
    path: `/v2/${place.repository}/manifests/${tag}`,
    accept: acceptedManifests,
    limit: bounds.manifest,
  });
  if (answer.status === 404)
    return { document: emptyIndex, entries: [], listed: new Set(), condition: { 'if-none-match': '*' } };
  if (answer.status !== 200) throw registryFailure(answer, name, place.registry);
  const { etag } = answer.headers;
  // a weak one says nothing of the bytes (RFC 9110, section 13.1.1)
  const condition = etag === undefined || !etag.startsWith('"') ? {} : { condition: { 'if-match': etag } };
  const manifest = parseManifest(answer.body, answer.headers['content-type'] ?? null, `listing ${name}`);
  const digest = digestOf(answer.body);
  // an artifact that took the tag for itself instead of being listed there
  if (manifest.kind === 'manifest' && manifest.subject?.digest === subject && digest !== subject) {
    const own = { mediaType: manifest.mediaType, digest, size: answer.body.length };
    const type = manifest.artifactType === null ? {} : { artifactType: manifest.artifactType };
    return { document: emptyIndex, entries: [{ ...own, ...type }], listed: new Set([digest]), ...condition };
  }
  if (manifest.kind !== 'index' || digest === subject) throw occupied(place, tag);
  const document = parseBoundedJson(answer.body.toString('utf8')) as Readonly<Record<string, unknown>>; // an index: read above
  const entries = Array.isArray(document['manifests']) ? document['manifests'] : [];
  return { document, entries, listed: new Set(manifest.manifests.map((each) => each.digest)), ...condition };
}

/**
 * Lists an attachment under the tag that stands in for the referrers API (OCI distribution-spec, "Referrers Tag Schema"). What others list
 * there stays. Where the registry keeps to `If-Match` no entry is lost; where it does not, the tag is read again behind each write,
 * and written again until ours and all that was seen before stand there.
 * @throws VerifyError `registry.*`
 */
export async function listReferrer(
  session: RegistrySession,
  place: RepositoryName,
  subject: Digest,
  referrer: Descriptor,
): Promise<void> {
  const seen = new Map<string, unknown>();
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    // each attempt is about what the one before left
    // oxlint-disable-next-line no-await-in-loop
    const { document, entries, listed, condition } = await readListing(session, place, subject);
    const isWhole = [...seen.keys()].every((digest) => (listed as ReadonlySet<string>).has(digest));
    if (listed.has(referrer.digest) && isWhole) return;
    for (const entry of entries) seen.set(digestIn(entry), entry);
    seen.set(referrer.digest, seen.get(referrer.digest) ?? referrer);
    if (seen.size > bounds.referrers) throw tooMany(place, subject);
    const bytes = Buffer.from(JSON.stringify({ ...document, manifests: [...seen.values()] }));
    // oxlint-disable-next-line no-await-in-loop
    await putManifest(session, place, { mediaType: mediaTypes.ociIndex, bytes }, tagOf(subject), condition);
    // oxlint-disable-next-line no-await-in-loop
    if (attempt > 0) await pause(Math.random() * 100 * attempt);
  }
  throw new VerifyError(
    'registry.failed',
    `${formatRepository(place)}:${tagOf(subject)} changes as often as it is written: others attach to the same image`,
    { hint: 'try again', passing: true },
  );
}

function digestIn(entry: unknown): string {
  const digest = typeof entry === 'object' && entry !== null && 'digest' in entry ? entry.digest : null;
  return typeof digest === 'string' ? digest : JSON.stringify(entry);
}

function tooMany(place: RepositoryName, subject: Digest): VerifyError {
  return new VerifyError(
    'registry.failed',
    `more than ${bounds.referrers} attachments of ${subject} are listed at ${formatRepository(place)}`,
    { hint: 'take away what is old; more than that is not read' },
  );
}
