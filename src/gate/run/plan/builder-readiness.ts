import {
  type BuilderChoice,
  type BuilderInfo,
  builderInfo,
  chooseBuilder,
  type DockerEndpoint,
  type FactCache,
  locatePrograms,
  openFactCache,
  type Programs,
  probeEnforcement,
  refuseLegacyBuilder,
  refuseOldBuilder,
} from '../../../builder/index.ts';
import { isVerifyError, type VerifyError } from '../../../model/index.ts';
import { machinePlatform } from '../../session/default-platform.ts';
import type { LocalEngine } from '../../session/local-engine.ts';
import { cacheFolder, type Session } from '../../session/session.ts';

/** The builder that the build will go to, and whether it is known to obey us. */
export interface ReadyBuilder {
  readonly info: BuilderInfo;
  /** For `BUILDX_BUILDER`. */
  readonly variable: string | null;
  /** Why it would not enforce a source policy; null where it does, or where that is not known. */
  readonly unenforceable: VerifyError | null;
  /** Why it is not known whether it would; null where it is. */
  readonly unproven: VerifyError | null;
  /** Whether an earlier run had found all of this out. */
  readonly wasKnown: boolean;
}

/**
 * Finds docker and buildx; what is asked of them ends with the session.
 * @throws VerifyError `builder.unavailable`, `config.invalid`
 */
export async function programsFor({ environment, executable, signal }: Session): Promise<Programs> {
  return { ...(await locatePrograms(environment, executable)), cancelled: signal };
}

export interface BuilderRequest {
  readonly session: Session;
  readonly programs: Programs;
  readonly local: LocalEngine;
  /** `--builder`, else null. */
  readonly named: string | null;
  /** Whether we stand in for buildx itself. */
  readonly intercepted: boolean;
  /** Whether the build may go to every node, which it does where it asks for platforms; else to the first. */
  readonly everyNode: boolean;
}

/** A builder that gave no answer, as far as it is known without one. */
function unansweredBuilder(choice: BuilderChoice, { context, host }: DockerEndpoint, platform: string): BuilderInfo {
  const name = choice.name ?? context;
  const driver = name === context ? 'docker' : 'unknown';
  return { name, driver, buildxVersion: '', host, engineVersion: null, nodes: [], platform };
}

/** Tells whether facts were added to a cache. */
function notingCache(cache: FactCache): FactCache & { readonly hasNew: () => boolean } {
  let hasNew = false;
  return {
    read: (key, lifetime) => cache.read(key, lifetime),
    write: async (key, fact) => {
      hasNew = true;
      await cache.write(key, fact);
    },
    hasNew: () => hasNew,
  };
}

/**
 * Looks at the builder and makes sure that it denies what a source policy denies (invariant 8).
 * @throws VerifyError `builder.unavailable`; that it does not enforce, or does not answer in time, is a result and not thrown
 */
export async function readyBuilder(request: BuilderRequest): Promise<ReadyBuilder> {
  const { session, programs, local, named, everyNode } = request;
  const { environment } = session;
  const cache = notingCache(openFactCache(cacheFolder(session)));
  const [endpoint, engine] = await Promise.all([local.endpoint(), local.engine()]);
  const choice = chooseBuilder(environment, named, endpoint.context, request.intercepted);
  const onStart = (): void => session.progress('starting the builder');
  const question = { programs, environment, choice, endpoint, engine, cache, everyNode, onStart };
  const { variable } = choice;
  const info = await builderInfo(question).catch((error: unknown) => {
    if (isVerifyError(error, 'timeout')) return error;
    throw error;
  });
  if (info instanceof Error) {
    const guessed = unansweredBuilder(choice, endpoint, machinePlatform(environment));
    return { info: guessed, variable, unenforceable: null, unproven: info, wasKnown: false };
  }
  const ready = { info, variable, unenforceable: null, unproven: null, wasKnown: false };
  try {
    refuseLegacyBuilder(environment);
    refuseOldBuilder(info);
    await probeEnforcement({ programs, environment, info, builder: choice.name, cache, everyNode });
    return { ...ready, wasKnown: !cache.hasNew() };
  } catch (error) {
    if (isVerifyError(error, 'builder.unenforceable')) return { ...ready, unenforceable: error };
    if (isVerifyError(error, 'timeout', 'builder.unavailable')) return { ...ready, unproven: error };
    throw error;
  }
}
