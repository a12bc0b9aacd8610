import {
  findRecord,
  listRecords,
  parseDuration,
  pruneRecords,
  VerifyError,
  warnOfEmptyJournal,
} from '../../../gate/index.ts';
import { plainPage, renderJsonDocument, renderRecord, renderRecordList } from '../../../report/index.ts';
import { exitStatus } from '../../exit-status.ts';
import { oneBuild, takesNothing } from '../../read-arguments.ts';
import { commandOf } from '../../run-command.ts';

/** `docker verify records ls`. */
export const listCommand = commandOf(null, async (run) => {
  const { session, show } = run;
  takesNothing(run, run.context.row);
  const { records, damaged } = await listRecords(session);
  for (const { line, reason } of damaged) session.warn(`line ${line} of the journal is passed over: ${reason}`);
  if (records.length === 0) warnOfEmptyJournal(session);
  await show((format) =>
    format === 'json' ? renderJsonDocument({ schemaVersion: 1, records }) : renderRecordList(records),
  );
  return exitStatus.allowed;
});

/** `docker verify records show BUILD`. */
export const showCommand = commandOf(null, async (run) => {
  const record = await findRecord(run.session, oneBuild(run, run.context.row));
  await run.show((format) => (format === 'json' ? renderJsonDocument(record) : renderRecord(record)));
  return exitStatus.allowed;
});

/** A day, or a moment of it, as records have it (ISO 8601): what else `Date` takes for one ("30" is a year) would take away other records than meant. */
const dateForm = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2})?)?$/;

function cutOff(text: string | null, now: Date): Date {
  const age = text === null ? null : parseDuration(text);
  if (age !== null) return new Date(now.getTime() - age);
  const date = text !== null && dateForm.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(date)) return new Date(date);
  throw new VerifyError('usage.invalid', 'records prune needs to know which records are old', {
    hint: 'write --older-than 365d, or a date such as 2026-01-31',
  });
}

/** `docker verify records prune --older-than AGE`. */
export const pruneCommand = commandOf(null, async (run) => {
  const { session, given, show } = run;
  takesNothing(run, run.context.row);
  const outcome = await pruneRecords(session, cutOff(given.last('older-than'), session.now()));
  await show((format) =>
    format === 'json'
      ? renderJsonDocument({ schemaVersion: 1, ...outcome })
      : plainPage([`${outcome.removed} taken away, ${outcome.kept} kept`]),
  );
  return exitStatus.allowed;
});
