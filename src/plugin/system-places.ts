import { posix, win32 } from 'node:path';
import { type Environment, folderNamedBy } from '../model/index.ts';

/** Where an installation for a whole machine puts things. All absolute. */
export interface SystemPlaces {
  /** The machine's policy folder. */
  readonly folder: string;
  readonly policy: string;
  readonly key: string;
  readonly trustedRoot: string;
  readonly record: string;
  /** The executable, where Docker finds it for everybody. */
  readonly plugin: string;
  /** Everywhere that Docker would find one for everybody, `plugin` included. */
  readonly plugins: readonly string[];
}

/** Where Docker looks for everybody's plugins, first to last (docker/cli, cli-plugins/manager: defaultSystemPluginDirs). */
const unixFolders = ['/usr/local/lib', '/usr/local/libexec', '/usr/lib', '/usr/libexec'];

/** The places of a whole machine, for the folder in which its policies are read. */
export function systemPlaces(folder: string, environment: Environment): SystemPlaces {
  const isWindows = environment.platform === 'win32';
  const paths = isWindows ? win32 : posix;
  // not ProgramData, where anybody may make folders: Docker looks there no more (CVE-2025-15558)
  const folders = isWindows
    ? [paths.join(folderNamedBy(environment, 'ProgramFiles') ?? 'C:\\Program Files', 'Docker')]
    : unixFolders.map((f) => `${f}/docker`);
  const plugins = folders.map((each) =>
    paths.join(each, 'cli-plugins', isWindows ? 'docker-verify.exe' : 'docker-verify'),
  );
  return {
    folder,
    policy: paths.join(folder, 'bootstrap.yaml'),
    key: paths.join(folder, 'bootstrap.pub'),
    trustedRoot: paths.join(folder, 'bootstrap-root.json'),
    record: paths.join(folder, 'install.json'),
    plugin: plugins[0] ?? '',
    plugins,
  };
}
