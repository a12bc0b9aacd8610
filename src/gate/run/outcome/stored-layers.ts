import type { Engine } from '../../../builder/index.ts';
import { surelyAddsLayers } from '../../../dockerfile/index.ts';
import type { BuildRecord } from '../../../model/index.ts';
import { addToImageNote, stateFolder } from '../../../records/index.ts';
import type { LoadedTarget } from '../../scan/scan-targets.ts';
import { openEngine } from '../../session/local-engine.ts';
import type { Pipeline } from '../../session/pipeline.ts';

/** The engine has just built; where another one is asked that does not answer, no build waits longer for it, milliseconds. */
const mostTime = 1_000;

async function openBriefly({ session, local }: Pipeline): Promise<Engine> {
  return await openEngine(session, await local.endpoint(), mostTime);
}

/** Only what may have no layer of its own is worth a question, and only what no registry can be asked about later. */
function isAskedAbout({ pushed, sboms, images }: BuildRecord, { dockerfile, target }: LoadedTarget): boolean {
  if (pushed.length > 0 || sboms !== undefined || !images.some(({ role }) => role === 'runtime-base')) return false;
  return dockerfile.kind === 'text' && !surelyAddsLayers(dockerfile.bytes, dockerfile.file, target.stage);
}

/**
 * Notes the layers that the engine's store has of what was built, where only they can tell that it holds what its base holds. Never
 * fails: what is not noted is not known.
 */
export async function noteStoredLayers(
  pipeline: Pipeline,
  record: BuildRecord,
  loaded: LoadedTarget,
  open: (pipeline: Pipeline) => Promise<Engine> = openBriefly,
): Promise<void> {
  const { digest, imageId } = record;
  const made = digest ?? imageId;
  if (made === null || !isAskedAbout(record, loaded)) return;
  const { session } = pipeline;
  try {
    const engine = await open(pipeline);
    const found = (await engine.inspectImage(made)) ?? (imageId === null ? null : await engine.inspectImage(imageId));
    const isIt = found !== null && [found.id, found.digest].some((each) => each === made || each === imageId);
    if (!isIt) return;
    await addToImageNote(stateFolder(session.environment), {
      schemaVersion: 1,
      digest: made,
      time: session.now().toISOString(),
      sboms: [],
      layers: {},
      stored: found.diffIds,
      problem: 'it was not pushed',
    });
  } catch {
    // the build has ended well, whatever becomes of its note
  }
}
