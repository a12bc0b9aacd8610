import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { dockerConfiguration, lab, runVerify, temporaryFolder, writeFiles } from './lab.ts';
import { executable } from './paths.ts';

/** A shell that a person types into. */
export type InteractiveShell = 'bash' | 'zsh' | 'fish';

/** Whether a program is on this machine's PATH. */
export function isOnPath(program: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program]).status === 0;
}

const ready = 'READY> ';
/** Each tells what it is given in place of running it, and shows when it waits for a line. */
const openings: Readonly<Record<InteractiveShell, string>> = {
  bash: `show() { printf '[%s]' "$@" >"$ANSWER"; }\nPS1='${ready}'\nbind 'set bell-style none'\nbind 'set completion-query-items 0'\n`,
  zsh: `show() { printf '[%s]' "$@" >"$ANSWER" }\nPS1='${ready}'\nbindkey -e\nunsetopt beep\nautoload -Uz compinit\ncompinit -u -D\n`,
  fish: `function show; printf '[%s]' $argv >$ANSWER; end\nfunction fish_prompt; printf '${ready}'; end\nfunction fish_greeting; end\n`,
};

async function commandOf(shell: InteractiveShell, home: string, script: string): Promise<readonly string[]> {
  const name = { bash: 'bashrc', zsh: '.zshrc', fish: 'opening.fish' }[shell];
  await writeFile(join(home, name), `${openings[shell]}${script}\n`);
  if (shell === 'bash') return ['bash', '--noprofile', '--rcfile', join(home, name), '-i'];
  return shell === 'zsh'
    ? ['zsh', '-i']
    : ['fish', '--no-config', '--init-command', `source ${join(home, name)}`, '-i'];
}

/** A folder to type in, with a home, an engine that has `images`, and the executable on PATH. */
export interface Desk {
  readonly folder: string;
  readonly home: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly engine: Server;
}

/** Lays out a desk whose folder holds `files`; the caller closes its engine. */
export async function layOutDesk(files: Readonly<Record<string, string>>, images: readonly string[]): Promise<Desk> {
  const home = await temporaryFolder();
  const folder = join(home, 'project');
  const programs = join(home, 'bin');
  await mkdir(folder);
  await mkdir(programs);
  await symlink(executable, join(programs, 'docker-verify'));
  await writeFiles(folder, files);
  const engine = createServer((_, response) => response.end(JSON.stringify([{ RepoTags: images }])));
  const socket = join(home, 'engine.sock');
  await new Promise<void>((resolve) => {
    engine.listen(socket, resolve);
  });
  const path = [programs, join(lab().home, 'bin'), process.env['PATH'] ?? ''].join(delimiter);
  const own = {
    HOME: home,
    ZDOTDIR: home,
    XDG_CONFIG_HOME: home,
    XDG_DATA_HOME: home,
    TERM: 'xterm',
    LC_ALL: 'C.UTF-8',
  };
  const docker = { DOCKER_CONFIG: await dockerConfiguration(), DOCKER_HOST: `unix://${socket}` };
  return { folder, home, engine, variables: { ...own, ...docker, PATH: path, ANSWER: join(home, 'answer') } };
}

/** The completion script of `shell`, as the executable prints it. */
export async function completionFor(shell: InteractiveShell): Promise<string> {
  return (await runVerify(['completion', shell])).stdout;
}

/** A program in the way of others: it tells that it ran. */
export async function writeTrap(path: string, trace: string): Promise<void> {
  await writeFile(path, `#!/bin/sh\n: >'${trace}'\n`);
  await chmod(path, 0o755);
}

const patience = 60_000; // milliseconds: the machine may have much to do

async function until(condition: () => boolean, what: () => string): Promise<void> {
  const end = Date.now() + patience;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`the shell never came so far:\n${what()}`);
    await setTimeout(20);
  }
}

/**
 * Opens `shell` in a terminal, with `script` in its start file, types `keys` and then, in front of the line, `show`: what the words
 * of that line are, each in brackets. A line that was taken away has none.
 */
export async function typeInto(shell: InteractiveShell, desk: Desk, script: string, keys: string): Promise<string> {
  const words = await commandOf(shell, desk.home, script);
  const quoted = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const command = `stty cols 120 rows 40 && exec ${quoted}`;
  const terminal = spawn('script', ['--quiet', '--flush', '--command', command, '/dev/null'], {
    cwd: desk.folder,
    env: desk.variables,
  });
  let shown = '';
  terminal.stdout.on('data', (data: Buffer) => {
    shown += data.toString('utf8');
  });
  const closed = new Promise((resolve) => {
    terminal.on('close', resolve);
  });
  try {
    await until(
      () => shown.includes(ready),
      () => shown,
    );
    await setTimeout(200);
    terminal.stdin.write(keys);
    await setTimeout(200);
    terminal.stdin.write('\u0001show \r');
    const { ANSWER: answer = '' } = desk.variables;
    await until(
      () => existsSync(answer),
      () => shown,
    );
    await setTimeout(100);
    return await readFile(answer, 'utf8');
  } finally {
    terminal.stdin.end('exit\r');
    terminal.kill('SIGHUP');
    await closed;
  }
}
