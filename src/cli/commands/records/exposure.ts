import { type Exposure, exposure } from '../../../gate/index.ts';
import { exposureFormats, mostQuiet, renderExposure } from '../../../report/index.ts';
import { exitStatus } from '../../exit-status.ts';
import { formatOf } from '../../read-arguments.ts';
import { commandOf } from '../../run-command.ts';

function statusOf({ rows, unlisted }: Exposure): number {
  if (rows.some(({ state }) => state === 'affected')) return exitStatus.blocked;
  const isOpen = [...rows, ...unlisted].some(({ state }) => state === 'unknown' || state === 'under-investigation');
  return isOpen ? exitStatus.unverifiable : exitStatus.allowed;
}

/** `docker verify exposure WHAT… [--advisories DIR] [--vex FILE]…`: which recorded builds contain it. */
export const exposureCommand = commandOf('looking through the records', async (run) => {
  const { session, own, progress, given, operands, show } = run;
  const request = { what: operands, advisories: given.last('advisories'), vex: given.all('vex') };
  // text lists a few builds in which nothing was found, other formats all
  const isText = [own, ...own.reports].every(({ format }) => format === 'text');
  const found = await exposure(session, request, { most: isText ? mostQuiet : null });
  progress.stop();
  for (const remark of found.remarks) session.warn(remark);
  await show((format, layout) => renderExposure(found, formatOf(format, exposureFormats), layout));
  return statusOf(found);
});
