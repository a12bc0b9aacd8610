import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Environment, VerifyError } from '../../model/index.ts';
import { nearestName } from '../language/nearest-name.ts';
import { isPresent, refuseUnsafe } from './safe-file.ts';

/** A policy file that was found, or named. */
export interface PolicyPath {
  /** Absolute. */
  readonly path: string;
  /** As named to the user. */
  readonly named: string;
}

const unixFolder = '/etc/docker/verify';

/** What may stand beside policies: keys, certificates, trusted roots, locks; folders and hidden files are left alone. */
const companions = /\.(?:pub|pem|crt|cer|cert|jsonl?)$/;

/**
 * The machine's policy folder. On Windows it depends on the system's own settings, so the caller has to ask for it.
 */
export function machineFolderOf(asked: string | null | undefined, environment: Environment): string | null {
  if (asked !== undefined) return asked;
  return environment.platform === 'win32' ? null : unixFolder;
}

/**
 * The machine's policies, sorted by name.
 * @throws VerifyError `policy.unsafe`, `policy.unreadable`, or `policy.invalid` for a name that means nothing there
 */
export async function machinePolicies(folder: string, userId: number | null): Promise<readonly PolicyPath[]> {
  if (!(await isPresent(folder))) return [];
  const names = await namesIn(folder, (name) => name.endsWith('.yaml'), 'a machine policy ends in .yaml');
  const found = names.filter((name) => name.endsWith('.yaml')).map((name) => join(folder, name));
  for (const path of found) await refuseUnsafe(path, userId);
  return found.map((path) => ({ path, named: path }));
}

/**
 * The user's policy, if there is one.
 * @throws VerifyError `policy.unsafe`, `policy.unreadable`, or `policy.invalid` for a name that means nothing there
 */
export async function userPolicies(environment: Environment): Promise<readonly PolicyPath[]> {
  const folder = join(environment.dockerConfigDirectory, 'verify');
  if (!(await isPresent(folder))) return [];
  const isKnown = (name: string): boolean => name === 'policy.yaml' || name.endsWith('publishers.yaml');
  const names = await namesIn(folder, isKnown, 'the user policy is called policy.yaml');
  if (!names.includes('policy.yaml')) return [];
  const path = join(folder, 'policy.yaml');
  await refuseUnsafe(path, environment.userId);
  return [{ path, named: path }];
}

async function namesIn(folder: string, isKnown: (name: string) => boolean, hint: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new VerifyError('policy.unreadable', `the policy folder ${folder} cannot be read`, {
      place: { file: folder },
      hint: 'mend its permissions, or remove it',
      cause: error,
    });
  });
  for (const entry of entries) {
    const { name } = entry;
    const isCompanion = companions.test(name) && !/^polic(?:y|ies)\b/.test(name);
    if (entry.isDirectory() ? !isKnown(name) : isKnown(name) || isCompanion || name.startsWith('.')) continue;
    const near = nearestName(name, ['policy.yaml']);
    const meant = near === null ? '' : `; did you mean "${near}"?`;
    throw new VerifyError('policy.invalid', `${join(folder, name)}: unknown name in a policy folder${meant}`, {
      place: { file: join(folder, name) },
      hint: `${hint}; rename or remove this file`,
    });
  }
  return entries.map((entry) => entry.name).sort();
}
