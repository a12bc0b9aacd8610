import { plainPage } from '../../report/index.ts';
import type { Command } from '../command-row.ts';
import { exitStatus } from '../exit-status.ts';
import { readArguments, takesNothing } from '../read-arguments.ts';
import { toolVersion } from '../tool-version.ts';
import { writeText } from '../write-result.ts';

/** `docker verify version`. */
export const versionCommand: Command = async (context, args) => {
  takesNothing(await readArguments(context, args), context.row);
  await writeText(plainPage([`docker-verify ${toolVersion}`]), null);
  return exitStatus.allowed;
};
