import { recommend, withDefaultPath } from '../../../gate/index.ts';
import { adviceFormats, renderAdvice } from '../../../report/index.ts';
import { exitStatus } from '../../exit-status.ts';
import { formatOf } from '../../read-arguments.ts';
import { commandOf } from '../../run-command.ts';

/** `docker verify recommend PATH|IMAGE`: what to build on instead. */
export const recommendCommand = commandOf('looking at what else there is', async (run) => {
  const advice = await recommend(run.session, withDefaultPath(run.rest), run.input);
  await run.show((format, layout) => renderAdvice(advice, formatOf(format, adviceFormats), layout));
  return exitStatus.allowed;
});
