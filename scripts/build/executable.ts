import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { separateParts, warmCommands } from './bundle.ts';
import { withoutVariables } from './node-variables.ts';
import type { Target } from './target.ts';

const run = promisify(execFile);

const postject = fileURLToPath(import.meta.resolve('postject/dist/cli.js'));

/** What Node looks for inside itself (Node's documentation, "Single executable applications"). */
const sentinelFuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/**
 * What Node finds inside of itself: both stages, from the folder that holds them. Their names stay relative to it: Node keeps the name of
 * the main script, and another folder is not to make another executable.
 */
async function blobOf(folder: string, { platform }: Target): Promise<string> {
  const caches = warmCommands.map((command) => `${command}.cache`);
  const assets = ['app.cjs', ...caches, ...separateParts.map((part) => `${part}.cjs`)];
  const config = {
    main: 'main.cjs',
    output: 'sea.blob',
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    // The first stage is small, and such a cache is another one in each build. No folder is asked for one either: see node-variables.ts.
    useCodeCache: false,
    // Neither OPENSSL_CONF nor NODE_OPTIONS may load code into a verifier, nor NODE_REDIRECT_WARNINGS make it write.
    // Nor does a signal open a debugger's port.
    execArgv: [`--openssl-config=${platform === 'win' ? 'NUL' : '/dev/null'}`, '--no-warnings', '--disable-sigusr1'],
    execArgvExtension: 'none',
    assets: Object.fromEntries(assets.map((name) => [name, name])),
  };
  await writeFile(join(folder, 'sea.json'), JSON.stringify(config));
  // Made by the very version of Node that will read it: its form differs even between patch releases.
  await run(process.execPath, ['--experimental-sea-config', 'sea.json'], { cwd: folder });
  return join(folder, 'sea.blob');
}

/**
 * Puts the two stages of `folder` into a copy of Node, deaf to some variables.
 * @param node the stock Node of the target, of this process's version
 * @param file where the executable goes
 */
export async function makeExecutable(
  folder: string,
  node: Buffer<ArrayBuffer>,
  target: Target,
  file: string,
): Promise<void> {
  await writeFile(file, withoutVariables(node), { mode: 0o755 });
  const blob = await blobOf(folder, target);
  const segment = target.platform === 'darwin' ? ['--macho-segment-name', 'NODE_SEA'] : [];
  const fuse = ['--sentinel-fuse', sentinelFuse];
  await run(process.execPath, [postject, file, 'NODE_SEA_BLOB', blob, ...fuse, ...segment]);
}
