import {
  findRecord,
  listRecords,
  parseDuration,
  pruneRecords,
  splitOwnOptions,
  VerifyError,
} from '../../gate/index.ts';
import { plainPage, renderJsonDocument, renderRecord, renderRecordList } from '../../report/index.ts';
import { type Command, type CommandContext, openSession, operands, takesNothing } from '../command-context.ts';
import { exitStatus } from '../exit-status.ts';
import { refuseFormat } from '../refuse-format.ts';
import { takeValue } from '../take-flags.ts';
import { writeResult } from '../write-result.ts';

const list: Command = async (context, args) => {
  const { own, rest } = splitOwnOptions(args, true, 'none');
  refuseFormat(own, 'records ls');
  takesNothing(rest, 'records ls');
  const { session } = openSession(context, own, null);
  const { records, damaged } = await listRecords(session);
  for (const { line, reason } of damaged) session.warn(`line ${line} of the journal is passed over: ${reason}`);
  const text = own.format === 'json' ? renderJsonDocument({ schemaVersion: 1, records }) : renderRecordList(records);
  await writeResult(text, own.output);
  return exitStatus.allowed;
};

const show: Command = async (context, args) => {
  const { own, rest } = splitOwnOptions(args, true, 'none');
  refuseFormat(own, 'records show');
  const [wanted, ...others] = operands(rest, 'records show');
  if (wanted === undefined || others.length > 0) {
    throw new VerifyError('usage.invalid', 'records show takes one build', {
      hint: 'name it by id, tag or digest; docker verify records ls lists them',
    });
  }
  const { session } = openSession(context, own, null);
  const record = await findRecord(session, wanted);
  await writeResult(own.format === 'json' ? renderJsonDocument(record) : renderRecord(record), own.output);
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

const prune: Command = async (context, args) => {
  const { own, rest } = splitOwnOptions(args, true, 'none');
  refuseFormat(own, 'records prune');
  const { value, others } = takeValue(rest, 'older-than');
  takesNothing(others, 'records prune');
  const { session } = openSession(context, own, null);
  const outcome = await pruneRecords(session, cutOff(value, session.now()));
  const text =
    own.format === 'json'
      ? renderJsonDocument({ schemaVersion: 1, ...outcome })
      : plainPage([`${outcome.removed} taken away, ${outcome.kept} kept`]);
  await writeResult(text, own.output);
  return exitStatus.allowed;
};

const exported: Command = async (context, args) =>
  await (await import('./records-export.ts')).exportCommand(context, args);

const verbs: Readonly<Record<string, Command>> = { ls: list, list, show, export: exported, prune };

/** `docker verify records ls|show|export|prune`. */
export const recordsCommand = async (
  context: CommandContext,
  [verb = '', ...args]: readonly string[],
): Promise<number> => {
  const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (run === undefined) {
    throw new VerifyError(
      'usage.invalid',
      verb === '' ? 'records needs a command' : `records has no command ${verb.slice(0, 100)}`,
      {
        hint: 'see docker verify records --help',
      },
    );
  }
  return await run(context, args);
};
