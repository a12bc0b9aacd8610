import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type * as esbuild from 'esbuild';
import { bundle, separateParts, wrapped } from './bundle.ts';
import { makeExecutable } from './executable.ts';
import { makeCodeCaches, runScript } from './make-cache.ts';
import {
  addressOf,
  type Division,
  divide,
  noteAsked,
  onePart,
  type PartName,
  partNames,
  refuseTwice,
} from './parts.ts';
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
async function bundlePart(
  part: string,
  file: string,
  plugins: readonly esbuild.Plugin[] = [],
): Promise<readonly string[]> {
  const modules = await bundle(part, file, { plugins });
  await writeFile(file, wrapped(await readFile(file, 'latin1')), 'latin1');
  return modules;
}

const entry = 'cmd/docker-verify/app.ts';

/** Bundles everything once to see which command needs what. */
async function divideSources(folder: string): Promise<Division> {
  const [whole, evaluated] = [join(folder, 'whole.cjs'), join(folder, 'evaluated.json')];
  const asked: Parameters<typeof noteAsked>[0] = new Map();
  await bundle(entry, whole, { plugins: [noteAsked(asked, separateParts)], minify: false });
  await runScript('observe.ts', [whole, evaluated], []);
  return divide(asked, entry, JSON.parse(await readFile(evaluated, 'utf8')) as Record<string, PartName>); // observe.ts wrote it
}

/** Where `bundleStages` lists what went into the executable: files, from the project's folder on. */
export const modulesFile = 'modules.json';

const stageFile = 'stage.json';

/** Bundles both stages and the parts that are assets of their own into a folder: the same ones for every platform. */
export async function bundleStages(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const division = await divideSources(folder);
  const stage = JSON.stringify(addressOf(division, entry));
  await writeFile(join(folder, stageFile), stage);
  const parts = await Promise.all(
    partNames.map((part) => bundlePart(entry, join(folder, `${part}.cjs`), [onePart(division, part)])),
  );
  refuseTwice(parts);
  const others = await Promise.all([
    bundle('cmd/docker-verify/main.ts', join(folder, 'main.cjs'), { define: { secondStage: stage } }),
    ...separateParts.map((part) => bundlePart(part, join(folder, `${part}.cjs`))),
  ]);
  const modules = [...new Set([...parts, ...others].flat())].sort();
  await writeFile(join(folder, modulesFile), JSON.stringify(modules, null, 2));
}

/**
 * Makes the executable of a platform of what `bundleStages` left in a folder.
 * @param file where it goes
 */
export async function buildExecutable(target: Target, folder: string, file: string): Promise<void> {
  if (target.name === currentTarget) {
    const stage = JSON.parse(await readFile(join(folder, stageFile), 'utf8')) as string; // bundleStages wrote it
    await makeCodeCaches(folder, stage, partNames);
  } else {
    // Another platform's V8 would reject these caches after reading them: an empty one is quicker.
    for (const part of partNames) await writeFile(join(folder, `${part}.cache`), '');
  }
  const made = join(folder, `${target.name}.made`);
  await makeExecutable(folder, await strippedNode(target, folder), target, made);
  await mkdir(dirname(file), { recursive: true });
  await rename(made, file);
}
