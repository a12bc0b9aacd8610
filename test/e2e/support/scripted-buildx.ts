import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dockerConfiguration } from './lab.ts';

/** A folder with Docker's configuration whose buildx is this script. Gone with the test file. */
export async function scriptedBuildx(script: string): Promise<string> {
  const configuration = await dockerConfiguration();
  const plugin = join(configuration, 'cli-plugins', 'docker-buildx');
  await rm(plugin);
  await writeFile(plugin, script, { mode: 0o755 });
  return configuration;
}
