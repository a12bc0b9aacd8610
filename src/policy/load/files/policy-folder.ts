import { readdir } from 'node:fs/promises';
import { join, win32 } from 'node:path';
import { type Environment, nearestName, parseBoundedJson, reasonOfUnread, VerifyError } from '../../../model/index.ts';
import { lockFileName } from '../../lock/lock-file.ts';
import { meantName } from './lookalike.ts';
import { isPresent, readBytes, refuseUnsafe } from './safe-file.ts';

/** A policy file that was found, or named. */
export interface PolicyPath {
  /** Absolute. */
  readonly path: string;
  /** As named to the user. */
  readonly named: string;
}

const unixFolder = '/etc/docker/verify';

/** What may stand beside policies: keys, certificates, trusted roots, locks; folders and what an editor hides are left alone. */
const companions = /\.(?:pub|pem|crt|cer|cert|jsonl?)$/;

/** What `docker verify install` did: it lies in the user's folder. */
const installRecord = 'install.json';

/** What a policy has at its top, and neither a trusted root, a lock nor a catalogue of publishers. */
const policyFields = ['rules', 'default', 'mode', 'exceptions', 'breakGlass', 'builtin', 'local', 'cacheImports'];

/** The machine's policy folder; null where the system did not say. */
export function machineFolderOf(asked: string | null | undefined, environment: Environment): string | null {
  if (asked !== undefined) return asked;
  if (environment.platform !== 'win32') return unixFolder;
  const { programData } = environment;
  return programData === undefined ? null : win32.join(programData, 'docker', 'verify');
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
    throw new VerifyError('policy.unreadable', `the policy folder ${folder} cannot be read: ${reasonOfUnread(error)}`, {
      place: { file: folder },
      hint: 'mend it, or remove it: policies that may lie there would not count',
      cause: error,
    });
  });
  for (const entry of entries) {
    const { name } = entry;
    if (entry.isDirectory() ? !isKnown(name) : isKnown(name) || (await isBeside(folder, name))) continue;
    const lock = meantName(name) === lockFileName ? lockFileName : null;
    const near = lock ?? nearestName(name, ['policy.yaml']);
    const meant = near === null ? '' : `; did you mean "${near}"?`;
    throw new VerifyError('policy.invalid', `${join(folder, name)}: unknown name in a policy folder${meant}`, {
      place: { file: join(folder, name) },
      hint: `${hint}; rename or remove this file`,
    });
  }
  return entries.map((entry) => entry.name).sort();
}

/** Whether a file may stand beside policies, since it does not look like one that is in force. */
async function isBeside(folder: string, name: string): Promise<boolean> {
  if (meantName(name) !== null) return false;
  if (name.startsWith('.')) return !/\.(?:ya?ml|json)$/i.test(name);
  if (!companions.test(name) || /^polic(?:y|ies)\b/.test(name)) return false;
  return !name.endsWith('.json') || name === installRecord || !(await isPolicy(join(folder, name)));
}

/** Whether a JSON file holds a policy, which is read under another name alone. */
async function isPolicy(path: string): Promise<boolean> {
  try {
    const document: unknown = parseBoundedJson(Buffer.from(await readBytes(path)).toString('utf8'));
    if (typeof document !== 'object' || document === null || !('version' in document)) return false;
    return document.version === 1 && policyFields.some((field) => field in document);
  } catch {
    return false; // no JSON, or not readable: that is reported where a policy names the file
  }
}
