import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Programs, saveImage } from '../../../builder/index.ts';
import { type ImageContents, openContents } from '../../../inventory/index.ts';
import {
  type BuildRecord,
  type Digest,
  isDigest,
  isVerifyError,
  parseBoundedJson,
  parseReference,
  recordAt,
  recordsOf,
} from '../../../model/index.ts';
import { openLayout } from '../../../oci/index.ts';
import type { LocalEngine } from '../../session/local-engine.ts';
import type { Registries } from '../../session/registries.ts';
import type { Session } from '../../session/session.ts';

/** What images are looked for with. */
export interface ImageSearch {
  readonly session: Session;
  readonly programs: Programs;
  readonly local: LocalEngine;
  readonly registries: Registries;
  /** Private; everything is written below it. */
  readonly folder: string;
}

/** A name that a layout is read under: it plays no part there. */
const nowhere = { registry: 'localhost', repository: 'layout' };

/**
 * The images in an OCI layout on disk.
 * @throws VerifyError `layout.invalid`
 */
export async function openLayoutContents(folder: string): Promise<readonly ImageContents[]> {
  const index = recordAt(parseBoundedJson(await readFile(join(folder, 'index.json'), 'utf8')));
  const digests = recordsOf(index['manifests']).flatMap(({ digest }) => (isDigest(digest) ? [digest] : []));
  const source = await openLayout(folder);
  const found = await Promise.all([...new Set(digests)].map((digest) => openContents(source, nowhere, digest)));
  return found.flat();
}

/** An image of the engine's store, laid out on disk. */
export async function saveContents(
  { session, programs, folder }: ImageSearch,
  image: string,
  name: string,
): Promise<readonly ImageContents[]> {
  const place = join(folder, name);
  await mkdir(place);
  await saveImage(programs, session.environment, image, place);
  return await openLayoutContents(place);
}

async function fromEngine(search: ImageSearch, digest: Digest): Promise<readonly ImageContents[] | null> {
  try {
    if ((await (await search.local.engine()).inspectImage(digest)) === null) return null;
    const contents = await saveContents(search, digest, `original-${digest.slice(-12)}`);
    return contents.length === 0 ? null : contents;
  } catch (error) {
    if (isVerifyError(error, 'cancelled') || !isVerifyError(error)) throw error;
    return null; // the registry may have it
  }
}

async function fromRegistry(
  { registries }: ImageSearch,
  name: string,
  digest: Digest,
): Promise<readonly ImageContents[] | null> {
  try {
    const reference = parseReference(name);
    return await registries.attempt(reference, (client) => openContents(client, reference, digest));
  } catch (error) {
    if (isVerifyError(error, 'cancelled') || !isVerifyError(error)) throw error;
    return null; // it may have been pushed elsewhere too
  }
}

/**
 * The image that a record tells of, by its ID or digest alone: from the engine's store, else from where it was pushed to. A record of
 * another machine was signed about a digest: by that alone, and where it was pulled from. Null where neither has it.
 */
export async function openOriginal(search: ImageSearch, record: BuildRecord): Promise<readonly ImageContents[] | null> {
  const { digest, pulled } = record;
  const [imageId, pushed] = pulled === undefined ? [record.imageId, record.pushed] : [null, [pulled.from]];
  for (const id of new Set([digest, imageId])) {
    // oxlint-disable-next-line no-await-in-loop
    const found = id === null ? null : await fromEngine(search, id);
    if (found !== null) return found;
  }
  if (digest === null) return null;
  for (const name of pushed) {
    // oxlint-disable-next-line no-await-in-loop
    const found = await fromRegistry(search, name, digest);
    if (found !== null) return found;
  }
  return null;
}
