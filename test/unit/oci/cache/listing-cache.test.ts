import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openListingCache } from '../../../../src/oci/cache/listing-cache.ts';
import { bounds } from '../../../../src/oci/transport/bounds.ts';
import { silentPipe } from '../../../support/pipe.ts';
import { temporaryFolder } from '../harness.ts';

/** A note, changed on disk. */
async function changed(change: (note: Record<string, unknown>) => unknown) {
  const folder = await temporaryFolder();
  const cache = openListingCache(folder);
  await cache.write('key', ['value']);
  const [name = ''] = await readdir(join(folder, 'listings'));
  const file = join(folder, 'listings', name);
  const after = change(JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>);
  await writeFile(file, typeof after === 'string' ? after : JSON.stringify(after));
  return cache.read('key');
}

describe('a note of what was listed', () => {
  it('comes back with its age', async () => {
    const found = await changed((note) => ({ ...note, time: Date.now() - 5000 }));
    expect(found?.value).toEqual(['value']);
    expect(found?.age).toBeGreaterThanOrEqual(5000);
  });

  it.each<[string, (note: Record<string, unknown>) => unknown]>([
    ['is half written', () => '{"key":"key"'],
    ['is another', (note) => ({ ...note, key: 'other' })],
    ['has no time', ({ time: _time, ...note }) => note],
    ['comes from the future', (note) => ({ ...note, time: Date.now() + 60_000 })],
    ['is null', () => 'null'],
  ])('that %s is none', async (_what, change) => expect(await changed(change)).toBeNull());

  it('that is a pipe is none: nobody writes into it, and a run would wait for ever', async () => {
    const folder = await temporaryFolder();
    const cache = openListingCache(folder);
    await cache.write('key', ['value']);
    const [name = ''] = await readdir(join(folder, 'listings'));
    const file = join(folder, 'listings', name);
    await rm(file);
    silentPipe(file);
    expect(await cache.read('key')).toBeNull();
  });

  it('counts at any age: who may use the network decides by it', async () => {
    const time = Date.now() - 2 * bounds.listingKept;
    expect((await changed((note) => ({ ...note, time })))?.age).toBeGreaterThanOrEqual(2 * bounds.listingKept);
  });

  it('is none where none was made', async () => {
    expect(await openListingCache(await temporaryFolder()).read('key')).toBeNull();
  });
});
