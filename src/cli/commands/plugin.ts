import { type Environment, hasCompose, VerifyError } from '../../gate/index.ts';
import {
  completionScript,
  type InstallMode,
  install,
  parseShell,
  shellFunction,
  uninstall,
} from '../../plugin/index.ts';
import { visibleDocument } from '../../report/index.ts';
import { type Command, runningExecutable } from '../command-context.ts';
import { exitStatus } from '../exit-status.ts';
import { say } from '../streams.ts';
import { writeResult } from '../write-result.ts';

function tell(changes: readonly string[], otherwise: string): void {
  for (const change of changes.length === 0 ? [otherwise] : changes) say(change);
}

async function installAs(mode: InstallMode, environment: Environment): Promise<readonly string[]> {
  const executable = runningExecutable();
  const compose = mode === 'full' && (await hasCompose(environment, executable));
  return (await install(executable, mode, environment, compose)).changes;
}

/** `install`, `uninstall`, `shell` and `completion`. */
export const pluginCommand: Command = async ({ environment }, [name = '', value = '']) => {
  switch (name) {
    case 'install':
      tell(await installAs(value === 'full' ? 'full' : 'alias', environment), 'it was installed already');
      return exitStatus.allowed;
    case 'uninstall':
      tell((await uninstall(environment)).changes, 'nothing was installed');
      return exitStatus.allowed;
    case 'shell':
      await writeResult(visibleDocument(shellFunction(parseShell(value))), null);
      return exitStatus.allowed;
    case 'completion':
      await writeResult(visibleDocument(completionScript(parseShell(value))), null);
      return exitStatus.allowed;
    default:
      throw new VerifyError('usage.invalid', `there is no command ${name}`);
  }
};
