import { type Exposure, exposure } from '../../../gate/index.ts';
import { exposureFormats, renderExposure } from '../../../report/index.ts';
import { exitStatus } from '../../exit-status.ts';
import { formatOf, refuseTwice } from '../../read-arguments.ts';
import { commandOf } from '../../run-command.ts';

function statusOf({ rows }: Exposure): number {
  if (rows.some(({ state }) => state === 'affected')) return exitStatus.blocked;
  const isOpen = rows.some(({ state }) => state === 'unknown' || state === 'under-investigation');
  return isOpen ? exitStatus.unverifiable : exitStatus.allowed;
}

/** `docker verify exposure WHAT… [--advisories DIR] [--vex FILE]…`: which recorded builds contain it. */
export const exposureCommand = commandOf('looking through the records', async (run) => {
  const { session, progress, given, operands, show } = run;
  refuseTwice(run, 'advisories');
  const request = { what: operands, advisories: given.last('advisories'), vex: given.all('vex') };
  const found = await exposure(session, request);
  progress.stop();
  for (const remark of found.remarks) session.warn(remark);
  await show((format, layout) => renderExposure(found, formatOf(format, exposureFormats), layout));
  return statusOf(found);
});
