import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll } from 'vitest';

import { type Outcome, openLab, type RunningLab, type RunOptions, run } from '../../../scripts/lab/running-lab.ts';
import { executable, labHome } from './paths.ts';

export {
  defaultIdentity,
  githubIssuer,
  githubWorkflowClaims,
} from '../../../scripts/lab/identity-token.ts';
export {
  buildImage,
  copyImage,
  digestOf,
  findDigest,
  moveTag,
  pushIndex,
  pushLayer,
} from '../../../scripts/lab/images.ts';
export { mustRun, type Outcome, type RunningLab, type RunOptions, run } from '../../../scripts/lab/running-lab.ts';
export { attest, cosignVerify, sign } from '../../../scripts/lab/signing.ts';
export { startTestRegistry, type TestRegistry } from '../../../scripts/lab/test-registry.ts';

const folders: string[] = [];
afterAll(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

/** The lab that the set-up brought up, with the executable under test. */
export function lab(): RunningLab & { readonly executable: string } {
  return { ...openLab(labHome()), executable };
}

/** A new folder, gone when the test file is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'verify-e2e-'));
  folders.push(folder);
  return folder;
}

/** Writes files, named relative to `folder`, and the folders they lie in. Answers the folder. */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<string> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

/** A temporary folder with a project: its files, and beside them `acme.pub`, the key that the lab's good images are signed with. */
export async function projectFolder(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await temporaryFolder();
  await copyFile(lab().keys.acme.publicKey, join(folder, 'acme.pub'));
  return writeFiles(folder, files);
}

/** A policy that lets in what acme's key signed, and nothing else. `images` are patterns. */
export function acmePolicy(options: { mode?: 'enforce' | 'warn'; default?: string; images?: string[] } = {}): string {
  return JSON.stringify({
    version: 1,
    mode: options.mode ?? 'enforce',
    default: options.default ?? 'deny',
    rules: [
      { name: 'acme', images: options.images ?? ['127.0.0.1:*/**'], signedBy: [{ key: 'acme.pub', log: 'optional' }] },
    ],
  });
}

/** A configuration folder for Docker's CLI with buildx and the executable as plugins; `alias` makes it the builder. Gone with the test file. */
export async function dockerConfiguration(options: { readonly alias?: boolean } = {}): Promise<string> {
  const folder = await temporaryFolder();
  const plugins = join(folder, 'cli-plugins');
  await mkdir(plugins);
  await symlink(lab().buildx, join(plugins, 'docker-buildx'));
  await symlink(executable, join(plugins, basename(executable)));
  await writeFile(join(folder, 'config.json'), JSON.stringify(options.alias ? { aliases: { builder: 'verify' } } : {}));
  return folder;
}

/** Runs the executable standalone: `docker-verify …`. */
export function runVerify(parameters: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return run(lab(), executable, parameters, options);
}

/** Runs Docker's CLI: with `env.DOCKER_CONFIG` from `dockerConfiguration`, `docker verify …` and the alias. */
export function runDocker(parameters: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return run(lab(), lab().docker, parameters, options);
}
