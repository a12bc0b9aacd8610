import { basename } from 'node:path';
import { type Digest, type Environment, VerifyError } from '../../model/index.ts';
import { askOfRecord } from '../nodes/build-records.ts';
import { lastWords } from '../programs/buildx-command.ts';
import type { Programs } from '../programs/programs.ts';

/**
 * Content of what a build made (index, manifest, configuration, statement), which the builder keeps with its record of the build:
 * whether it was pushed or loaded plays no part. What it answers is not checked here.
 * @param record `builder/node/id`
 * @throws VerifyError `builder.unavailable`, `timeout`, `cancelled`, `file.unwritable`
 */
export async function readBuiltContent(
  programs: Programs,
  environment: Environment,
  record: string,
  digest: Digest,
): Promise<Buffer> {
  const args = ['history', 'inspect', 'attachment', basename(record), digest];
  const { status, stdout, stderr } = await askOfRecord(programs, environment, record, args);
  // the answer is JSON and thus UTF-8; where it were not, it would not have its digest any more
  if (status === 0) return Buffer.from(stdout);
  throw new VerifyError(
    'builder.unavailable',
    `the builder's record of the build has no ${digest}: ${lastWords(stderr)}`,
  );
}
