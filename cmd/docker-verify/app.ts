import { main } from '../../src/cli/index.ts';

// zod would otherwise write a parser in JavaScript for each schema and have it compiled, which one run never earns back
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });

/**
 * Second stage of the executable: everything but the handshake.
 * @param variables the environment as it was given, also what the first stage took out of `process.env`; programs that we start receive it
 */
export function run(variables: NodeJS.ProcessEnv): Promise<void> {
  // a console of Windows takes text from a stream alone
  return main(variables, process.platform !== 'win32');
}
