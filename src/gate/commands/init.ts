import { randomBytes } from 'node:crypto';
import { link, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VerifyError } from '../../model/index.ts';
import { projectPolicyName } from '../../policy/index.ts';
import type { Session } from '../session/session.ts';
import type { StandardInput } from '../session/standard-input.ts';
import { lock } from './lock.ts';
import { type Trusted, writtenPolicy } from './proposed-policy.ts';

/** Writes a file that must not be there yet, whole or not at all. */
async function createWholeFile(folder: string, name: string, text: string): Promise<string> {
  const path = join(folder, name);
  const temporary = join(folder, `.${name}.${randomBytes(6).toString('hex')}`);
  try {
    await writeFile(temporary, text, { flag: 'wx' });
    await link(temporary, path);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') {
      throw new VerifyError('usage.invalid', `${path} exists already`, { hint: 'change it by hand', cause });
    }
    const reason = cause instanceof Error ? cause.message : 'unknown reason';
    throw new VerifyError('file.unwritable', `cannot write ${path}: ${reason}`, {
      hint: 'see who may write to that folder',
      cause,
    });
  } finally {
    await rm(temporary, { force: true });
  }
  return path;
}

/** Who signed what an old lock holds must not change unseen on the way to a policy. */
function refuseOtherSigner(file: string): never {
  throw new VerifyError('usage.invalid', `${file} names other signers than those found now`, {
    hint: 'see what changed with docker verify lock, confirm it with --yes, and begin again',
  });
}

/**
 * Writes the policy into `folder`, and the lock where a rule needs one. Gives the files written: both or none.
 * @throws VerifyError `usage.invalid` where a policy stands there already
 */
export async function writePolicy(
  session: Session,
  args: readonly string[],
  folder: string,
  trusted: readonly Trusted[],
  input: StandardInput,
): Promise<readonly string[]> {
  const policy = await createWholeFile(folder, projectPolicyName, writtenPolicy(trusted));
  try {
    const unsigned = trusted.filter(({ signers }) => signers.length === 0);
    if (unsigned.length === 0) return [policy];
    const names = new Set(unsigned.flatMap((each) => each.names));
    const locked = await lock(session, { args, check: false, prune: false, confirmed: false, names }, input);
    if (locked.result === 'refused') refuseOtherSigner(locked.file);
    return [policy, locked.file];
  } catch (error) {
    await rm(policy, { force: true });
    throw error;
  }
}
