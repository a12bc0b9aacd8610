import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = process.cwd();
const prepared = [
  `import { errorTerminal, openQuestions, openStreams, outputTerminal, say, showProgress, writeOutput } from ${JSON.stringify(join(root, 'src/cli/streams.ts'))};`,
  `import { plainPage } from ${JSON.stringify(join(root, 'src/report/index.ts'))};`,
  `openStreams(() => ({ text: plainPage(['uncaught']), status: 70 }), true);`,
];
/** What stands in the way of a stream that Node makes of an output. */
const withoutStreams = `for (const name of ['stdout', 'stderr']) Object.defineProperty(process, name, { get: () => process.exit(99) });`;

/** Runs code that speaks past Node's streams, its output as the rest of a shell's line says. */
async function speak(code: readonly string[], rest = ''): Promise<{ stdout: string; stderr: string }> {
  const text = [...prepared, ...code].join('\n');
  const line = `"$1" --disable-warning=ExperimentalWarning --input-type=module -e "$2" ${rest}`;
  return await run('bash', ['-o', 'pipefail', '-c', line, 'bash', process.execPath, text], {
    maxBuffer: 10_000_000,
  });
}

const texts = (count: number, length: number): string[] =>
  Array.from({ length: count }, (_, index) => `${index} ${'x'.repeat(length)}`);
const sayTexts = (count: number, length: number): string =>
  `for (let index = 0; index < ${count}; index += 1) await writeOutput(plainPage([index + ' ' + 'x'.repeat(${length})]));`;

describe('speaking past the streams of Node', () => {
  it('makes none of them for a pipe or a file', async () => {
    const code = [withoutStreams, `await writeOutput(plainPage(['a result ✓']));`, `say('a word');`];
    const asked = 'say(String(outputTerminal().isTTY));';
    const said = { stdout: 'a result ✓\n', stderr: 'a word\nfalse\n' };
    expect(await speak([...code, asked])).toEqual(said);
    expect(await speak([...code, asked], '| cat')).toEqual(said);
  });

  it('makes one where a terminal may be', async () => {
    await expect(speak([withoutStreams, 'outputTerminal();'], '> /dev/null')).rejects.toMatchObject({ code: 99 });
  });

  it('keeps what is said in order, and whole, where a part of it is long and the reader slow', async () => {
    const code = [sayTexts(2, 10), sayTexts(1, 300_000), sayTexts(2, 20)];
    const { stdout } = await speak(code, '| (sleep 0.3; cat)');
    const all = [texts(2, 10), texts(1, 300_000), texts(2, 20)].flat();
    expect(stdout).toBe(`${all.join('\n')}\n`);
  });

  it('loses nothing in a pipe that is full and lets nobody wait', async () => {
    // Node's stream of a pipe has it so, for everybody who holds it
    const { stdout } = await speak(['process.stdout;', sayTexts(30, 10_000)], '| (sleep 0.3; cat)');
    expect(stdout).toBe(`${texts(30, 10_000).join('\n')}\n`);
  });

  it('is no error where the reader went away', async () => {
    const code = ['await new Promise((later) => setTimeout(later, 300));', sayTexts(3, 10), `say('still here');`];
    expect(await speak(code, '| true')).toEqual({ stdout: '', stderr: 'still here\n' });
  });

  it.each([
    ['standard output is looked at', 'outputTerminal();', 'stdout'],
    ['standard error is looked at', 'errorTerminal();', 'stderr'],
    ['progress is shown', `showProgress('at work', true, false).stop();`, 'stderr'],
    ['a question is asked', 'openQuestions().reader.close();', 'stderr'],
  ])('goes on where a terminal went away after %s', async (_, code, name) => {
    // what Node's stream says of a write to a terminal that was closed, which the spinner makes at every frame
    const gone = `process.${name}.emit('error', Object.assign(new Error('write EIO'), { code: 'EIO' }));`;
    const wait = 'await new Promise((later) => setTimeout(later, 10));';
    await expect(speak([code, gone, wait], '> /dev/null 2> /dev/null')).resolves.toEqual({ stdout: '', stderr: '' });
  });

  it.runIf(process.platform === 'linux')('is an error where there is no room', async () => {
    const code = `await writeOutput(plainPage(['a result'])).catch(({ code }) => say(code));`;
    expect(await speak([code], '> /dev/full')).toMatchObject({ stderr: 'ENOSPC\n' });
  });

  it('says what nothing caught before it ends', async () => {
    await expect(speak(['setTimeout(() => { throw new Error(); });'])).rejects.toMatchObject({
      code: 70,
      stderr: 'uncaught\n',
    });
  });
});
