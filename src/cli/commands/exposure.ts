import { type Exposure, exposure, splitOwnOptions } from '../../gate/index.ts';
import { type ExposureFormat, renderExposure } from '../../report/index.ts';
import { type Command, layoutFor, openSession, operands } from '../command-context.ts';
import { exitStatus } from '../exit-status.ts';
import { chooseFormat } from '../refuse-format.ts';
import { outputTerminal } from '../streams.ts';
import { takeValue, takeValues } from '../take-flags.ts';
import { writeResult } from '../write-result.ts';

const formats: readonly ExposureFormat[] = ['text', 'json', 'csv', 'html'];

function statusOf({ rows }: Exposure): number {
  if (rows.some(({ state }) => state === 'affected')) return exitStatus.blocked;
  const isOpen = rows.some(({ state }) => state === 'unknown' || state === 'under-investigation');
  return isOpen ? exitStatus.unverifiable : exitStatus.allowed;
}

/** `docker verify exposure WHAT… [--advisories DIR] [--vex FILE]…`: which recorded builds contain it. */
export const exposureCommand: Command = async (context, args) => {
  const { own, rest } = splitOwnOptions(args, true, 'none');
  const format = chooseFormat(own, 'exposure', formats);
  const advisories = takeValue(rest, 'advisories');
  const vex = takeValues(advisories.others, 'vex');
  const { session, progress } = openSession(context, own, 'looking through the records');
  try {
    const request = { what: operands(vex.others, 'exposure'), advisories: advisories.value, vex: vex.values };
    const found = await exposure(session, request);
    progress.stop();
    for (const remark of found.remarks) session.warn(remark);
    const layout = layoutFor(outputTerminal(), own, context.environment);
    await writeResult(renderExposure(found, format, layout), own.output);
    return statusOf(found);
  } finally {
    progress.stop();
  }
};
