import { findRecord, listRecords, parseDuration, pruneRecords, VerifyError } from '../../gate/index.ts';
import { plainPage, renderJsonDocument, renderRecord, renderRecordList } from '../../report/index.ts';
import { openSession } from '../command-context.ts';
import type { Command } from '../command-row.ts';
import { exitStatus } from '../exit-status.ts';
import { oneBuild, readArguments, refuseTwice, takesNothing } from '../read-arguments.ts';
import { writeResult } from '../write-result.ts';

/** `docker verify records ls`. */
export const listCommand: Command = async (context, args) => {
  const read = await readArguments(context, args);
  takesNothing(read, context.row);
  const { session } = openSession(context, read.own, null);
  const { records, damaged } = await listRecords(session);
  for (const { line, reason } of damaged) session.warn(`line ${line} of the journal is passed over: ${reason}`);
  await writeResult(context, read.own, (format) =>
    format === 'json' ? renderJsonDocument({ schemaVersion: 1, records }) : renderRecordList(records),
  );
  return exitStatus.allowed;
};

/** `docker verify records show BUILD`. */
export const showCommand: Command = async (context, args) => {
  const read = await readArguments(context, args);
  const { own } = read;
  const wanted = oneBuild(read, context.row);
  const { session } = openSession(context, own, null);
  const record = await findRecord(session, wanted);
  await writeResult(context, own, (format) => (format === 'json' ? renderJsonDocument(record) : renderRecord(record)));
  return exitStatus.allowed;
};

function cutOff(text: string | null, now: Date): Date {
  const age = text === null ? null : parseDuration(text);
  if (age !== null) return new Date(now.getTime() - age);
  const date = text === null ? Number.NaN : Date.parse(text);
  if (!Number.isNaN(date)) return new Date(date);
  throw new VerifyError('usage.invalid', 'records prune needs to be told which records are old', {
    hint: 'write --older-than 365d, or a date such as 2026-01-31',
  });
}

/** `docker verify records prune --older-than AGE`. */
export const pruneCommand: Command = async (context, args) => {
  const read = await readArguments(context, args);
  refuseTwice(read, 'older-than');
  takesNothing(read, context.row);
  const { session } = openSession(context, read.own, null);
  const outcome = await pruneRecords(session, cutOff(read.given.all('older-than')[0] ?? null, session.now()));
  await writeResult(context, read.own, (format) =>
    format === 'json'
      ? renderJsonDocument({ schemaVersion: 1, ...outcome })
      : plainPage([`${outcome.removed} taken away, ${outcome.kept} kept`]),
  );
  return exitStatus.allowed;
};
