import {
  chooseBuilder,
  type Interruptions,
  locatePrograms,
  resolveDockerContext,
  runBuilderVerb,
} from '../../builder/index.ts';
import type { Session } from '../session/session.ts';

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
