import { beforeAll, describe, expect, it } from 'vitest';
import { acmePolicy, copyImage, digestOf, lab, projectFolder, runVerify, startTestRegistry } from '../support/lab.ts';
import { hasTerminals, inTerminal, isPainted, screenOf, writtenLines } from '../support/terminal.ts';

const { registry } = lab();
const dockerfile = `FROM ${registry}/signed/base:1 AS builder\nFROM ${registry}/unsigned/base:1\nCOPY --from=builder /bin/busybox /b\n`;
const commands: readonly (readonly [string, readonly string[]])[] = [
  ['check', ['check']],
  ['a build that is refused', ['build', '.']],
  ['inspect', ['inspect', `${registry}/signed/base:1`]],
  ['scan', ['scan']],
  ['doctor', ['doctor']],
  ['policy explain', ['policy', 'explain', `${registry}/signed/base:1`]],
  ['trust show', ['trust', 'show']],
  ['compare', ['compare', `${registry}/signed/base:1`, `${registry}/unsigned/base:1`]],
  ['--help', ['--help']],
  ['help of a command', ['check', '--help']],
  ['help of a group', ['policy', '--help']],
  ['a wrong value', ['check', '--format', 'summary', '.']],
  ['an error', ['inspect', '127.0.0.1:1/team/image:1']],
];
/** What a spinner draws before its text. */
const frame = /^[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] /;

let folder = '';
beforeAll(async () => {
  folder = await projectFolder({ Dockerfile: dockerfile, 'docker-verify.yaml': acmePolicy() });
});

describe.runIf(hasTerminals)('in a terminal', () => {
  const cases = [40, 60, 80, 120].flatMap((columns) => commands.map(([name, words]) => ({ columns, name, words })));

  it.each(cases)(
    'of $columns columns $name has no line that is longer and could be broken',
    async ({ columns, words }) => {
      const painted = await inTerminal(columns, words, { cwd: folder });
      const long = screenOf(painted).filter((line) => line.length > columns);
      // a digest or an address stands whole on a line of its own
      expect(long.filter((line) => line.trim().includes(' '))).toEqual([]);
      const wide = writtenLines(painted).filter((line) => frame.test(line) && line.length > columns);
      expect(wide).toEqual([]);
    },
  );

  it('of 40 columns the line of the spinner does not wrap, and counts', async () => {
    const slow = await startTestRegistry({ latency: 250 });
    try {
      const names = [1, 2].map((at) => `${slow.host}/a-long-way-down/to-the-team/of-the-application:${at}.0.0`);
      for (const name of names) await copyImage(lab(), `${registry}/unsigned/base:1`, name);
      const copies = names.map((name) => `COPY --from=${name} /a /a\n`);
      const project = await projectFolder({ Dockerfile: `FROM scratch\n${copies.join('')}` });
      const painted = await inTerminal(40, ['check'], { cwd: project });
      const frames = writtenLines(painted).filter((line) => frame.test(line));
      expect(frames.length).toBeGreaterThan(2);
      expect(frames.filter((line) => line.length >= 40)).toEqual([]);
      expect(frames.some((line) => /… \(\d\/2\)$/.test(line))).toBe(true);
    } finally {
      await slow.close();
    }
  });

  it('of 24 rows shows a check of 30 images at once where all is well, and a pipe gets each', async () => {
    const names = await Promise.all(
      Array.from({ length: 10 }, async (_, at) => {
        const name = `${registry}/signed/b${at}`;
        const digest = await digestOf(lab(), `${name}:1`);
        return [`${name}:1`, `${name}@${digest}`, `${name}:1@${digest}`];
      }),
    );
    const copies = names.flat().map((name) => `COPY --from=${name} /marker /marker\n`);
    const files = { Dockerfile: `FROM scratch\n${copies.join('')}`, 'docker-verify.yaml': acmePolicy() };
    const cwd = await projectFolder(files);
    const painted = await inTerminal(80, ['check'], { cwd, rows: 24 });
    const lines = screenOf(painted);
    expect(painted.status).toBe(0);
    expect(lines.join('\n')).toContain('✓ 30 images allowed: signed by acme');
    expect(lines.length).toBeLessThanOrEqual(23);
    const { stdout } = await runVerify(['check'], { cwd });
    expect(stdout.split('\n').filter((line) => line.startsWith('  ✓ 127.0.0.1:'))).toHaveLength(30);
  });

  it('of many columns they have longer lines, so that the widths above are what breaks them', async () => {
    const { raw, status } = await inTerminal(400, ['check'], { cwd: folder });
    expect(status).toBe(10);
    expect(screenOf({ raw, status }).some((line) => line.length > 80 && line.includes(' '))).toBe(true);
  });

  it.each(commands)(
    'that says it has no columns %s is not broken into words, and no spinner turns',
    async (_, words) => {
      const painted = await inTerminal(0, words, { cwd: folder });
      const text = screenOf(painted).filter((line) => line !== '');
      expect(text.length).toBeGreaterThan(0);
      expect(Math.max(...text.map((line) => line.length))).toBeGreaterThan(60);
      expect(writtenLines(painted).filter((line) => frame.test(line))).toEqual([]);
    },
  );

  it('a report is painted, and is not with NO_COLOR, --no-color or TERM=dumb', async () => {
    const at = (words: readonly string[], env: Readonly<Record<string, string>>) =>
      inTerminal(80, ['check', ...words], { cwd: folder, env: { TERM: 'xterm', ...env } });
    expect(isPainted(await at([], {}))).toBe(true);
    expect(isPainted(await at([], { NO_COLOR: '' }))).toBe(true); // no-color.org: only where it is not empty
    expect(isPainted(await at([], { NO_COLOR: '1' }))).toBe(false);
    expect(isPainted(await at(['--no-color'], {}))).toBe(false);
    expect(isPainted(await at([], { TERM: 'dumb' }))).toBe(false);
  });

  it.each([
    ['TERM=dumb', { TERM: 'dumb' }],
    ['CI', { CI: 'true' }],
  ])('no spinner turns with %s', async (_, env) => {
    const painted = await inTerminal(80, ['check'], { cwd: folder, env: { TERM: 'xterm', ...env } });
    expect(painted.status).toBe(10);
    expect(writtenLines(painted).filter((line) => frame.test(line))).toEqual([]);
    // what hides and moves the cursor belongs to it alone
    expect(painted.raw).not.toMatch(/\u001B\[[?0-9;]*[A-LN-Za-ln-z]/);
  });
});
