import { inspect } from '../../gate/index.ts';
import { joinedPages, renderInspection, renderJsonDocument } from '../../report/index.ts';
import { exitStatus } from '../exit-status.ts';
import { commandOf } from '../run-command.ts';

/** `docker verify inspect IMAGE`. */
export const inspectCommand = commandOf('looking at what is attached', async ({ session, rest, show }) => {
  const inspections = await inspect(session, rest);
  await show((format, layout) =>
    format === 'json'
      ? renderJsonDocument({ schemaVersion: 0, images: inspections })
      : joinedPages(inspections.map((each) => renderInspection(each, layout))),
  );
  // with nothing in hand, and more perhaps attached, the question has no answer
  const open = inspections.some(({ evidence, problems }) => evidence.length === 0 && problems.length > 0);
  return open ? exitStatus.unverifiable : exitStatus.allowed;
});
