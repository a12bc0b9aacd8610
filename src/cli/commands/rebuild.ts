import { isRefusal, type Rebuild, type Report, rebuild, standardInput } from '../../gate/index.ts';
import { renderJsonDocument, renderRebuild, renderReport } from '../../report/index.ts';
import { layoutFor, openSession } from '../command-context.ts';
import type { Command } from '../command-row.ts';
import { exitStatus, exitStatusOfVerdict } from '../exit-status.ts';
import { oneBuild, readArguments } from '../read-arguments.ts';
import { errorTerminal, say, writeError } from '../streams.ts';
import { writeResult } from '../write-result.ts';

function statusOf({ verdict }: Rebuild): number {
  switch (verdict) {
    case 'identical':
    case 'same content':
      return exitStatus.allowed;
    case 'different':
      return exitStatus.blocked;
    case null:
      return exitStatus.unverifiable;
  }
}

/** `docker verify rebuild RECORD|IMAGE`: builds again from a record, and says whether the same bytes came out. */
export const rebuildCommand: Command = async (context, args) => {
  const read = await readArguments(context, args);
  const { own } = read;
  const wanted = oneBuild(read, context.row);
  const { session, progress } = openSession(context, own, 'looking for what was built');
  const input = standardInput(process.stdin, context.environment);
  const told: Report[] = [];
  const tell = (report: Report): void => {
    told.push(report);
    progress.stop();
    const isRefused = isRefusal(report.verdict);
    if (own.quiet && !isRefused) return;
    writeError(renderReport(report, 'text', layoutFor(errorTerminal(), own, context.environment)));
  };
  const { intercepted, watch } = context;
  const request = {
    session,
    input,
    interruptions: watch.interruptions,
    intercepted,
    before: [],
    onVerified: tell,
    onDenied: (name: string) => session.warn(`the builder denied ${name}, which the record does not name`),
    onRestart: tell,
  };
  try {
    const found = await rebuild(request, wanted);
    progress.stop();
    if (found.kind === 'refused') {
      const { end } = found;
      if (!told.includes(end.report)) tell(end.report);
      if (end.auditFailure === null) return exitStatusOfVerdict(end.report.verdict);
      say(`docker verify: ${end.auditFailure}`);
      return exitStatus.unverifiedUsed;
    }
    await writeResult(context, own, (format) =>
      format === 'json' ? renderJsonDocument({ schemaVersion: 0, ...found.rebuild }) : renderRebuild(found.rebuild),
    );
    return statusOf(found.rebuild);
  } finally {
    progress.stop();
    await input.dispose();
  }
};
