import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { newFolder } from '../../../support/new-folder.ts';
import { writeProgram } from '../../../support/write-program.ts';

const script = 'scripts/test/programs.sh';
const always = ['bash', 'env', 'cat', 'sed', 'tail'];

/** Runs the script where nothing but a few programs of the system and these shell scripts are on PATH. */
function runWith(scripts: Readonly<Record<string, string>>): {
  readonly status: number | null;
  readonly said: string;
  readonly calls: readonly string[];
} {
  const folder = newFolder('programs-');
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const name of always) {
    const found = ['/bin', '/usr/bin'].map((place) => join(place, name)).find((path) => existsSync(path));
    symlinkSync(found ?? name, join(bin, name));
  }
  const calls = join(folder, 'calls');
  writeFileSync(calls, '');
  const limited = { timeout: 'shift; exec "$@"' };
  for (const [name, text] of Object.entries({ ...limited, ...scripts })) {
    writeProgram(join(bin, name), `#!/bin/sh\n${text}\n`);
  }
  const env = { PATH: bin, CALLS: calls, BIN: bin };
  const { status, stdout, stderr } = spawnSync(script, { env, encoding: 'utf8' });
  return { status, said: `${stdout}${stderr}`, calls: readFileSync(calls, 'utf8').split('\n').slice(0, -1) };
}

const root = { id: 'echo 0' };
const knowing = { 'apt-cache': 'echo "Package: zsh"; echo "Package: fish"' };
/** Writes down what it is asked for, and lays the packages that it installs onto PATH as programs of the same name. */
const installing =
  'echo "$*" >>"$CALLS"; case "$*" in *download-only*|update*) exit;; esac; for name in zsh fish; do echo >"$BIN/$name"; chmod +x "$BIN/$name"; done';

it('installs what is missing and known to apt in one go, after it was fetched', () => {
  const { status, said, calls } = runWith({ ...root, ...knowing, 'apt-get': installing });
  expect(status).toBe(0);
  expect(calls.map((call) => call.replaceAll(/ -o \S+|-y -q /g, ''))).toEqual([
    'update -q',
    'install --no-install-recommends --download-only zsh fish',
    'install --no-install-recommends zsh fish',
  ]);
  expect(said).toMatch(/^installing what tests are tried with: chromium poppler-utils zsh fish /);
  expect(said).toMatch(/^tests are skipped for want of (?!.*\b(?:zsh|fish)\b)chromium /m);
});

it.each([
  ['not root', { id: 'echo 1000', ...knowing, 'apt-get': installing }],
  ['no apt-get', { ...root }],
  ['nothing that apt knows', { ...root, 'apt-cache': 'exit 100', 'apt-get': 'echo no network; exit 100' }],
  ['no network', { ...root, ...knowing, 'apt-get': 'echo no network; exit 100' }],
])('never fails, and says what tests are skipped for: %s', (_, scripts) => {
  const { status, said } = runWith(scripts);
  expect(status).toBe(0);
  expect(said).toMatch(/^tests are skipped for want of chromium poppler-utils zsh fish /m);
});

it('shows what apt said where it failed', () => {
  const { said } = runWith({ ...root, ...knowing, 'apt-get': 'echo no network; exit 100' });
  expect(said).toContain('no network');
});

it('takes another browser for Chromium', () => {
  const { said } = runWith({ ...root, ...knowing, 'apt-get': installing, 'google-chrome': '' });
  expect(said).toContain('want of');
  expect(said).not.toContain('chromium');
});
