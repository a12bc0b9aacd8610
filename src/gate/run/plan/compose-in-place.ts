import { type Interruptions, locatePlugin, runCompose } from '../../../builder/index.ts';
import type { Environment } from '../../../model/index.ts';

/**
 * Runs docker-compose, in whose place Docker started `executable`, so that what it builds reaches us through buildx.
 * @throws VerifyError `builder.unavailable`, `config.invalid`
 */
export async function composeInPlace(
  environment: Environment,
  executable: string,
  args: readonly string[],
  interruptions: Interruptions,
): Promise<number> {
  return await runCompose(environment, executable, args, interruptions);
}

/** Whether Docker has a compose of its own, whose place is to be taken. @throws VerifyError `config.invalid` */
export async function hasCompose(environment: Environment, executable: string): Promise<boolean> {
  return (await locatePlugin(environment, 'docker-compose', executable)).real !== null;
}
