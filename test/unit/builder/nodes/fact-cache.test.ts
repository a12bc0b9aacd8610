import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openFactCache } from '../../../../src/builder/nodes/fact-cache.ts';
import { temporaryFolder } from '../test-environment.ts';

describe('openFactCache', () => {
  it('keeps a fact under its key for its time', async () => {
    const cache = openFactCache(temporaryFolder());
    await cache.write(['a', 'b'], { version: '1' });
    expect(await cache.read(['a', 'b'], 60_000)).toEqual({ version: '1' });
    expect(await cache.read(['ab'], 60_000)).toBeNull();
    expect(await cache.read(['a', 'b'], -1)).toBeNull();
  });

  it.each([
    ['cut short', (text: string) => text.slice(0, -3)],
    ['for another key', (text: string) => text.replace('"a"', '"z"')],
    ['from the future', (text: string) => text.replace(/"time":\d+/, '"time":99999999999999')],
    ['of another shape', () => '[]'],
  ])('knows nothing where the file is %s', async (_title, spoil) => {
    const folder = temporaryFolder();
    const cache = openFactCache(folder);
    await cache.write(['a'], true);
    const [name = ''] = await readdir(join(folder, 'builders'));
    const file = join(folder, 'builders', name);
    await writeFile(file, spoil(await readFile(file, 'utf8')));
    expect(await cache.read(['a'], 60_000)).toBeNull();
  });

  it('goes on without where it cannot write', async () => {
    const folder = temporaryFolder();
    await writeFile(join(folder, 'builders'), 'a file in its place');
    const cache = openFactCache(folder);
    await cache.write(['a'], true);
    expect(await cache.read(['a'], 60_000)).toBeNull();
  });
});
