import { type Inspection, inspect, splitOwnOptions } from '../../gate/index.ts';
import { renderInspection, renderJsonDocument } from '../../report/index.ts';
import { type Command, layoutFor, openSession } from '../command-context.ts';
import { exitStatus } from '../exit-status.ts';
import { refuseFormat } from '../refuse-format.ts';
import { writeResult } from '../write-result.ts';

function json(inspections: readonly Inspection[]): string {
  return renderJsonDocument({ schemaVersion: 0, images: inspections });
}

/** `docker verify inspect IMAGE`. */
export const inspectCommand: Command = async (context, args) => {
  const { own, rest } = splitOwnOptions(args, true, 'build');
  refuseFormat(own, 'inspect');
  const { session, progress } = openSession(context, own, 'looking at what is attached');
  try {
    const inspections = await inspect(session, rest);
    progress.stop();
    const layout = layoutFor(process.stdout, own, context.environment);
    const text =
      own.format === 'json' ? json(inspections) : inspections.map((each) => renderInspection(each, layout)).join('\n');
    await writeResult(text, own.output);
    return exitStatus.allowed;
  } finally {
    progress.stop();
  }
};
