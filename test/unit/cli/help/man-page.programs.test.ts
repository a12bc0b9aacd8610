import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderManual } from '../../../../src/cli/help/man-page.ts';

const manual = renderManual({ version: '1.2.3', date: '2026-01-02' });
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'manual-'));
  for (const [name, text] of manual) writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true }));

const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const run = (program: string, ...args: readonly string[]) =>
  spawnSync(program, args, {
    encoding: 'utf8',
    cwd: folder,
    env: { ...process.env, MANWIDTH: '80', LC_ALL: 'C.UTF-8' },
  });

describe('the manual, to the programs that show it', () => {
  it.runIf(has('mandoc')).each([...manual.keys()])('%s has nothing that mandoc warns of', (name) => {
    const { stdout, stderr, status } = run('mandoc', '-T', 'lint', '-W', 'warning', name);
    expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: '', status: 0 });
  });

  it.runIf(has('groff')).each([...manual.keys()])('%s has nothing that groff warns of', (name) => {
    const { stdout, stderr, status } = run('groff', '-man', '-Tutf8', '-ww', '-z', name);
    expect({ stdout, stderr, status }).toEqual({ stdout: '', stderr: '', status: 0 });
  });

  it.runIf(has('man'))('is shown by man as it was meant', () => {
    const { stdout, status } = run('man', '-l', join(folder, 'docker-verify-check.1'));
    const plain = stdout.replaceAll(/.\u0008/gu, '').replaceAll(/(?<=\S) +/g, ' ');
    expect(status).toBe(0);
    expect(plain).toContain('docker-verify-check - all but the build; -f of a bake');
    expect(plain).toContain('docker verify check [BUILD-ARGS] [PATH|IMAGE…]');
    expect(plain).toMatch(/^ +-o, --output FILE$/m);
    expect(plain).toMatch(/^ +10 +blocked by a policy$/m);
  });
});
