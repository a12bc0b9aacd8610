import { resolve } from 'node:path';
import { type PulledRecords, pullRecords, readBoundedInput, type Session, VerifyError } from '../../../gate/index.ts';
import { describeSigner, plainPage, renderJsonDocument } from '../../../report/index.ts';
import { exitStatus } from '../../exit-status.ts';
import { commandOf } from '../../run-command.ts';
import { trustedSigners } from '../../trusted-signers.ts';

const largestList = 1024 * 1024;

/** The repositories of a list: one a line, empty lines and what stands behind `#` apart. */
async function listed({ environment }: Session, file: string | null): Promise<readonly string[]> {
  if (file === null) return [];
  try {
    const text = (await readBoundedInput(resolve(environment.workingDirectory, file), largestList)).toString('utf8');
    return text
      .split('\n')
      .map((line) => line.replace(/#.*$/, '').trim())
      .filter((line) => line !== '');
  } catch (cause) {
    throw new VerifyError('usage.invalid', `${file} cannot be read`, { place: { file }, cause });
  }
}

function pageOf({ added, known, refused, problems }: PulledRecords): readonly string[] {
  return [
    ...added.map(({ id, pushed, pulled }) => {
      const by = pulled?.signer === null || pulled === undefined ? '' : `, signed by ${describeSigner(pulled.signer)}`;
      return `+ ${id}  ${pushed[0] ?? ''}  ${pulled?.result ?? ''}${by}`;
    }),
    ...refused.map(({ image, reason }) => `! refused: ${image}: ${reason}`),
    ...problems.map((problem) => `? not looked at: ${problem}`),
    `${added.length} new, ${known} known, ${refused.length} refused, ${problems.length} not looked at`,
  ];
}

/** `docker verify records pull REPOSITORY…`. */
export const pullCommand = commandOf('looking for records', async (run) => {
  const { session, given, operands } = run;
  const repositories = [...operands, ...(await listed(session, given.last('file')))];
  const pulled = await pullRecords(session, repositories, trustedSigners(run));
  await run.show((format) =>
    format === 'json' ? renderJsonDocument({ schemaVersion: 0, ...pulled }) : plainPage(pageOf(pulled)),
  );
  if (pulled.refused.length > 0) return exitStatus.blocked;
  return pulled.problems.length > 0 ? exitStatus.unverifiable : exitStatus.allowed;
});
