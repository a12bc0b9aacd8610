import { describeTrust, splitOwnOptions, updateTrust } from '../../gate/index.ts';
import { plainPage, renderJsonDocument } from '../../report/index.ts';
import { type Command, openSession, takesNothing } from '../command-context.ts';
import { exitStatus } from '../exit-status.ts';
import { refuseFormat } from '../refuse-format.ts';
import { writeResult } from '../write-result.ts';

/** `docker verify trust show|update`. */
export const trustCommand: Command = async (context, [verb = 'show', ...args]) => {
  const { own, rest } = splitOwnOptions(args, true, 'none');
  refuseFormat(own, `trust ${verb}`);
  takesNothing(rest, `trust ${verb}`);
  const { session, progress } = openSession(context, own, verb === 'update' ? 'asking the TUF repositories' : null);
  const told = verb === 'update' ? await updateTrust(session) : [];
  const roots = await describeTrust(session);
  progress.stop();
  if (own.format === 'json') {
    await writeResult(renderJsonDocument({ schemaVersion: 0, roots }), own.output);
    return exitStatus.allowed;
  }
  const text = roots.flatMap((root) => [
    `${root.source} (${root.layer})  sha256:${root.sha256}${root.age === null ? '' : `  ${root.age} old`}`,
    ...root.parts.map((part) => {
      const until = part.validUntil === null ? '' : ` until ${part.validUntil}`;
      return `  ${part.kind.padEnd(29)}${part.name}  sha256:${part.sha256}  from ${part.validFrom ?? 'ever'}${until}`;
    }),
  ]);
  await writeResult(plainPage([...told, ...text]), own.output);
  return exitStatus.allowed;
};
