import { doctor, splitOwnOptions } from '../../gate/index.ts';
import { plainPage, renderJsonDocument } from '../../report/index.ts';
import { type Command, openSession, takesNothing } from '../command-context.ts';
import { exitStatus } from '../exit-status.ts';
import { refuseFormat } from '../refuse-format.ts';
import { toolVersion } from '../tool-version.ts';
import { writeResult } from '../write-result.ts';

const marks = { good: '✓', bypass: '!', bad: '✗' } as const;

/** `docker verify doctor`: 11 where something keeps us from enforcing. */
export const doctorCommand: Command = async (context, args) => {
  const { own, rest } = splitOwnOptions(args, true, 'none');
  refuseFormat(own, 'doctor');
  takesNothing(rest, 'doctor');
  const { session, progress } = openSession(context, own, 'looking around');
  const examinations = await doctor(session);
  progress.stop();
  const lines = examinations.flatMap(({ name, result, detail, hint }) => [
    `${marks[result]} ${name}: ${detail}`,
    ...(hint === null ? [] : [`    next: ${hint}`]),
  ]);
  const text =
    own.format === 'json'
      ? renderJsonDocument({ schemaVersion: 0, version: toolVersion, examinations })
      : plainPage([`docker-verify ${toolVersion}`, ...lines]);
  await writeResult(text, own.output);
  return examinations.some(({ result }) => result === 'bad') ? exitStatus.unverifiable : exitStatus.allowed;
};
