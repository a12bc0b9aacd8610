/** `first-policy.ts`: types the README's commands, from a clean clone to a policy that is enforced, and prints how long that takes. */
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../build/folders.ts';
import { openLab, type RunningLab } from '../lab/running-lab.ts';

interface Step {
  readonly command: string;
  readonly folder: string;
  /** One answer to each question. */
  readonly answers: readonly string[];
  /** How it should end; null where that does not matter. */
  readonly status: number | null;
}

interface Shell {
  readonly environment: Readonly<Record<string, string>>;
}

/** Types a command at a terminal, and answers what it asks. Gives how it ended and how long it took, in milliseconds. */
function type(
  { environment }: Shell,
  step: Step,
): Promise<{ readonly status: number; readonly time: number; readonly shown: string }> {
  const started = performance.now();
  const child = spawn('script', ['-qec', step.command, '/dev/null'], {
    cwd: step.folder,
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  let answered = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    const asked = shown.match(/\[y\/N\] |for none\): /g)?.length ?? 0;
    for (; answered < asked; answered += 1) child.stdin.write(`${step.answers[answered] ?? 'n'}\n`);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status: status ?? -1, time: performance.now() - started, shown }));
  });
}

/** The commands of the first block of a section of the README, without their comments. */
function commandsOf(readme: string, title: string): readonly string[] {
  const section = readme.slice(readme.indexOf(`\n## ${title}\n`));
  const block = /```console\n([\s\S]*?)\n```/.exec(section)?.[1] ?? '';
  return block.split('\n').flatMap((line) => /^\$ ([^#]*)/.exec(line)?.[1]?.trim() ?? []);
}

/** A project that builds on a signed image and on an unsigned one. */
async function writeProject(lab: RunningLab, folder: string): Promise<void> {
  await mkdir(folder);
  await cp(lab.keys.acme.publicKey, join(folder, 'acme.pub'));
  const dockerfile = `FROM ${lab.registry}/unsigned/base:1 AS tools\nFROM ${lab.registry}/signed/base:1\nCOPY --from=tools / /tools\n`;
  await writeFile(join(folder, 'Dockerfile'), dockerfile);
}

const lab = openLab(process.env['LAB_HOME'] ?? join(root, 'build', 'lab'));
const folder = await mkdtemp(join(tmpdir(), 'first-policy-'));
try {
  const [clone, project, configuration] = ['clone', 'project', 'docker'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await cp(lab.dockerConfig, configuration, { recursive: true, verbatimSymlinks: true });
  await writeProject(lab, project);
  const path = `${join(lab.home, 'bin')}:${process.env['PATH'] ?? ''}`;
  const shell: Shell = {
    environment: { ...lab.environment, PATH: path, DOCKER_CONFIG: configuration, HOME: process.env['HOME'] ?? folder },
  };
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const [installing, using] = ['Install', 'The first policy'].map((title) => commandsOf(readme, title));
  const step = (command: string, at: string, status: number | null = 0, answers: readonly string[] = []): Step => ({
    command,
    folder: at,
    status,
    answers,
  });
  const steps = [
    step(`git clone --quiet ${root} ${clone}`, folder),
    ...(installing ?? []).map((command) => step(command, clone, command.endsWith('doctor') ? null : 0)),
    ...(using ?? []).map((command) => step(command, project, 0, ['acme.pub', 'y'])),
  ];
  if (steps.length < 5) throw new Error('the README has no commands where they are looked for');
  let total = 0;
  let failed = false;
  for (const each of steps) {
    // one after another, as somebody would type them
    // oxlint-disable-next-line no-await-in-loop
    const { status, time, shown } = await type(shell, each);
    total += time;
    console.log(`${(time / 1000).toFixed(1).padStart(7)} s  ${each.command}`);
    if (each.status === null || status === each.status) continue;
    failed = true;
    console.log(`           ended with ${status}, expected ${each.status}\n${shown}`);
  }
  console.log(`${(total / 1000).toFixed(1).padStart(7)} s  from a clean clone to an enforced policy, typing left out`);
  await writeFile(join(project, 'Dockerfile'), `FROM ${lab.registry}/wrong/base:1\n`);
  const refused = await type(shell, step('docker build .', project, 10));
  console.log(
    `           an image that somebody else has signed: ${refused.status === 10 ? 'refused' : `status ${refused.status}`}`,
  );
  if (failed || refused.status !== 10) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
