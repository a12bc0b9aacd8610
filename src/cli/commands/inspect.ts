import { type Inspection, inspect, refuseUnknownOptions, splitOwnOptions } from '../../gate/index.ts';
import { joinedPages, renderInspection, renderJsonDocument, type Shown } from '../../report/index.ts';
import { type Command, layoutFor, openSession } from '../command-context.ts';
import { exitStatus } from '../exit-status.ts';
import { refuseFormat } from '../refuse-format.ts';
import { outputTerminal } from '../streams.ts';
import { writeResult } from '../write-result.ts';

function json(inspections: readonly Inspection[]): Shown {
  return renderJsonDocument({ schemaVersion: 0, images: inspections });
}

/** `docker verify inspect IMAGE`. */
export const inspectCommand: Command = async (context, args) => {
  const { own, rest } = splitOwnOptions(args, true, 'build');
  refuseUnknownOptions(rest);
  refuseFormat(own, 'inspect');
  const { session, progress } = openSession(context, own, 'looking at what is attached');
  try {
    const inspections = await inspect(session, rest);
    progress.stop();
    const layout = layoutFor(outputTerminal(), own, context.environment);
    const text =
      own.format === 'json'
        ? json(inspections)
        : joinedPages(inspections.map((each) => renderInspection(each, layout)));
    await writeResult(text, own.output);
    // with nothing in hand, and more perhaps attached, the question has no answer
    const open = inspections.some(({ evidence, problems }) => evidence.length === 0 && problems.length > 0);
    return open ? exitStatus.unverifiable : exitStatus.allowed;
  } finally {
    progress.stop();
  }
};
