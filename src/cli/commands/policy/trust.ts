import { describeTrust, updateTrust } from '../../../gate/index.ts';
import { renderTrust } from '../../../report/index.ts';
import { exitStatus } from '../../exit-status.ts';
import { takesNothing } from '../../read-arguments.ts';
import { commandOf } from '../../run-command.ts';

/** `docker verify trust show`. */
export const trustShowCommand = commandOf(null, async (run) => {
  takesNothing(run, run.context.row);
  const roots = await describeTrust(run.session);
  await run.show((format) => renderTrust(roots, [], format));
  return exitStatus.allowed;
});

/** `docker verify trust update`: what became of each refresh, then the roots as they are now. */
export const trustUpdateCommand = commandOf('asking the TUF repositories', async (run) => {
  takesNothing(run, run.context.row);
  const outcomes = await updateTrust(run.session);
  const roots = await describeTrust(run.session);
  await run.show((format) => renderTrust(roots, outcomes, format));
  return exitStatus.allowed;
});
