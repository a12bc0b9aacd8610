import { describeTrust, updateTrust } from '../../gate/index.ts';
import { plainPage, renderJsonDocument } from '../../report/index.ts';
import { openSession } from '../command-context.ts';
import type { Command } from '../command-row.ts';
import { exitStatus } from '../exit-status.ts';
import { readArguments, takesNothing } from '../read-arguments.ts';
import { writeResult } from '../write-result.ts';

/** `docker verify trust show|update`. */
export const trustCommand: Command = async (context, args) => {
  const read = await readArguments(context, args);
  takesNothing(read, context.row);
  const isUpdate = context.row.name === 'trust update';
  const { session, progress } = openSession(context, read.own, isUpdate ? 'asking the TUF repositories' : null);
  const told = isUpdate ? await updateTrust(session) : [];
  const roots = await describeTrust(session);
  progress.stop();
  const text = roots.flatMap((root) => [
    `${root.source} (${root.layer})  sha256:${root.sha256}${root.age === null ? '' : `  ${root.age} old`}`,
    ...root.parts.map((part) => {
      const until = part.validUntil === null ? '' : ` until ${part.validUntil}`;
      return `  ${part.kind.padEnd(29)}${part.name}  sha256:${part.sha256}  from ${part.validFrom ?? 'ever'}${until}`;
    }),
  ]);
  await writeResult(context, read.own, (format) =>
    format === 'json' ? renderJsonDocument({ schemaVersion: 0, roots }) : plainPage([...told, ...text]),
  );
  return exitStatus.allowed;
};
