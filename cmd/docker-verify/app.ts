import { main } from '../../src/cli/index.ts';

/**
 * Second stage of the executable: everything but the handshake.
 * @param variables the environment as it was given, also what the first stage took out of `process.env`; programs that we start receive it
 */
export function run(variables: NodeJS.ProcessEnv): Promise<void> {
  return main(variables);
}
