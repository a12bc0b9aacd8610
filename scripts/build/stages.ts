import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { bundle, separateParts, warmCommands, wrapped } from './bundle.ts';
import { makeExecutable } from './executable.ts';
import { makeCodeCache } from './make-cache.ts';
import { currentTarget, nodeBinary, type Target } from './target.ts';

const run = promisify(execFile);

/** Node without its symbols, where this machine has a `strip` for it; else as it came. */
async function strippedNode(target: Target, folder: string): Promise<Buffer<ArrayBuffer>> {
  const node = await nodeBinary(target);
  if (target.name !== currentTarget || target.platform !== 'linux') return node;
  const copy = join(folder, 'node');
  await writeFile(copy, node, { mode: 0o755 });
  try {
    await run('strip', [copy]);
    return await readFile(copy);
  } catch (error) {
    console.error(`not stripped: ${error instanceof Error ? error.message : String(error)}`);
    return node;
  } finally {
    await rm(copy);
  }
}

/** Bundles what becomes a script of its own. Answers with the modules that went in. */
async function bundlePart(part: string, file: string): Promise<readonly string[]> {
  const modules = await bundle(part, file);
  await writeFile(file, wrapped(await readFile(file, 'latin1')), 'latin1');
  return modules;
}

/** Where `bundleStages` lists what went into the executable: files, from the project's folder on. */
export const modulesFile = 'modules.json';

/** Bundles both stages and the parts that are assets of their own into a folder: the same ones for every platform. */
export async function bundleStages(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const modules = await Promise.all([
    bundle('cmd/docker-verify/main.ts', join(folder, 'main.cjs')),
    bundlePart('cmd/docker-verify/app.ts', join(folder, 'app.cjs')),
    ...separateParts.map((part) => bundlePart(part, join(folder, `${part}.cjs`))),
  ]);
  await writeFile(join(folder, modulesFile), JSON.stringify([...new Set(modules.flat())].sort(), null, 2));
}

/**
 * Makes the executable of a platform of what `bundleStages` left in a folder.
 * @param file where it goes
 */
export async function buildExecutable(target: Target, folder: string, file: string): Promise<void> {
  for (const command of warmCommands) {
    const cache = join(folder, `${command}.cache`);
    // Another platform's V8 would reject this cache after reading it: an empty one is quicker.
    if (target.name === currentTarget) await makeCodeCache(join(folder, 'app.cjs'), command, cache);
    else await writeFile(cache, '');
  }
  const made = join(folder, `${target.name}.made`);
  await makeExecutable(folder, await strippedNode(target, folder), target, made);
  await mkdir(dirname(file), { recursive: true });
  await rename(made, file);
}
