import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { Script } from 'node:vm';
import { root } from './folders.ts';

const run = promisify(execFile);

/**
 * What makes V8 write the same bytes each time: hash tables come out in the same order, what was compiled is not forgotten, no
 * function is marked as one that was compiled further, and memory is never used twice, since what lay in it before shows in the gaps
 * between objects.
 */
const steadyFlags = [
  '--hash-seed=1',
  '--random-seed=1',
  '--no-flush-bytecode',
  '--no-sparkplug',
  '--no-maglev',
  '--no-opt',
  '--clear-free-memory',
  '--single-threaded-gc',
  '--initial-old-space-size=2048',
  '--min-semi-space-size=256',
  '--max-semi-space-size=256',
];

/** Version of V8, hash of the source, hash of the flags: what V8 looks at before it takes a cache (v8, src/snapshot/code-serializer.h). */
const headerLength = 16;

/**
 * Runs another script of this folder with this Node, so that a code cache is this very V8's.
 * @param flags for V8
 */
export async function runScript(
  name: string,
  words: readonly string[],
  flags: readonly string[] = steadyFlags,
): Promise<void> {
  await run(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', ...flags, join(root, 'scripts/build', name), ...words],
    {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
      // The plugin takes the gentler signals for a request to cancel.
      timeout: 120_000,
      killSignal: 'SIGKILL',
      maxBuffer: 64 * 1024 * 1024,
    },
  );
}

/**
 * Makes the code cache of each part of a folder: the same bytes each time, for the same bundles and Node.
 * @param stage what the second stage is asked for by
 * @throws Error where V8 would not take one
 */
export async function makeCodeCaches(folder: string, stage: string, parts: readonly string[]): Promise<void> {
  const suffix = '.warm';
  await runScript('code-cache.ts', [folder, stage, suffix, ...parts]);
  for (const part of parts) {
    const [bundle, cache] = [join(folder, `${part}.cjs`), join(folder, `${part}.cache`)];
    const warm = join(folder, `${part}${suffix}`);
    // few at a time on a small machine
    // oxlint-disable-next-line no-await-in-loop
    await settle(bundle, warm, cache);
  }
}

async function settle(bundle: string, warm: string, cache: string): Promise<void> {
  await runScript('settle-cache.ts', [bundle, warm, cache]);
  await rm(warm);
  // The flags above change no code, but V8 tells by a hash that they were set: the users' Node runs without them, as this one does.
  const source = await readFile(bundle, 'latin1');
  const filename = basename(bundle);
  const header = new Script(source, { filename }).createCachedData().subarray(0, headerLength);
  const settled = Buffer.concat([header, (await readFile(cache)).subarray(headerLength)]);
  const { cachedDataRejected } = new Script(source, { filename, cachedData: settled });
  if (cachedDataRejected !== false) throw new Error(`V8 does not take the code cache of ${filename}`);
  await writeFile(cache, settled);
}
