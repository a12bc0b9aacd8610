import { doctor } from '../../gate/index.ts';
import { plainPage, renderJsonDocument } from '../../report/index.ts';
import { openSession } from '../command-context.ts';
import type { Command } from '../command-row.ts';
import { exitStatus } from '../exit-status.ts';
import { readArguments, takesNothing } from '../read-arguments.ts';
import { toolVersion } from '../tool-version.ts';
import { writeResult } from '../write-result.ts';

const marks = { good: '✓', bypass: '!', bad: '✗' } as const;

/** `docker verify doctor`: 11 where something keeps us from enforcing. */
export const doctorCommand: Command = async (context, args) => {
  const read = await readArguments(context, args);
  takesNothing(read, context.row);
  const { session, progress } = openSession(context, read.own, 'looking around');
  const examinations = await doctor(session);
  progress.stop();
  const lines = examinations.flatMap(({ name, result, detail, hint }) => [
    `${marks[result]} ${name}: ${detail}`,
    ...(hint === null ? [] : [`    next: ${hint}`]),
  ]);
  await writeResult(context, read.own, (format) =>
    format === 'json'
      ? renderJsonDocument({ schemaVersion: 0, version: toolVersion, examinations })
      : plainPage([`docker-verify ${toolVersion}`, ...lines]),
  );
  return examinations.some(({ result }) => result === 'bad') ? exitStatus.unverifiable : exitStatus.allowed;
};
