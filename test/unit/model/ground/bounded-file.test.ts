import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBoundedFile, readBoundedInput } from '../../../../src/model/ground/bounded-file.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bounded-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function written(size: number): Promise<string> {
  const file = join(folder, String(size));
  await writeFile(file, Buffer.alloc(size, 7));
  return file;
}

describe('a bounded file', () => {
  it.each([0, 1, 65_536, 200_000])('of %i bytes comes whole', async (size) => {
    expect(await readBoundedFile(await written(size), 200_000)).toEqual(Buffer.alloc(size, 7));
  });

  it('of one byte more than allowed is refused', async () => {
    await expect(readBoundedFile(await written(1_001), 1_000)).rejects.toThrow('larger than 1000 bytes');
  });

  it.skipIf(process.platform !== 'linux')(
    'comes whole, or is refused, where the system reports its size as zero',
    async () => {
      const text = await readBoundedFile('/proc/self/status', 1_000_000);
      expect(text?.toString('utf8')).toMatch(/^Name:/);
      await expect(readBoundedFile('/proc/self/status', 10)).rejects.toThrow('larger than 10 bytes');
    },
  );

  it('costs what it holds, not what it might', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const bytes = await readBoundedFile(await written(10), 1024 * 1024 * 1024);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
    expect(bytes).toHaveLength(10);
  });

  it('that is not there is null', async () => {
    expect(await readBoundedFile(join(folder, 'none'), 10)).toBeNull();
    expect(await readBoundedFile(join(folder, '10', 'below'), 10)).toBeNull();
  });

  it('that is a folder is refused', async () => {
    await expect(readBoundedFile(folder, 10)).rejects.toThrow('not a regular file');
  });
});

describe('a bounded input', () => {
  it('comes whole, up to its limit', async () => {
    expect(await readBoundedInput(await written(70_000), 70_000)).toEqual(Buffer.alloc(70_000, 7));
    await expect(readBoundedInput(await written(70_000), 1_000)).rejects.toThrow('larger than 1000 bytes');
    await expect(readBoundedInput(join(folder, 'gone'), 1)).rejects.toThrow('ENOENT');
    await expect(readBoundedInput(folder, 1)).rejects.toThrow('it is a folder');
  });

  it.skipIf(process.platform === 'win32')('is never a device, which would never end', async () => {
    for (const device of ['/dev/zero', '/dev/full', '/dev/null'])
      await expect(readBoundedInput(device, 1_000)).rejects.toThrow('neither a file nor a pipe');
  });

  it.skipIf(process.platform === 'win32')('may come through a pipe', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const read = readBoundedInput(pipe, 1_000);
    await Promise.all([writeFile(pipe, 'through'), read]);
    expect((await read).toString()).toBe('through');
  });
});
