import { inspect } from '../../gate/index.ts';
import { joinedPages, renderInspection, renderJsonDocument } from '../../report/index.ts';
import { openSession } from '../command-context.ts';
import type { Command } from '../command-row.ts';
import { exitStatus } from '../exit-status.ts';
import { readArguments } from '../read-arguments.ts';
import { writeResult } from '../write-result.ts';

/** `docker verify inspect IMAGE`. */
export const inspectCommand: Command = async (context, args) => {
  const { own, rest } = await readArguments(context, args);
  const { session, progress } = openSession(context, own, 'looking at what is attached');
  try {
    const inspections = await inspect(session, rest);
    progress.stop();
    await writeResult(context, own, (format, layout) =>
      format === 'json'
        ? renderJsonDocument({ schemaVersion: 0, images: inspections })
        : joinedPages(inspections.map((each) => renderInspection(each, layout))),
    );
    // with nothing in hand, and more perhaps attached, the question has no answer
    const open = inspections.some(({ evidence, problems }) => evidence.length === 0 && problems.length > 0);
    return open ? exitStatus.unverifiable : exitStatus.allowed;
  } finally {
    progress.stop();
  }
};
