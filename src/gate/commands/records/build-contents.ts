import {
  type MergedPackage,
  mergePackages,
  packageSet,
  readSbomDocument,
  type SbomPackage,
} from '../../../inventory/index.ts';
import type {
  BuildContents,
  BuildPart,
  BuildRecord,
  ContainedPackage,
  Digest,
  RecordedImage,
} from '../../../model/index.ts';
import { type NotedSbom, openBlobStore, readImageNote, stateFolder } from '../../../records/index.ts';
import type { Session } from '../../session/session.ts';
import { fetchMissingSboms } from './fetch-missing-sboms.ts';

interface Inside {
  readonly merged: readonly MergedPackage<NotedSbom>[];
  readonly packages: readonly SbomPackage[];
}

/** What the SBOMs that are kept of an image list; null where none can be read. */
async function readInside(folder: string, digest: Digest | null): Promise<Inside | null> {
  const note = digest === null ? null : await readImageNote(folder, digest);
  const blobs = openBlobStore(folder);
  const lists: { readonly source: NotedSbom; readonly packages: readonly SbomPackage[] }[] = [];
  for (const source of note?.sboms ?? []) {
    // one after another: each may be large
    // oxlint-disable-next-line no-await-in-loop
    const bytes = await blobs.read(source.digest);
    const reading = bytes === null ? null : readSbomDocument(bytes);
    if (reading?.ok === true) lists.push({ source, packages: reading.packages });
  }
  const merged = mergePackages(lists);
  return merged.length === 0 ? null : { merged, packages: lists.flatMap(({ packages }) => packages) };
}

function contained(inside: Inside | null, inBase: ((found: SbomPackage) => boolean) | null): ContainedPackage[] {
  return (inside?.merged ?? []).map(({ found, sources }) => ({
    name: found.name,
    version: found.version,
    purl: found.purl,
    fromBase: inBase === null ? null : inBase(found),
    trust: sources.some(({ trust }) => trust === 'signed') ? 'signed' : 'unsigned',
  }));
}

async function partOf(folder: string, { role, name, digest }: RecordedImage): Promise<BuildPart> {
  const inside = await readInside(folder, digest);
  return { role, name, digest, isKnown: inside !== null, packages: contained(inside, () => true) };
}

/** What could be asked about: images of the record of which nothing is noted yet. */
async function missingOf(folder: string, { images, digest, pushed, platforms }: BuildRecord) {
  const [name] = pushed;
  const results = digest === null || name === undefined ? [] : [{ digest, name, platforms }];
  const used = images.flatMap((image) =>
    image.digest === null || image.role === 'frontend' || image.role === 'sbom-generator'
      ? []
      : [{ digest: image.digest, name: image.name, platforms: image.platforms.map(({ platform }) => platform) }],
  );
  const all = [...results, ...used];
  const notes = await Promise.all(all.map((each) => readImageNote(folder, each.digest)));
  return all.filter((_, index) => notes[index]?.problem !== null);
}

/**
 * A recorded build with the software inside, as far as SBOMs say; those that are not here are looked up first.
 * @throws VerifyError `policy.*`, `trust.invalid`, `cancelled`
 */
export async function buildContents(session: Session, record: BuildRecord): Promise<BuildContents> {
  const folder = stateFolder(session.environment);
  const missing = session.own.offline ? [] : await missingOf(folder, record);
  if (missing.length > 0) for (const remark of await fetchMissingSboms(session, missing)) session.warn(remark);
  const images = await Promise.all(record.images.map((image) => partOf(folder, image)));
  const bases = record.images.filter(({ role }) => role === 'runtime-base');
  const below = await Promise.all(bases.map(({ digest }) => readInside(folder, digest)));
  const known = below.filter((each) => each !== null);
  const inBase = known.length === 0 ? null : packageSet(known.flatMap(({ packages }) => packages));
  const inside = await readInside(folder, record.digest ?? record.imageId);
  const result: BuildPart = {
    role: 'result',
    name: record.tags[0] ?? null,
    digest: record.digest ?? record.imageId,
    isKnown: inside !== null,
    packages: contained(inside, inBase),
  };
  return { record, result, images };
}
