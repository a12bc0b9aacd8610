import {
  askBuildx,
  chooseBuilder,
  type Interruptions,
  locatePrograms,
  resolveDockerContext,
  runBuilderVerb,
} from '../../../builder/index.ts';
import { isVerifyError } from '../../../model/index.ts';
import type { Session } from '../../session/session.ts';

/** Commands of every buildx (0.29 to 0.36, also hidden ones): for these buildx need not be asked. */
export const standardVerbs: readonly string[] = [
  'create',
  'dial-stdio',
  'du',
  'history',
  'imagetools',
  'inspect',
  'install',
  'ls',
  'prune',
  'rm',
  'stop',
  'uninstall',
  'use',
];

/**
 * The verbs of buildx: those that every one has, and, where `word` is none of them, what the one here says (its completion, as
 * spf13/cobra prints it). Without a buildx there are none besides.
 * @throws VerifyError `cancelled`
 */
export async function builderVerbs({ environment, executable }: Session, word: string): Promise<readonly string[]> {
  if (standardVerbs.includes(word)) return standardVerbs;
  try {
    const programs = await locatePrograms(environment, executable);
    const { stdout } = await askBuildx(programs, environment, ['__complete', '']);
    const offered = stdout.split('\n').flatMap((line) => /^([a-z][a-z0-9-]*)(?:\t|$)/.exec(line)?.[1] ?? []);
    return [...new Set([...standardVerbs, ...offered])];
  } catch (error) {
    if (isVerifyError(error, 'cancelled')) throw error;
    return standardVerbs;
  }
}

/**
 * Hands a verb that is not ours to buildx, with everything as it is; gives its exit status.
 * @throws VerifyError `builder.unavailable`
 */
export async function builderVerb(
  session: Session,
  args: readonly string[],
  interruptions: Interruptions,
  intercepted: boolean,
): Promise<number> {
  const { environment, executable } = session;
  const [programs, endpoint] = await Promise.all([
    locatePrograms(environment, executable),
    resolveDockerContext(environment),
  ]);
  const { variable } = chooseBuilder(environment, null, endpoint.context, intercepted);
  return await runBuilderVerb(programs, environment, args, variable, interruptions);
}
