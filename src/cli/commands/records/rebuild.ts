import { isRefusal, type Rebuild, type Report, rebuild } from '../../../gate/index.ts';
import { renderJsonDocument, renderRebuild, renderReport } from '../../../report/index.ts';
import { layoutFor } from '../../command-context.ts';
import { exitStatus, exitStatusOfVerdict } from '../../exit-status.ts';
import { oneBuild } from '../../read-arguments.ts';
import { commandOf } from '../../run-command.ts';
import { errorTerminal, say, writeError } from '../../streams.ts';

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
export const rebuildCommand = commandOf('looking for what was built', async (run) => {
  const { session, own, progress, input, show, context } = run;
  const wanted = oneBuild(run, context.row);
  const shown: Report[] = [];
  const showReport = (report: Report): void => {
    shown.push(report);
    progress.stop();
    if (own.quiet && !isRefusal(report.verdict)) return;
    writeError(renderReport(report, 'text', layoutFor(errorTerminal(), own, context.environment)));
  };
  const found = await rebuild(
    {
      session,
      input,
      interruptions: context.watch.interruptions,
      intercepted: context.intercepted,
      before: [],
      onVerified: showReport,
      onDenied: (name: string) => session.warn(`the builder denied ${name}, which the record does not name`),
      onRestart: showReport,
    },
    wanted,
    run.given.last('context'),
  );
  progress.stop();
  if (found.kind === 'refused' && !shown.includes(found.end.report)) showReport(found.end.report);
  await show((format) =>
    format === 'json' ? renderJsonDocument({ schemaVersion: 0, ...found.rebuild }) : renderRebuild(found.rebuild),
  );
  if (found.kind === 'compared') return statusOf(found.rebuild);
  const { auditFailure, report } = found.end;
  if (auditFailure === null) return exitStatusOfVerdict(report.verdict);
  say(`docker verify: ${auditFailure}`);
  return exitStatus.unverifiedUsed;
});
