import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { keepInput } from '../../../../src/builder/programs/stdin-keeper.ts';
import { environmentWith, temporaryFolder } from '../test-environment.ts';

const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));

function input(): Readable {
  return Readable.from([bytes.subarray(0, 7), bytes.subarray(7, 60_000), bytes.subarray(60_000)]);
}

async function environment(): Promise<ReturnType<typeof environmentWith>> {
  return environmentWith({ variables: { TMPDIR: temporaryFolder() } });
}

describe('keepInput', () => {
  it.each([
    ['in memory', 1_000_000, true],
    ['on disk', 1_000, false],
  ])('gives the same bytes again and again (%s)', async (_title, memoryLimit, inMemory) => {
    const kept = await keepInput(input(), await environment(), { memoryLimit });
    expect(kept.file === null).toBe(inMemory);
    expect(kept.size).toBe(bytes.length);
    expect(await kept.head(100)).toEqual(bytes.subarray(0, 100));
    expect(await buffer(kept.stream())).toEqual(bytes);
    expect(await buffer(kept.stream())).toEqual(bytes);
    expect(await kept.head(1_000_000)).toEqual(bytes);
    kept.dispose();
  });

  it('keeps its file from others, and removes it with its folder', async () => {
    const kept = await keepInput(input(), await environment(), { memoryLimit: 1 });
    const file = kept.file ?? '';
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    kept.dispose();
    kept.dispose();
    expect(existsSync(dirname(file))).toBe(false);
  });

  it('keeps nothing of an empty input', async () => {
    const kept = await keepInput(Readable.from([]), await environment());
    expect(kept.size).toBe(0);
    expect(await buffer(kept.stream())).toHaveLength(0);
    expect(await kept.head(10)).toHaveLength(0);
  });

  it('leaves no file where the input breaks off or is too large', async () => {
    const where = await environment();
    const broken = Readable.from(
      (function* () {
        yield bytes;
        throw new Error('gone');
      })(),
    );
    await expect(keepInput(broken, where, { memoryLimit: 1 })).rejects.toMatchObject({ code: 'context.invalid' });
    const tooLarge = keepInput(input(), where, { memoryLimit: 1, largestInput: 50_000 });
    await expect(tooLarge).rejects.toMatchObject({ code: 'context.invalid' });
    expect(readdirSync(where.variables['TMPDIR'] ?? '')).toEqual([]);
  });
});
