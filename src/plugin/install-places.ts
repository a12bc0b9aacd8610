import { dirname, join } from 'node:path';
import type { Environment } from '../model/index.ts';

/** Where an installation puts things. All absolute. */
export interface InstallPlaces {
  readonly config: string;
  readonly record: string;
  /** The plugin itself. */
  readonly plugin: string;
  /** The stand-ins for buildx and for compose, and the folder in which Docker is to look for plugins. */
  readonly shim: string;
  readonly composeShim: string;
  readonly shimFolder: string;
}

/** The places under Docker's configuration folder. */
export function installPlaces({ dockerConfigDirectory, platform }: Environment): InstallPlaces {
  const suffix = platform === 'win32' ? '.exe' : '';
  const own = join(dockerConfigDirectory, 'verify');
  const shimFolder = join(own, 'plugins');
  return {
    config: join(dockerConfigDirectory, 'config.json'),
    record: join(own, 'install.json'),
    plugin: join(dockerConfigDirectory, 'cli-plugins', `docker-verify${suffix}`),
    shim: join(shimFolder, `docker-buildx${suffix}`),
    composeShim: join(shimFolder, `docker-compose${suffix}`),
    shimFolder,
  };
}

/** Where Docker looks for everybody's plugins (docker/cli, cli-plugins/manager: getPluginDirs). */
const sharedFolders = ['/usr/local/lib', '/usr/local/libexec', '/usr/lib', '/usr/libexec'].map(
  (folder) => `${folder}/docker/cli-plugins`,
);

/** Whether Docker finds `executable` where it already is. */
export function isInSharedFolder(executable: string): boolean {
  return sharedFolders.includes(dirname(executable)) && /[/\\]docker-verify$/.test(executable);
}
