import { doctor } from '../../gate/index.ts';
import { renderDoctor } from '../../report/index.ts';
import { exitStatus } from '../exit-status.ts';
import { takesNothing } from '../read-arguments.ts';
import { commandOf } from '../run-command.ts';
import { toolVersion } from '../tool-version.ts';

/** `docker verify doctor`: 11 where something keeps us from enforcing. */
export const doctorCommand = commandOf('looking around', async (run) => {
  takesNothing(run, run.context.row);
  const examinations = await doctor(run.session);
  await run.show((format) => renderDoctor(examinations, toolVersion, format));
  return examinations.some(({ result }) => result === 'bad') ? exitStatus.unverifiable : exitStatus.allowed;
});
