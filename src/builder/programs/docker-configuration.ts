import { join } from 'node:path';
import {
  type Environment,
  isRecord,
  parseBoundedJson,
  readBoundedFile,
  recordAt,
  textOr,
  textsOf,
  VerifyError,
} from '../../model/index.ts';

const largestFile = 4 * 1024 * 1024;

/** What this room needs of Docker's config.json. */
export interface DockerConfiguration {
  readonly currentContext: string | null;
  /** The plugin that `docker build` is handed to (`aliases.builder`). */
  readonly builderAlias: string | null;
  readonly pluginFolders: readonly string[];
}

/**
 * Reads config.json of Docker's configuration folder; a file that is not there says nothing.
 * @throws VerifyError `config.invalid`
 */
export async function readDockerConfiguration(environment: Environment): Promise<DockerConfiguration> {
  const file = join(environment.dockerConfigDirectory, 'config.json');
  let parsed: unknown;
  try {
    const bytes = await readBoundedFile(file, largestFile);
    parsed = bytes === null || bytes.length === 0 ? {} : parseBoundedJson(bytes.toString('utf8'));
  } catch (cause) {
    throw new VerifyError('config.invalid', `Docker's configuration cannot be read: ${(cause as Error).message}`, {
      hint: 'repair the file, or name another folder with --config or DOCKER_CONFIG',
      place: { file },
      cause,
    });
  }
  const record = isRecord(parsed) ? parsed : {};
  const current = textOr(record['currentContext'], '');
  return {
    currentContext: current === '' ? null : current,
    builderAlias: textOr(recordAt(record, 'aliases')['builder'], null),
    pluginFolders: textsOf(record['cliPluginsExtraDirs']),
  };
}
