import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { root } from '../../../../scripts/build/folders.ts';
import { makeCodeCache } from '../../../../scripts/build/make-cache.ts';
import { targets } from '../../../../scripts/build/target.ts';

/** A second stage that compiles some of its functions only when it is run, and others never. */
const bundle = `(function(exports,require,module){
  class Table { #rows = new Map(); set(key, value) { this.#rows.set(key, value); return this; } get(key) { return this.#rows.get(key); } }
  const unused = () => 'never compiled';
  exports.run = async () => { for (let i = 0; i < 2000; i += 1) new Table().set(i, { i, text: 'x'.repeat(i % 9) }).get(i); };
})`;

describe('makeCodeCache', () => {
  it('makes the same bytes each time, which V8 takes without the flags that they were made with', {
    timeout: 60_000,
  }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'code-cache-'));
    const file = join(folder, 'app.cjs');
    await writeFile(file, bundle, 'latin1');
    const caches: Buffer[] = [];
    for (const name of ['first', 'second']) {
      await makeCodeCache(file, 'version', join(folder, name));
      caches.push(await readFile(join(folder, name)));
    }
    const [first, second] = caches;
    expect(first?.equals(second ?? Buffer.alloc(0))).toBe(true);
    const taken = new Script(bundle, { filename: 'app.cjs', ...(first === undefined ? {} : { cachedData: first }) });
    expect(taken.cachedDataRejected).toBe(false);
  });

  it('would not without: V8 writes another cache in each process', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'code-cache-'));
    const file = join(folder, 'app.cjs');
    await writeFile(file, bundle, 'latin1');
    const words = ['--disable-warning=ExperimentalWarning', join(root, 'scripts/build/code-cache.ts'), file, 'version'];
    const caches = await Promise.all(
      ['first', 'second'].map(async (name) => {
        await promisify(execFile)(process.execPath, [...words, join(folder, name)]);
        return (await readFile(join(folder, name))).toString('base64');
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
