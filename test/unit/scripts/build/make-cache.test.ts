import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { root } from '../../../../scripts/build/folders.ts';
import { makeCodeCaches } from '../../../../scripts/build/make-cache.ts';
import { targets } from '../../../../scripts/build/target.ts';
import { newFolder } from '../../../support/new-folder.ts';

/** A part whose module compiles some of its functions only when it is run, and others never. */
const bundle = `(function(exports,require,module){
  module.exports = () => exports;
  class Table { #rows = new Map(); set(key, value) { this.#rows.set(key, value); return this; } get(key) { return this.#rows.get(key); } }
  const unused = () => 'never compiled';
  exports.run = async () => { for (let i = 0; i < 2000; i += 1) new Table().set(i, { i, text: 'x'.repeat(i % 9) }).get(i); };
})`;

describe('makeCodeCaches', () => {
  it('makes the same bytes each time, which V8 takes without the flags that they were made with', {
    timeout: 60_000,
  }, async () => {
    const folder = newFolder('code-cache');
    await writeFile(join(folder, 'start.cjs'), bundle, 'latin1');
    const caches: Buffer[] = [];
    for (let round = 0; round < 2; round += 1) {
      await makeCodeCaches(folder, 'part:start:0', ['start']);
      caches.push(await readFile(join(folder, 'start.cache')));
    }
    const [first, second] = caches;
    expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true);
    const taken = new Script(bundle, { filename: 'start.cjs', ...(first === undefined ? {} : { cachedData: first }) });
    expect(taken.cachedDataRejected).toBe(false);
  });

  it('would not without: V8 writes another cache in each process', async () => {
    const folder = newFolder('code-cache');
    await writeFile(join(folder, 'start.cjs'), bundle, 'latin1');
    const words = ['--disable-warning=ExperimentalWarning', join(root, 'scripts/build/code-cache.ts'), folder];
    const caches = await Promise.all(
      ['.first', '.second'].map(async (suffix) => {
        await promisify(execFile)(process.execPath, [...words, 'part:start:0', suffix, 'start']);
        return (await readFile(join(folder, `start${suffix}`))).toString('base64');
      }),
    );
    expect(caches[0]).not.toBe(caches[1]);
  });
});

describe('the table of targets', () => {
  it('pins the Node of each platform by its bytes', () => {
    for (const { nodeDigest } of targets) expect(nodeDigest).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(targets.map(({ nodeDigest }) => nodeDigest)).size).toBe(targets.length);
  });
});
