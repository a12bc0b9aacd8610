/**
 * `completion.ts`: measures what a Tab waits for: whole processes of `docker-verify __complete …`, in a folder with a policy, a Dockerfile
 * and a bake file of fifty targets, local images being those of the lab's engine. Ends with status 1 where a median is more than 150 ms.
 */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../build/folders.ts';
import { openLab } from '../lab/running-lab.ts';
import { limitFigure } from './figure.ts';
import { measure, median, processorTime } from './measure.ts';

const rounds = 11;
const aim = 150;

/** What is typed, and what must be among the answers, so that nothing is measured that fails. */
const tabs: readonly { readonly what: string; readonly words: readonly string[]; readonly answer: RegExp }[] = [
  { what: 'a command', words: [''], answer: /^check\b/m },
  { what: 'an option', words: ['build', '--'], answer: /^--target\b/m },
  { what: "a stage of the folder's Dockerfile", words: ['build', '--target', ''], answer: /^tested\b/m },
  { what: 'a target of a bake file of fifty', words: ['bake', 't4'], answer: /^t49\b/m },
  { what: 'a local image', words: ['inspect', ''], answer: /^[^:\s].*:/m },
  { what: "an image of the policy's rules", words: ['policy', 'explain', 'gh'], answer: /^ghcr\.io\/acme\/app:1/m },
];

const lab = openLab(process.env['LAB_HOME'] ?? join(root, 'build', 'lab'));
const program = join(root, 'dist', 'docker-verify');
const folder = await mkdtemp(join(tmpdir(), 'docker-verify-completion-'));
const subject = { program, env: { ...lab.environment, HOME: folder }, cwd: folder };
const signer = { keyless: { issuer: 'https://a.example', identity: 'x' } };
const policy = { version: 1, rules: [{ images: ['ghcr.io/acme/app:1'], signedBy: [signer] }] };
const target = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`t${index}`, { context: '.' }]));
try {
  await writeFile(join(folder, 'docker-verify.yaml'), JSON.stringify(policy));
  await writeFile(join(folder, 'Dockerfile'), 'FROM scratch AS first\nFROM first AS tested\n');
  await writeFile(join(folder, 'docker-bake.json'), JSON.stringify({ target }));
  for (const { what, words, answer } of tabs) {
    const parameters = ['__complete', ...words];
    const { env, cwd } = subject;
    const answers = execFileSync(program, parameters, { env, cwd, encoding: 'utf8' });
    if (!answer.test(answers)) throw new Error(`${what} is not completed:\n${answers}`);
    const [times, processor]: [number[], number[]] = [[], []];
    for (let round = 0; round < rounds; round += 1) {
      times.push((await measure({ ...subject, parameters })).milliseconds);
      processor.push(await processorTime({ ...subject, parameters }));
    }
    const { result, aim: most, met } = limitFigure(what, median(times), 'ms', aim);
    const spent = `processor ${median(processor).toFixed(0)} ms`;
    console.log(`${what.padEnd(40)}${result.padEnd(12)}${most}  ${met ? '✓' : '✗'}  ${spent}`);
    if (!met) process.exitCode = 1;
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
