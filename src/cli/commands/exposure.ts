import { type Exposure, exposure } from '../../gate/index.ts';
import { exposureFormats, renderExposure } from '../../report/index.ts';
import { openSession } from '../command-context.ts';
import type { Command } from '../command-row.ts';
import { exitStatus } from '../exit-status.ts';
import { formatOf, readArguments, refuseTwice } from '../read-arguments.ts';
import { writeResult } from '../write-result.ts';

function statusOf({ rows }: Exposure): number {
  if (rows.some(({ state }) => state === 'affected')) return exitStatus.blocked;
  const isOpen = rows.some(({ state }) => state === 'unknown' || state === 'under-investigation');
  return isOpen ? exitStatus.unverifiable : exitStatus.allowed;
}

/** `docker verify exposure WHAT… [--advisories DIR] [--vex FILE]…`: which recorded builds contain it. */
export const exposureCommand: Command = async (context, args) => {
  const read = await readArguments(context, args);
  const { own, given, operands } = read;
  refuseTwice(read, 'advisories');
  const { session, progress } = openSession(context, own, 'looking through the records');
  try {
    const request = { what: operands, advisories: given.last('advisories'), vex: given.all('vex') };
    const found = await exposure(session, request);
    progress.stop();
    for (const remark of found.remarks) session.warn(remark);
    await writeResult(context, own, (format, layout) =>
      renderExposure(found, formatOf(format, exposureFormats), layout),
    );
    return statusOf(found);
  } finally {
    progress.stop();
  }
};
