import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { main } from '../../../src/cli/main.ts';
import { keepProcess } from '../../support/keep-process.ts';
import { newFolder } from '../../support/new-folder.ts';

const said: string[] = [];
const printed: string[] = [];
beforeEach(() => {
  for (const [stream, into] of [
    [process.stderr, said],
    [process.stdout, printed],
  ] as const) {
    into.length = 0;
    vi.spyOn(stream, 'write').mockImplementation((text, encodingOrDone, done) => {
      into.push(String(text));
      const answer = typeof encodingOrDone === 'function' ? encodingOrDone : done;
      answer?.(null);
      return true;
    });
  }
});
afterEach(() => void vi.restoreAllMocks());

/** Runs the program in this process as Docker would, and takes back what it did to the process. */
async function run(
  words: readonly string[],
  meanwhile: () => void = () => undefined,
): Promise<typeof process.exitCode> {
  const takeBack = keepProcess();
  process.argv = ['node', 'docker-verify', ...words];
  try {
    const home = newFolder('main');
    const end = main({ HOME: home, DOCKER_CONFIG: join(home, 'docker'), DOCKER_HOST: 'unix:///nowhere.sock' });
    meanwhile();
    await end;
    return process.exitCode;
  } finally {
    takeBack();
  }
}

describe('the program', () => {
  it('sets the status of the command that ran, and prints its result alone', async () => {
    expect(await run(['verify', 'version'])).toBe(0);
    expect(printed.join('')).toMatch(/^docker-verify \d/);
    expect(said).toEqual([]);
  });

  it.each([
    ['a command that does not exist', ['verify', 'chek']],
    ['an option that does not exist', ['verify', 'version', '--nonsense']],
    ['what stands before the command', ['--nonsense', 'verify', 'version']],
  ])('says in one line what is wrong with %s, and ends with 64', async (_, words) => {
    expect(await run(words)).toBe(64);
    expect(said.join('')).toMatch(/^docker verify: [^\n]+\n$/);
    expect(printed).toEqual([]);
  });

  it.each([
    [['-D'], true],
    [['--debug'], true],
    [['--debug=true'], true],
    [['--debug=false'], false],
    [[], false],
  ])('shows the calls behind an error with Docker’s %j: %s', async (flags, expected) => {
    expect(await run([...flags, 'verify', 'explain', 'no.such-code'])).toBe(64);
    expect(/^\s+at /m.test(said.join(''))).toBe(expected);
  });

  it('ends with 130 and without a word where it was interrupted', async () => {
    const never = vi.spyOn(process, 'cwd').mockImplementation(() => {
      process.emit('SIGINT', 'SIGINT');
      throw new Error('gone');
    });
    expect(await run(['verify', 'explain', 'no.such-code'])).toBe(130);
    expect(never.mock.calls.length).toBeGreaterThan(0);
    expect(said).toEqual([]);
  });

  it('listens for no signal any more when it is done', async () => {
    const before = process.listenerCount('SIGINT');
    await run(['verify', 'version'], () => {
      expect(process.listenerCount('SIGINT')).toBe(before + 1);
    });
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
