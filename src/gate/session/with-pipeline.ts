import type { Digest, ImageUse } from '../../model/index.ts';
import { localEngine } from './local-engine.ts';
import { openPipeline, type Pipeline, type PipelineOptions } from './pipeline.ts';
import { lookAhead, openRegistries } from './registries.ts';
import type { Session } from './session.ts';

/** What a pipeline is opened for. */
export interface PipelineUse extends PipelineOptions {
  /** Images that will be asked about: their names are resolved while the policies are being read. */
  readonly ahead?: readonly ImageUse[];
  /** Digests that stand for names whatever their tags stand for now. */
  readonly heldTo?: ReadonlyMap<string, Digest>;
}

/**
 * Opens a pipeline, works with it, and closes it however that ends.
 * @throws VerifyError as `openPipeline` does, and whatever the work throws
 */
export async function withPipeline<Result>(
  session: Session,
  { ahead = [], heldTo, ...options }: PipelineUse,
  work: (pipeline: Pipeline) => Promise<Result>,
): Promise<Result> {
  const local = localEngine(session);
  const registries = openRegistries(session, local, heldTo);
  try {
    lookAhead(registries, ahead);
    return await work(await openPipeline(session, options, local, registries));
  } finally {
    await registries.close();
  }
}
