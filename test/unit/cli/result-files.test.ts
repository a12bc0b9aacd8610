import { describe, expect, it, onTestFinished } from 'vitest';
import { signedProject } from '../../support/project.ts';

/** Command lines that end before they have a result, each with the status that it ends with. */
const failing: readonly (readonly [status: number, line: string])[] = [
  [64, 'check --format sarif=result ./missing'],
  [64, 'check --output result ./missing'],
  [64, 'scan --format json --output result ./missing'],
  [64, 'build --verify-format json=result ./missing'],
  [64, 'build --verify-format json --verify-output result ./missing'],
  [78, 'policy check --output result broken.yaml'],
  [78, 'check --format junit=result --policy broken.yaml .'],
  [64, 'policy test --output result'],
  [78, 'policy convert --output result broken.yaml'],
  [64, 'policy push --output result broken.yaml'],
  [64, 'records show --format json=result none'],
  [64, 'records export --output result none'],
  [64, 'records push --output result none'],
  [64, 'rebuild --format json=result none'],
  [64, 'exposure --format csv=result'],
  [64, 'explain --output result none'],
  [64, 'trust show --output result more'],
  [64, 'doctor --output result more'],
  [64, 'init --format html=result .'],
  [64, 'lock --update --check --format json=result .'],
];

describe('a file for a result', () => {
  it.each(failing)('is left as it was where the command ends with %i: %s', async (status, words) => {
    const { line } = await signedProject({ result: 'of an earlier run', 'broken.yaml': 'nonsense: 1\n' });
    const args = words.replace(/\bresult\b/, line.path('result')).split(' ');
    expect(await line.run(...args)).toMatchObject({ status, out: '' });
    expect(await line.read('result')).toBe('of an earlier run');
  });

  it('is left where the options are not understood', async () => {
    const { line } = await signedProject({ result: 'of an earlier run' });
    expect((await line.run('check', '--output', line.path('result'), '--no-such-option', '.')).status).toBe(64);
    expect(await line.read('result')).toBe('of an earlier run');
  });
});

/** Standard error is, or is not, a terminal while the test runs. */
function errorIsTerminal(isTTY: boolean): void {
  const before = Object.getOwnPropertyDescriptor(process.stderr, 'isTTY');
  Object.defineProperty(process.stderr, 'isTTY', { value: isTTY, configurable: true });
  onTestFinished(() => {
    if (before === undefined) Reflect.deleteProperty(process.stderr, 'isTTY');
    else Object.defineProperty(process.stderr, 'isTTY', before);
  });
}

describe('a file that was written', () => {
  it.each([
    ['check', 'check'],
    ['several at once', 'check', '--format', 'sarif=second'],
  ])('is named on a terminal (%s)', async (_, ...words) => {
    const { line } = await signedProject();
    errorIsTerminal(true);
    const [first, second] = [line.path('first'), line.path('second')];
    const args = words.map((word) => word.replace('second', second));
    const { err } = await line.run(...args, '--format', `json=${first}`, '.');
    expect(err).toMatch(`Wrote ${words.length > 1 ? `${second} and ` : ''}${first}\n`);
  });

  it('is named with --output too, and never where an error leaves none', async () => {
    const { line } = await signedProject();
    errorIsTerminal(true);
    const file = line.path('result');
    expect((await line.run('check', '--output', file, '.')).err).toContain(`Wrote ${file}`);
    expect((await line.run('check', '--output', file, './missing')).err).not.toContain('Wrote');
  });

  it('is not named in a log, nor where quiet was asked for', async () => {
    const { line } = await signedProject();
    const file = line.path('result');
    errorIsTerminal(false);
    expect((await line.run('check', '--output', file, '.')).err).not.toContain('Wrote');
    errorIsTerminal(true);
    expect((await line.run('check', '--quiet', '--output', file, '.')).err).not.toContain('Wrote');
  });
});
