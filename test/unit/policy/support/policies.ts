import { generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Environment, Mode } from '../../../../src/model/index.ts';
import { loadPolicies, type PolicySet } from '../../../../src/policy/index.ts';
import { newFolder } from '../../../support/new-folder.ts';
import { keyId } from './evidence.ts';

/** Files of one test, by path within a fresh folder. */
export type Files = Readonly<Record<string, string>>;

/** Writes files into a fresh folder and returns it. */
export async function folderOf(files: Files): Promise<string> {
  const folder = newFolder('policy');
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text, { mode: 0o644 });
  }
  return folder;
}

/** An environment that sees nothing of this machine but `folder`. */
export function environmentIn(folder: string): Environment {
  return {
    variables: {},
    workingDirectory: folder,
    homeDirectory: folder,
    platform: 'linux',
    architecture: 'x64',
    userId: process.getuid?.() ?? null,
    dockerFlags: [],
    dockerConfigDirectory: join(folder, 'docker'),
  };
}

/** The texts of policies by layer, loaded as a run would. */
export interface Layers {
  readonly machine?: string | Files;
  readonly user?: string;
  readonly commandLine?: readonly string[];
  readonly project?: string;
  readonly files?: Files;
  readonly mode?: Mode | null;
  readonly breakGlass?: string;
  readonly now?: Date;
}

/** Loads policies from texts; the machine's folder is `machine`, the user's `docker/verify`. */
export async function policiesOf(layers: Layers): Promise<PolicySet> {
  const files: Record<string, string> = { ...layers.files };
  const machine = typeof layers.machine === 'string' ? { '10.yaml': layers.machine } : (layers.machine ?? {});
  for (const [name, text] of Object.entries(machine)) files[`machine/${name}`] = text;
  if (layers.user !== undefined) files['docker/verify/policy.yaml'] = layers.user;
  if (layers.project !== undefined) files['docker-verify.yaml'] = layers.project;
  const commandLine = (layers.commandLine ?? []).map((text, index) => {
    files[`policy-${index}.yaml`] = text;
    return `policy-${index}.yaml`;
  });
  const folder = await folderOf(files);
  return loadPolicies({
    environment: environmentIn(folder),
    commandLine,
    projectFrom: folder,
    mode: layers.mode ?? null,
    ...(layers.breakGlass === undefined ? {} : { breakGlass: layers.breakGlass }),
    ...(layers.now === undefined ? {} : { now: layers.now }),
    machineFolder: join(folder, 'machine'),
  });
}

/** What golden files call the keys that tests make, by their identifiers. */
export const keyNames = new Map<string, string>();

/** A fresh public key in PEM. */
export function freshKey(name = 'a key'): string {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  keyNames.set(keyId(pem), name);
  return pem;
}
