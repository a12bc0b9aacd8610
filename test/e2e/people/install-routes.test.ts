import { readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../../../src/model/index.ts';
import {
  type InstallMode,
  install,
  type PluginCall,
  parsePluginArguments,
  uninstall,
} from '../../../src/plugin/index.ts';
import { environmentOf } from '../../unit/invocation/environment.ts';
import { lab, runDocker, temporaryFolder, writeFiles } from '../support/lab.ts';

/** Stands in for our executable: answers the handshake and writes down how it was called. */
const recorder = (log: string): string => `#!/bin/sh
for word in "$@"; do
  if [ "$word" = docker-cli-plugin-metadata ]; then
    echo '{"SchemaVersion":"0.1.0","Vendor":"test","Version":"v0.29.1"}'
    exit 0
  fi
done
{ printf '%s\\n' "$0"; for word in "$@"; do printf '%s\\n' "$word"; done; echo; } >> '${log}'
`;

/** A configuration folder with real buildx and compose, into which the recorder was installed. */
async function installed(mode: InstallMode) {
  const root = await temporaryFolder();
  const [executable, log] = [join(root, 'docker-verify'), join(root, 'log')];
  await writeFile(executable, recorder(log), { mode: 0o755 });
  const folder = join(root, 'config');
  await writeFiles(folder, { 'config.json': '{\n  "auths": {}\n}\n' });
  await writeFiles(folder, { 'cli-plugins/.keep': '' });
  await symlink(lab().buildx, join(folder, 'cli-plugins/docker-buildx'));
  const compose = join(lab().dockerConfig, 'cli-plugins/docker-compose');
  await symlink(compose, join(folder, 'cli-plugins/docker-compose'));
  const environment: Environment = { ...environmentOf(root), dockerConfigDirectory: folder };
  await install(executable, mode, environment);
  return { root, folder, log, environment };
}

/** How the recorder was called by `docker …`, read as the executable would; null where it was not. */
async function callOf(
  words: readonly string[],
  { folder, log, root }: { folder: string; log: string; root: string },
): Promise<PluginCall | null> {
  await rm(log, { force: true });
  await runDocker(words, { cwd: root, env: { DOCKER_CONFIG: folder } });
  const written = await readFile(log, 'utf8').catch(() => null);
  if (written === null) return null;
  const [startedAs = '', ...argv] = written.split('\n\n', 1)[0]?.split('\n') ?? [];
  return parsePluginArguments(argv, startedAs);
}

describe('install', () => {
  it('brings every spelling of a build to us', { timeout: 60_000 }, async () => {
    const places = await installed('alias');
    const build = { role: 'verify', command: 'build', standalone: false };
    expect(await callOf(['build', '-t', 'x', '.'], places)).toMatchObject({ ...build, args: ['-t', 'x', '.'] });
    expect(await callOf(['image', 'build', '.'], places)).toMatchObject({ ...build, args: ['.'] });
    expect(await callOf(['builder', 'build', '.'], places)).toMatchObject({ ...build, args: ['.'] });
    expect(await callOf(['builder', 'b', '.'], places)).toMatchObject({ ...build, args: ['.'] });
    expect(await callOf(['builder', '--builder', 'y', 'build', '.'], places)).toMatchObject({
      ...build,
      args: ['--builder', 'y', '.'],
    });
    expect(await callOf(['-D', '-l', 'warn', 'build', '.'], places)).toMatchObject({
      ...build,
      dockerFlags: ['-D', '-l', 'warn'],
    });
    expect(await callOf(['verify', 'build', '.'], places)).toMatchObject({ ...build, args: ['.'] });
    expect(await callOf(['bake', '--print'], places)).toMatchObject({ command: 'bake', args: ['--print'] });
    expect(await callOf(['builder', 'prune', '-f'], places)).toMatchObject({ command: 'prune', args: ['-f'] });
    expect(await callOf(['help', 'verify'], places)).toMatchObject({ command: 'help', standalone: false });
    expect(await callOf(['buildx', 'version'], places)).toBeNull();
  });

  it('brings buildx and compose to us in mode full', { timeout: 60_000 }, async () => {
    const places = await installed('full');
    const build = { role: 'buildx', command: 'build', standalone: false, args: ['.'] };
    expect(await callOf(['buildx', 'build', '.'], places)).toMatchObject(build);
    expect(await callOf(['buildx', 'version'], places)).toMatchObject({ role: 'buildx', command: 'version' });
    expect(await callOf(['build', '.'], places)).toMatchObject({ role: 'verify', command: 'build' });
    await writeFiles(places.root, {
      'compose.yaml': 'services:\n  web:\n    build: .\n',
      Dockerfile: 'FROM scratch\n',
    });
    expect(await callOf(['compose', 'build'], places)).toMatchObject({
      role: 'buildx',
      command: 'bake',
      standalone: true,
      args: expect.arrayContaining(['--file', '-']),
    });
  });

  it('leaves Docker as it was after uninstall', { timeout: 60_000 }, async () => {
    const places = await installed('full');
    await uninstall(places.environment);
    expect(await callOf(['build', '--help'], places)).toBeNull();
    expect(await callOf(['buildx', 'version'], places)).toBeNull();
    expect((await runDocker(['verify', 'build', '.'], { env: { DOCKER_CONFIG: places.folder } })).status).not.toBe(0);
    expect(await readFile(join(places.folder, 'config.json'), 'utf8')).toBe('{\n  "auths": {}\n}\n');
  });
});
