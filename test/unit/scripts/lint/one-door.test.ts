import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..', '..', '..');

/** Every source of the program, by its path. */
async function sources(): Promise<ReadonlyMap<string, string>> {
  const names = await readdir(join(root, 'src'), { recursive: true });
  const texts = names
    .filter((name) => name.endsWith('.ts'))
    .map(async (name) => [name, await readFile(join(root, 'src', name), 'utf8')] as const);
  return new Map(await Promise.all(texts));
}

describe('one door for all that is said', () => {
  it('only what the builder prints goes past it, through the one place that starts builds', async () => {
    const inheriting = [...(await sources())].filter(([, text]) => /stdio:[^\n]*'inherit'/.test(text));
    expect(inheriting.map(([name]) => name)).toEqual(['builder/programs/child-process.ts']);
  });

  it('nothing writes to a descriptor or a device that a terminal could be', async () => {
    const around = /\bwrite(?:Sync|v|vSync)?\(\s*[012]\s*,|\/dev\/(?:tty|std|fd)|fd:\s*[012]\b|\bCON(?:OUT)?\$/;
    expect(around.test("writeSync(1, 'x')")).toBe(true);
    expect([...(await sources())].filter(([, text]) => around.test(text)).map(([name]) => name)).toEqual([]);
  });

  it('only one file makes text that may be shown', async () => {
    const making = [...(await sources())].filter(([, text]) => /\bas (?:unknown as )?Shown\b/.test(text));
    expect(making.map(([name]) => name)).toEqual(['report/text/visible.ts']);
  });

  it('only the layout may use what takes lines as already visible', async () => {
    const users = [...(await sources())].filter(([, text]) => text.includes('paintedLines'));
    expect(users.map(([name]) => name).toSorted()).toEqual(['report/text/visible.ts', 'report/text/wrap.ts']);
  });
});
