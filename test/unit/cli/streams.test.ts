import { afterEach, describe, expect, it, vi } from 'vitest';
import { openStreams, writeOutput } from '../../../src/cli/streams.ts';
import { writeText } from '../../../src/cli/write-result.ts';
import { plainPage } from '../../../src/report/index.ts';
import { keepProcess } from '../../support/keep-process.ts';

afterEach(() => void vi.restoreAllMocks());

/** Standard output answers every write with this. */
function outputEndsWith(error: Error | null): string[] {
  const written: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((text, encodingOrDone, done) => {
    written.push(String(text));
    const answer = typeof encodingOrDone === 'function' ? encodingOrDone : done;
    answer?.(error);
    return true;
  });
  return written;
}

const text = plainPage(['a result']);
const fault = (code: string): Error => Object.assign(new Error(`${code}: it went wrong`), { code });

describe('a result for standard output', () => {
  it('is written as it is', async () => {
    const written = outputEndsWith(null);
    await writeOutput(text);
    expect(written).toEqual(['a result\n']);
  });

  it('is no error where the reader went away: it has seen what it wanted', async () => {
    outputEndsWith(fault('EPIPE'));
    await expect(writeOutput(text)).resolves.toBeUndefined();
  });

  it.each([
    ['there is no room left', fault('ENOSPC')],
    ['ECONNRESET: it went wrong', fault('ECONNRESET')],
    ['no code', new Error('no code')],
  ])(
    'is an error where it did not arrive: a report that is cut off must not pass for a whole one (%s)',
    async (message, error) => {
      outputEndsWith(error);
      await expect(writeOutput(text)).rejects.toBe(error);
      await expect(writeText(text, null)).rejects.toMatchObject({
        code: 'file.unwritable',
        message: expect.stringContaining(message),
      });
    },
  );
});

describe('once the streams are prepared', () => {
  /** Prepares them, and takes all of that back. */
  function prepared(look: (uncaught: (error: unknown) => void) => void): void {
    const takeBack = keepProcess();
    try {
      openStreams((error) => ({ text: plainPage([`said: ${String(error)}`]), status: 70 }), false);
      const [uncaught] = process.listeners('uncaughtException').slice(-1);
      look((error) => uncaught?.(error as Error, 'uncaughtException'));
    } finally {
      takeBack();
    }
  }

  it('no library writes to the console', () => {
    const out = outputEndsWith(null);
    const err = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
    prepared(() => {
      for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const) console[method]('a library');
      console.dir({ a: 'library' });
    });
    expect(out).toEqual([]);
    expect(err.mock.calls).toEqual([]);
  });

  it('an error that nothing caught is said our way, and ends with its status', () => {
    const err = vi.spyOn(process.stderr, 'write').mockImplementation(() => true);
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
    prepared((uncaught) => uncaught('nobody\u001b[31m'));
    expect(err.mock.calls.map(([text]) => text)).toEqual(['said: nobody\\u001b[31m\n']);
    expect(exit.mock.calls).toEqual([[70]]);
  });

  it('a reader that went away does not end the program', () => {
    prepared(() => {
      expect(() => process.stdout.emit('error', fault('EPIPE'))).not.toThrow();
    });
  });
});
