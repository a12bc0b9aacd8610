/** `node build.ts [TARGET]`: makes `dist/docker-verify`, or `dist/TARGET/docker-verify` for a platform other than this one. */
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { bundle, separateParts, warmCommands, wrapped } from './bundle.ts';
import { output, root, work } from './folders.ts';
import { currentTarget, findTarget, nodeBinary, type Target } from './target.ts';

const run = promisify(execFile);

/** Runs another script of this folder with this Node, so that the code cache is this very V8's. */
async function runScript(name: string, words: readonly string[], home = process.env['HOME']): Promise<void> {
  const flags = ['--disable-warning=ExperimentalWarning'];
  await run(process.execPath, [...flags, join(root, 'scripts/build', name), ...words], {
    env: { PATH: process.env['PATH'], HOME: home },
    // The plugin takes the gentler signals for a wish to cancel.
    timeout: 120_000,
    killSignal: 'SIGKILL',
    maxBuffer: 64 * 1024 * 1024,
  });
}

/** A copy of Node without its symbols, where this machine has a `strip` for it; else as it came. */
async function strippedNode(target: Target, folder: string): Promise<string> {
  const node = await nodeBinary(target);
  const copy = join(folder, basename(target.nodePath));
  await copyFile(node, copy);
  if (target.name !== currentTarget || target.platform !== 'linux') return copy;
  try {
    await run('strip', [copy]);
  } catch (error) {
    console.error(`not stripped: ${error instanceof Error ? error.message : String(error)}`);
    await copyFile(node, copy);
  }
  return copy;
}

async function bundlePart(part: string, file: string): Promise<void> {
  await bundle(part, file);
  await writeFile(file, wrapped(await readFile(file, 'latin1')), 'latin1');
}

async function build(target: Target): Promise<string> {
  const folder = join(work, target.name);
  await mkdir(folder, { recursive: true });
  const [main, app] = [join(folder, 'main.cjs'), join(folder, 'bundle.cjs')];
  await Promise.all([bundle('cmd/docker-verify/main.ts', main), bundle('cmd/docker-verify/app.ts', app)]);
  for (const part of separateParts) await bundlePart(part, join(folder, `${part}.cjs`));
  const wrappedApp = join(folder, 'app.cjs');
  await writeFile(wrappedApp, wrapped(await readFile(app, 'latin1')), 'latin1');
  for (const command of warmCommands) {
    const cache = join(folder, `${command}.cache`);
    // Another platform's V8 would reject this cache after reading it: an empty one is quicker.
    if (target.name === currentTarget) await runScript('code-cache.ts', [wrappedApp, command, cache]);
    else await writeFile(cache, '');
  }
  const name = target.platform === 'win' ? 'docker-verify.exe' : 'docker-verify';
  const made = join(folder, name);
  const node = await strippedNode(target, folder);
  await runScript('executable.ts', [main, folder, node, target.name, made], join(work, 'home'));
  await Promise.all([chmod(made, 0o755), rm(node), rm(join(work, 'home'), { recursive: true })]);
  const finished = target.name === currentTarget ? join(output, name) : join(output, target.name, name);
  await mkdir(dirname(finished), { recursive: true });
  await rename(made, finished);
  return finished;
}

const finished = await build(findTarget(process.argv[2] ?? currentTarget));
console.log(`${finished.slice(root.length + 1)}: ${((await stat(finished)).size / 1e6).toFixed(1)} MB`);
