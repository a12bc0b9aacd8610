import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './folders.ts';
import { withoutVariables } from './node-variables.ts';
import { signMachO } from './sign-mach-o.ts';
import type { Target } from './target.ts';

const run = promisify(execFile);

/**
 * Puts Node, deaf to some variables, where pkg keeps what it has downloaded, with the marks of a finished download: a platform's Node of
 * npm's is pinned by its digest, and pkg runs one that is given to it by path, which another platform's cannot be.
 * @param home the folder that pkg takes for the user's
 */
async function keepNode(home: string, node: Buffer<ArrayBuffer>, { platform, arch }: Target): Promise<void> {
  const name = `node-v${process.versions.node}-${platform}-${arch}`;
  const cache = join(home, '.pkg-cache', 'sea');
  const binary = platform === 'win' ? join(cache, `${name}.exe`) : join(cache, name, 'bin', 'node');
  const archive = join(cache, `${name}.${platform === 'win' ? 'zip' : 'tar.gz'}`);
  await mkdir(dirname(binary), { recursive: true });
  await writeFile(binary, withoutVariables(node), { mode: 0o755 });
  for (const mark of [archive, `${archive}.ok`, `${binary}.ok`]) await writeFile(mark, '');
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
  const home = join(folder, 'home');
  await rm(home, { recursive: true, force: true });
  await keepNode(home, node, target);
  const script = join(root, 'scripts/build/pack.ts');
  // pkg asks the system for the two folders, which tells them from these
  const folders = { HOME: home, USERPROFILE: home, TMPDIR: folder, TEMP: folder, TMP: folder };
  await run(process.execPath, ['--disable-warning=ExperimentalWarning', script, folder, target.name, file], {
    env: { PATH: process.env['PATH'], ...folders },
  });
  if (target.platform === 'darwin') await writeFile(file, signMachO(await readFile(file), 'docker-verify'));
  await chmod(file, 0o755);
  await rm(home, { recursive: true });
}
