import { spawn } from 'node:child_process';
import { lab, type Outcome } from '../support/lab.ts';

const { executable, environment } = lab();

/** A person at a terminal who types one answer to each question of `init`. Gives what the terminal showed, and the status. */
export function talk(folder: string, options: string, answers: readonly string[]): Promise<Outcome> {
  const child = spawn('script', ['-qec', `stty cols 120; exec ${executable} init ${options}`, '/dev/null'], {
    cwd: folder,
    env: environment,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const waiting = [...answers];
  let shown = '';
  let answered = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    const asked = shown.match(/\[y\/N\/\?\] |\[Y\/n\] |for none\): /g)?.length ?? 0;
    for (; answered < asked; answered += 1) child.stdin.write(waiting.shift() ?? 'n\n');
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status: status ?? -1, stdout: shown, stderr: '' }));
  });
}
