import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completionScript, parseShell, type Shell, shellFunction, shells } from '../../../src/plugin/index.ts';
import { writeProgram } from '../../support/write-program.ts';

const run = promisify(execFile);
let folder = '';

// Stands in for docker and docker-verify: prints its arguments one a line in brackets, then its standard input.
const printer =
  '#!/bin/sh\nfor word in "$@"; do printf "[%s]\\n" "$word"; done\nif [ "$1" = stdin ]; then cat; fi\nexit 7\n';
const completer =
  '#!/bin/sh\nprintf "%s|" "$@" >&2\nif [ "$2" = files ]; then echo :0; exit; fi\nprintf "build\\tbuild it\\nbake\\n:4\\n"\n';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shell-'));
  writeProgram(join(folder, 'docker'), printer);
  writeProgram(join(folder, 'docker-verify'), completer);
});
afterAll(() => rmSync(folder, { recursive: true }));

function isInstalled(program: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((each) => existsSync(join(each, program)));
}

const programs: Readonly<Record<Shell, readonly string[]>> = {
  bash: ['bash', '-c'],
  zsh: ['zsh', '-fc'],
  fish: ['fish', '-c'],
  powershell: ['pwsh', '-NoProfile', '-Command'],
};

async function answerOf(shell: Shell, script: string): Promise<string> {
  const [program = '', ...flags] = programs[shell];
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}` };
  const { stdout } = await run(program, [...flags, script], { env });
  return stdout;
}

const calls: readonly (readonly [words: string, lines: readonly string[]])[] = [
  [`verify-build -t 'a b' "" '*' .`, ['[verify]', '[build]', '[-t]', '[a b]', '[]', '[*]', '[.]']],
  ['verify-build', ['[verify]', '[build]']],
  [`run -e 'X=$HOME' verify-build`, ['[run]', '[-e]', '[X=$HOME]', '[verify-build]']],
  ['verify build .', ['[verify]', '[build]', '[.]']],
  ['', []],
];

describe.each(shells)('the function for %s', (shell) => {
  const [program = ''] = programs[shell];
  it.runIf(isInstalled(program)).each(calls)('maps verify-build and nothing else: docker %s', async (words, lines) => {
    const script = `${shellFunction(shell)}\ndocker ${words}; true`;
    expect((await answerOf(shell, script)).split('\n').filter((line) => line !== '')).toEqual(lines);
  });
});

describe('the function for bash', () => {
  it('hands on standard input and the exit status, whatever alias docker has', async () => {
    const script = `shopt -s expand_aliases\nalias docker='echo no'\n${shellFunction('bash')}\nunalias docker\necho in | docker stdin; echo $?`;
    expect(await answerOf('bash', script)).toBe('[stdin]\nin\n7\n');
  });

  it('works where unset variables are errors', async () => {
    expect(await answerOf('bash', `set -u\n${shellFunction('bash')}\ndocker; true`)).toBe('');
  });
});

describe('the completion for bash', () => {
  it('offers what the program answers, without descriptions', async () => {
    const words = `COMP_WORDS=(docker-verify b); COMP_CWORD=1; COMP_LINE='docker-verify b'; COMP_POINT=15; _docker_verify; printf '%s\\n' "\${COMPREPLY[@]}"`;
    expect(await answerOf('bash', `${completionScript('bash')}\n${words}`)).toBe('build\nbake\n');
  });

  it.each(shells)('names the program for %s', (shell) => {
    expect(completionScript(shell)).toContain('docker-verify');
  });
});

describe('the completion for fish', () => {
  it.runIf(isInstalled('fish'))('offers what the program answers, and files only where it says so', async () => {
    const values = async (words: string): Promise<readonly string[]> => {
      const script = `cd ${folder}\n${completionScript('fish')}\ncomplete -C "docker-verify ${words}"`;
      return (await answerOf('fish', script)).trimEnd().split('\n');
    };
    expect(await values('b')).toEqual(['bake', 'build\tbuild it']);
    expect(await values('files d')).toEqual(['docker', 'docker-verify']);
  });
});

it('knows four shells', () => {
  expect(shells.map(parseShell)).toEqual(['bash', 'zsh', 'fish', 'powershell']);
  expect(() => parseShell('tcsh')).toThrow(expect.objectContaining({ code: 'usage.invalid' }));
});
