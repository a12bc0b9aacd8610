import { describe, expect, it } from 'vitest';
import { randomCommand } from '../../../scripts/fuzz/random-command.ts';
import { type Failure, runCommand } from '../../../scripts/fuzz/run-command.ts';
import { lab } from '../support/lab.ts';

const runs = 120;
const atOnce = 2;

describe('whatever arguments, references, variables and files there are,', () => {
  it(`no command ends in an error of ours: ${runs} of scripts/fuzz`, { timeout: 400_000 }, async () => {
    const numbers = Array.from({ length: runs }, (_, index) => 7_000_000 + index);
    const failed: { readonly number: number; readonly failure: Failure; readonly said: string }[] = [];
    const statuses = new Set<number>();
    const work = async (): Promise<void> => {
      for (let number = numbers.pop(); number !== undefined; number = numbers.pop()) {
        const { outcome, failure } = await runCommand(lab(), lab().executable, randomCommand(number));
        statuses.add(outcome.status);
        if (failure !== null) failed.push({ number, failure, said: outcome.stderr.slice(0, 2000) });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    expect(failed).toEqual([]);
    // they get as far as commands go, and not only to a refusal of their arguments
    expect([...statuses]).toEqual(expect.arrayContaining([0, 11, 64, 65, 78]));
  });

  it('would be reported where it did', async () => {
    const command = randomCommand(1);
    const script = (text: string) => ({
      ...command,
      startedAs: 'docker-verify' as const,
      removed: false,
      args: ['-c', text],
    });
    const failureOf = async (text: string) => (await runCommand(lab(), '/bin/sh', script(text))).failure;
    expect(await failureOf('exit 70')).toBe('internal error');
    expect(await failureOf('echo "docker verify: internal error: x" >&2; exit 11')).toBe('internal error');
    expect(await failureOf('printf "x\\n    at f (node:path:1:2)\\n" >&2; exit 1')).toBe('stack trace');
    expect(await failureOf('kill -SEGV $$')).toBe('ended by a signal');
    expect(await failureOf('exit 64')).toBeNull();
  });
});
