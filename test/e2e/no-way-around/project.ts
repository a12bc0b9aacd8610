import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../../../src/model/index.ts';
import {
  acmePolicy,
  lab,
  mustRun,
  type Outcome,
  projectFolder,
  pushLayer,
  type RunOptions,
  runDocker,
  runVerify,
  sign,
  temporaryFolder,
} from '../support/lab.ts';

export const { registry, keys } = lab();
const policyFile = 'docker-verify.yaml';

/** Both engines of the lab: the name of their image store, and the variable that chooses them. */
export const engines: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['classic', { DOCKER_HOST: lab().dockerHost }],
  ...(lab().secondDockerHost === null ? [] : [['containerd', { DOCKER_HOST: lab().secondDockerHost ?? '' }] as const]),
];

/** The engine with the containerd image store, null where the lab has none. */
export const containerdEngine = engines[1]?.[1] ?? null;

/** Pushes an image that acme signed and one that is unsigned under `room/good:1` and `room/evil:1`; `/which` tells them apart. */
export async function pushGoodAndEvil(room: string): Promise<{ readonly good: string; readonly evil: string }> {
  const [good, evil] = [`${registry}/${room}/good:1`, `${registry}/${room}/evil:1`];
  await pushLayer(lab(), `${registry}/unsigned/base:1`, evil, { which: 'evil' });
  await pushLayer(lab(), `${registry}/unsigned/base:1`, good, { which: 'good' });
  await sign(lab(), good, { signer: { key: keys.acme.privateKey }, cosign: 3 });
  return { good, evil };
}

/** Puts an image of a registry into an OCI layout, with nothing that is attached to it. Answers the folder. */
export async function pullLayout(reference: string): Promise<string> {
  const folder = join(await temporaryFolder(), 'layout');
  await mustRun(lab(), lab().crane, ['pull', '--insecure', '--format=oci', reference, folder]);
  return folder;
}

/** A project with a Dockerfile and a policy; further files are its context. */
export function project(
  dockerfile: string,
  options: { readonly policy?: string; readonly files?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  return projectFolder({ Dockerfile: dockerfile, [policyFile]: options.policy ?? acmePolicy(), ...options.files });
}

/** How a build ended, and what stands in the file `which` of what it made; null where it made nothing. */
export interface Built extends Outcome {
  readonly which: string | null;
}

async function into(folder: string, build: (output: readonly string[]) => Promise<Outcome>): Promise<Built> {
  const out = join(folder, 'out');
  await rm(out, { recursive: true, force: true });
  const outcome = await build(['--output', `type=local,dest=${out}`]);
  const file = join(out, 'which');
  return { ...outcome, which: existsSync(file) ? await readFile(file, 'utf8') : null };
}

type BuildOptions = Omit<RunOptions, 'cwd'> & { readonly context?: string };

/** Builds a project with the executable under test. */
export function verified(folder: string, args: readonly string[] = [], options: BuildOptions = {}): Promise<Built> {
  const { context = '.', ...run } = options;
  return into(folder, (output) => runVerify(['build', ...output, ...args, context], { ...run, cwd: folder }));
}

/** The control: builds the same with plain buildx. */
export function unguarded(folder: string, args: readonly string[] = [], options: BuildOptions = {}): Promise<Built> {
  const { context = '.', ...run } = options;
  return into(folder, (output) => runDocker(['buildx', 'build', ...output, ...args, context], { ...run, cwd: folder }));
}

/** Builds with a report, whatever comes of it. */
export async function reported(
  folder: string,
  args: readonly string[] = [],
  options: BuildOptions = {},
): Promise<Built & { readonly report: Report }> {
  const file = join(folder, 'report.json');
  await rm(file, { force: true });
  const more = ['--verify-format', 'json', '--verify-output', file, ...args];
  const built = await verified(folder, more, options);
  // the tool's own report, which its schema's tests check
  return { ...built, report: JSON.parse(await readFile(file, 'utf8')) as Report };
}
