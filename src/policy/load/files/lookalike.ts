import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import leven from 'leven';
import { parseBoundedJson, VerifyError } from '../../../model/index.ts';
import { lockFileName } from '../../lock/lock-file.ts';
import { readBytes } from './safe-file.ts';

/** The project's policy file. */
export const projectPolicyName = 'docker-verify.yaml';

const policyEnding = /(?:\.ya?ml|\.json)(?:\.txt)?$/i;
const lockName = /^\.?docker[-_. ]?verify[-_. ]?lock(?:\.(?:json|ya?ml|txt))*$/i;

/** Spellings that are tried one by one where a folder may be entered but not listed. */
const commonSpellings = [
  'docker-verify.yml',
  '.docker-verify.yaml',
  '.docker-verify.yml',
  'docker-verify.json',
  'Docker-Verify.yaml',
  'docker_verify.yaml',
  'dockerverify.yaml',
  'docker-verify.lock',
];

function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[-_. ]/g, '');
}

/** Whether `written` is `meant` but for one letter that is missing or wrong, or two that changed places. */
function isSlip(written: string, meant: string): boolean {
  const sorted = (word: string): string => word.split('').toSorted().join('');
  return written.length <= meant.length && leven(written, meant) <= (sorted(written) === sorted(meant) ? 2 : 1);
}

/** The name that `name` was surely meant to be: that of the project's policy or lock; null where it is that, or another. */
export function meantName(name: string): string | null {
  if (name === projectPolicyName || name === lockFileName) return null;
  if (lockName.test(name)) return lockFileName;
  const trimmed = name.trim();
  if (!policyEnding.test(trimmed)) return null;
  return isSlip(lettersOf(trimmed.replace(policyEnding, '')), 'dockerverify') ? projectPolicyName : null;
}

/** A JSON file of that name may be a report of ours that was written there, which is no policy. */
async function isReport(path: string): Promise<boolean> {
  if (!path.toLowerCase().endsWith('.json')) return false;
  try {
    const document: unknown = parseBoundedJson(Buffer.from(await readBytes(path)).toString('utf8'));
    return typeof document === 'object' && document !== null && ('schemaVersion' in document || 'runs' in document);
  } catch {
    return false; // it cannot be read, so it may be a policy
  }
}

async function isNamed(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  );
}

/** The names in a folder; of one that cannot be listed, the common spellings that are there. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch {
    const tried = await Promise.all(
      commonSpellings.map(async (name) => ((await isNamed(join(folder, name))) ? name : '')),
    );
    return tried.filter((name) => name !== '');
  }
}

/** Whether a file system that does not tell capitals apart opens `name` where `meant` is asked for. */
async function isOpenedAs(folder: string, name: string, meant: string, names: readonly string[]): Promise<boolean> {
  const isSame = name.toLowerCase() === meant.toLowerCase() && !names.includes(meant);
  return isSame && (await isNamed(join(folder, meant)));
}

/** A file whose name is nearly that of a policy or a lock, so that it would not be read. */
export interface Lookalike {
  readonly path: string;
  /** The name that is read. */
  readonly meant: string;
}

/** The first file of a folder whose name was surely meant for the project's policy or lock; null where there is none. */
export async function findLookalike(folder: string): Promise<Lookalike | null> {
  const names = await namesIn(folder);
  for (const name of names.toSorted()) {
    const meant = meantName(name);
    if (meant === null) continue;
    const path = join(folder, name);
    if (!(await isOpenedAs(folder, name, meant, names)) && !(await isReport(path))) return { path, meant };
  }
  return null;
}

/**
 * The refusal of such a file: passed over, it would leave a project unguarded that believes to have a policy.
 * @param named as the user would write it
 */
export function lookalikeError(named: string, meant: string): VerifyError {
  const what = meant === lockFileName ? 'lock' : 'policy';
  return new VerifyError(
    what === 'lock' ? 'lock.invalid' : 'policy.invalid',
    `${named}: a ${what} of this name is not read`,
    {
      place: { file: named },
      hint: `rename it to ${meant}, or remove it`,
    },
  );
}
