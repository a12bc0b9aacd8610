import { atDigest, isVerifyError, messageOf, parseReference } from '../../../model/index.ts';
import type { MissingImage } from '../../../records/index.ts';
import { noteImage } from '../../examine/examination/note-image.ts';
import { gatherImage } from '../../examine/gather/gather-image.ts';
import { machinePlatform } from '../../session/default-platform.ts';
import type { Pipeline } from '../../session/pipeline.ts';
import type { Session } from '../../session/session.ts';
import { withPipeline } from '../../session/with-pipeline.ts';

/** Images that are asked about in one run; the newest builds come first. */
const mostImages = 1_000;
/** For all of them, milliseconds, where no shorter time was given: a question is to be answered within seconds. */
const mostTime = 20_000;

async function fetchOne(pipeline: Pipeline, { name, digest, platforms }: MissingImage): Promise<void> {
  const { session } = pipeline;
  const written = atDigest(parseReference(name), digest);
  const wanted = platforms.length === 0 ? [machinePlatform(session.environment)] : platforms;
  const use = { name: written, written, platforms: wanted, uses: [] };
  await noteImage(session, digest, await gatherImage(pipeline, use, { everything: true }));
}

/**
 * Looks up the SBOMs of images in their registries and keeps them. What cannot be had is kept as not known, with the reason; that
 * the folder for state cannot be written is a remark.
 * @throws VerifyError `policy.*`, `trust.invalid`, `cancelled`
 */
export async function fetchMissingSboms(
  session: Session,
  missing: readonly MissingImage[],
): Promise<readonly string[]> {
  const timeout = Math.min(session.own.timeout, mostTime);
  const limited: Session = { ...session, own: { ...session.own, timeout } };
  const { workingDirectory } = session.environment;
  const remarks = new Set<string>();
  await withPipeline(limited, { projectFrom: workingDirectory, localImages: false }, async (pipeline) => {
    await Promise.all(
      missing.slice(0, mostImages).map(async (image) => {
        try {
          await fetchOne(pipeline, image);
        } catch (error) {
          if (isVerifyError(error, 'cancelled')) throw error;
          const reason = messageOf(error);
          remarks.add(`what was looked up of ${image.name} is not kept: ${reason}`);
        }
      }),
    );
  });
  if (missing.length > mostImages)
    remarks.add(`${missing.length - mostImages} more images were not looked up this time`);
  return [...remarks];
}
