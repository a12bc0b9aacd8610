import type { BuildInvocation } from '../../../model/index.ts';
import { type LocalEngine, localEngine } from '../../session/local-engine.ts';
import { openPipeline, type Pipeline, type PipelineOptions } from '../../session/pipeline.ts';
import { projectFolderOf } from '../../session/project-folder.ts';
import { openRegistries, type Registries } from '../../session/registries.ts';
import type { BuildRequest } from '../plan/build-request.ts';

/** What a pipeline's place is found by; of a bake its targets do not matter. */
type Located = Pick<BuildInvocation, 'verb' | 'targets'>;

/** How the pipeline of a build is opened. */
export function pipelineOptionsFor({ projectFrom, session }: BuildRequest, located: Located): PipelineOptions {
  return { projectFrom: projectFrom ?? projectFolderOf(located, session.environment), localImages: true };
}

/** What a build is verified with, while it is being opened. */
export interface Opening {
  readonly local: LocalEngine;
  /** To be closed by whoever has this. */
  readonly registries: Registries;
  /**
   * Opens it with the first call, and answers the same ever after.
   * @throws VerifyError as `openPipeline` does
   */
  pipeline(): Promise<Pipeline>;
}

/** Opens the registries of a build; its policies are read once the pipeline is asked for. */
export function openFor(
  request: BuildRequest,
  located: Located,
  local: LocalEngine = localEngine(request.session),
): Opening {
  const registries = openRegistries(request.session, local, request.heldTo);
  let opened: Promise<Pipeline> | null = null;
  return {
    local,
    registries,
    pipeline: () => {
      opened ??= openPipeline(request.session, pipelineOptionsFor(request, located), local, registries);
      return opened;
    },
  };
}
