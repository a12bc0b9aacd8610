import { type Digest, isVerifyError } from '../../../model/index.ts';
import type { ImageSource } from '../../../oci/index.ts';
import { addToImageNote, type ImageNote, type NotedSbom, openBlobStore, stateFolder } from '../../../records/index.ts';
import type { Session } from '../../session/session.ts';
import { type AttachedSboms, readAttachedSboms } from '../gather/attached-sboms.ts';
import type { GatheredImage } from '../gather/gather-image.ts';
import { imageFactsFor } from '../gather/image-facts.ts';

/** The layers of each platform that was asked for; what cannot be read is a problem. */
async function layersOf(
  gathered: GatheredImage<ImageSource>,
): Promise<{ readonly layers: ImageNote['layers']; readonly problem: string | null }> {
  const { resolution } = gathered;
  if (resolution.kind === 'unresolved') return { layers: {}, problem: null };
  try {
    const facts = await Promise.all(
      resolution.image.platforms.map(({ platform }) => imageFactsFor(gathered, platform)),
    );
    const known = facts.filter((each) => each !== null);
    return { layers: Object.fromEntries(known.map(({ manifest, diffIds }) => [manifest, diffIds])), problem: null };
  } catch (error) {
    if (isVerifyError(error)) return { layers: {}, problem: error.message };
    throw error;
  }
}

async function keepSboms(folder: string, { sboms }: AttachedSboms): Promise<readonly NotedSbom[]> {
  const blobs = openBlobStore(folder);
  return await Promise.all(
    sboms.map(async ({ bytes, subject, trust, signer }) => ({
      digest: await blobs.write(bytes),
      subject,
      trust,
      signer,
    })),
  );
}

/**
 * Keeps the SBOMs of an image and what its layers are, beside the journal; gives all that is known of it now.
 * @param digest what it is known by: that of its root
 * @throws Error where the folder for state cannot be written
 */
export async function noteImage(
  session: Session,
  digest: Digest,
  gathered: GatheredImage<ImageSource>,
): Promise<ImageNote> {
  const folder = stateFolder(session.environment);
  const [attached, { layers, problem }] = await Promise.all([readAttachedSboms(gathered), layersOf(gathered)]);
  return await addToImageNote(folder, {
    schemaVersion: 1,
    digest,
    time: session.now().toISOString(),
    sboms: await keepSboms(folder, attached),
    layers,
    faults: attached.faults,
    problem: attached.problem ?? problem,
  });
}
