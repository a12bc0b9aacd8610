import { PassThrough } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { startProgress } from '../../../../src/report/index.ts';

vi.stubEnv('FORCE_COLOR', '1'); // read when ora is loaded, which is not yet

/** What ora needs of a terminal, and everything that was written to it. */
function terminal(isTTY: boolean): { readonly stream: NodeJS.WriteStream; readonly written: () => string } {
  const chunks: string[] = [];
  const through = new PassThrough();
  through.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  const methods = { isTTY, columns: 80, cursorTo: () => true, clearLine: () => true, moveCursor: () => true };
  // A terminal cannot be opened in a test; ora uses nothing but these methods and `write`.
  const stream = Object.assign(through, methods) as unknown as NodeJS.WriteStream;
  return { stream, written: () => chunks.join('') };
}

describe('progress', () => {
  it('shows what is going on once somebody has waited', async () => {
    const { stream, written } = terminal(true);
    const progress = startProgress('asking registries', { stream, enabled: true, delay: 5 });
    await expect.poll(written).toContain('asking registries');
    progress.update('verifying\u001b[2J');
    await expect.poll(written).toContain('verifying\\u001b');
    progress.stop();
  });

  it.each([
    ['verifying a.example/app:1', /^verifying a\.example\/app:1$/],
    [
      'verifying registry.example.com/team/application:1.2.3 (7/30)',
      /^verifying registry\.example\.com\S*… \(7\/30\)$/,
    ],
    ['verifying registry.example.com/team/application:1.2.3', /^verifying registry\.example\.com\/team\S*…$/],
    ['verifying /projekte/größenmaß-übersicht-für-änderungen', /^verifying \/projekte\/größenmaß\S*…$/],
  ])('stays within a line of 42 columns: %s', async (text, expected) => {
    const { stream, written } = terminal(true);
    const narrow = Object.assign(stream, { columns: 42 });
    const progress = startProgress(text, { stream: narrow, enabled: true, color: false, delay: 5 });
    const frame = () => /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] ([^\u001b]*)/.exec(written())?.[1];
    await expect.poll(frame).toMatch(expected);
    progress.stop();
    expect(frame()?.length).toBeLessThan(40);
  });

  it.each([true, false])('is painted only where that is wanted: %s', async (color) => {
    const { stream, written } = terminal(true);
    const progress = startProgress('asking registries', { stream, enabled: true, color, delay: 5 });
    await expect.poll(written).toContain('asking registries');
    progress.stop();
    expect(written().includes('\u001b[36m')).toBe(color);
  });

  it('writes nothing when the work is done before that', async () => {
    const { stream, written } = terminal(true);
    startProgress('asking registries', { stream, enabled: true, delay: 30 }).stop();
    await wait(120);
    expect(written()).toBe('');
  });

  it.each([
    ['where there is no terminal', false, true],
    ['where it is not wanted', true, false],
  ])('writes nothing %s', async (_, isTTY, enabled) => {
    const { stream, written } = terminal(isTTY);
    const progress = startProgress('asking registries', { stream, enabled, delay: 1 });
    await wait(100);
    progress.stop();
    expect(written()).toBe('');
  });
});
