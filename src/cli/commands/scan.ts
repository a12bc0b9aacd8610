import { scan, withDefaultPath } from '../../gate/index.ts';
import { renderScan } from '../../report/index.ts';
import { exitStatus } from '../exit-status.ts';
import { commandOf } from '../run-command.ts';

/** `docker verify scan`: what the build would use, without a network or a daemon. */
export const scanCommand = commandOf(null, async ({ session, rest, input, show }) => {
  const scanned = await scan(session, withDefaultPath(rest), input);
  await show((format, layout) => renderScan(scanned, format, layout));
  return exitStatus.allowed;
});
