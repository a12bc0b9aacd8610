import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../../src/cli/main.ts';

const said: string[] = [];
const before = { argv: process.argv, console: { ...console }, exitCode: process.exitCode };

beforeEach(() => {
  said.length = 0;
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((text, encodingOrDone, done) => {
      said.push(String(text));
      (typeof encodingOrDone === 'function' ? encodingOrDone : done)?.(null);
      return true;
    });
  }
});

afterEach(() => {
  vi.restoreAllMocks();
  process.argv = before.argv;
  process.exitCode = before.exitCode;
  Object.assign(console, before.console);
  process.removeAllListeners('uncaughtException');
});

async function runMain(...words: readonly string[]): Promise<number | string | null | undefined> {
  process.argv = ['node', 'docker-verify', ...words];
  await main({ PATH: '/nonexistent', HOME: '/nonexistent', DOCKER_CONFIG: '/nonexistent' });
  return process.exitCode;
}

describe('the whole program', () => {
  it('runs a command and sets the exit status', async () => {
    expect(await runMain('version')).toBe(0);
    expect(said.join('')).toMatch(/^docker-verify /);
  });

  it('says what is wrong with a command line in a line, and 64', async () => {
    expect(await runMain('verify', 'chek')).toBe(64);
    expect(said.join('')).toMatch(/^docker verify: .*did you mean/s);
  });

  it("shows where an error came from once Docker's --debug was given", async () => {
    expect(await runMain('--debug', 'verify', 'check', '--format', 'none')).toBe(64);
    expect(said.join('')).toMatch(/^docker verify: /);
  });
});
