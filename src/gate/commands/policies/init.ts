import { rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { messageOf, readBoundedFile, systemCode, VerifyError, writeWhole } from '../../../model/index.ts';
import { addRules, projectPolicyName, stringifyYaml } from '../../../policy/index.ts';
import type { Session } from '../../session/session.ts';
import type { StandardInput } from '../../session/standard-input.ts';
import { writeWholeFile } from '../../session/write-whole-file.ts';
import { lock } from './lock.ts';
import { proposedRules, type Trusted, writtenPolicy } from './proposed-policy.ts';

/** In bytes, as policies are read. */
const largestPolicy = 1_048_576;

/** Writes a file that must not be there yet. */
async function createWholeFile(path: string, text: string): Promise<void> {
  try {
    await writeWhole(path, text, { exclusive: true });
  } catch (cause) {
    if (systemCode(cause) === 'EEXIST') {
      throw new VerifyError('usage.invalid', `${path} exists already`, { hint: 'change it by hand', cause });
    }
    const reason = messageOf(cause);
    throw new VerifyError('file.unwritable', `cannot write ${path}: ${reason}`, {
      hint: 'see who may write to that folder',
      cause,
    });
  }
}

/** Who signed what an old lock holds must not change unseen on the way to a policy. */
function refuseOtherSigner(file: string): never {
  throw new VerifyError('usage.invalid', `${file} names other signers than those found now`, {
    hint: 'see what changed with docker verify lock --update, confirm it with --yes, and begin again',
  });
}

/** A policy as it would be written. */
export interface PolicyPlan {
  /** Absolute. */
  readonly path: string;
  /** What stands there now; null where nothing does. */
  readonly before: string | null;
  readonly after: string;
  /** What is new, as YAML. */
  readonly added: string;
}

/**
 * The project's policy with what a person decided: a new one, or further rules behind those that are there.
 * @throws VerifyError `usage.invalid` with the YAML to paste where the policy's rules are written in a way that none can be put behind
 */
export async function planPolicy(
  { folder, policy }: { readonly folder: string; readonly policy: string | null },
  trusted: readonly Trusted[],
): Promise<PolicyPlan> {
  const path = policy ?? join(folder, projectPolicyName);
  if (policy === null) {
    const text = writtenPolicy(trusted);
    return { path, before: null, after: text, added: text };
  }
  const rules = proposedRules(trusted);
  const bytes = await readBoundedFile(path, largestPolicy);
  if (bytes === null) throw new VerifyError('policy.unreadable', `${basename(path)} is gone`, { hint: 'begin again' });
  const before = bytes.toString('utf8');
  const after = addRules(before, rules);
  const added = stringifyYaml({ rules });
  if (after !== null) return { path, before, after, added };
  throw new VerifyError('usage.invalid', `${basename(path)} has rules that no others can be put behind`, {
    hint: `put these in by hand:\n${added}`,
  });
}

async function write({ path, before, after }: PolicyPlan, folder: string): Promise<void> {
  if (before === null) await createWholeFile(join(folder, projectPolicyName), after);
  else await writeWholeFile(path, after);
}

async function takeBack({ path, before }: PolicyPlan): Promise<void> {
  if (before === null) await rm(path, { force: true });
  else await writeWholeFile(path, before);
}

/**
 * Writes a policy, and the lock where a rule needs one. Gives the files written: both or none.
 * @throws VerifyError `usage.invalid` where another policy has come to stand there
 */
export async function writePolicy(
  session: Session,
  args: readonly string[],
  plan: PolicyPlan,
  trusted: readonly Trusted[],
  input: StandardInput,
): Promise<readonly string[]> {
  await write(plan, dirname(plan.path));
  try {
    const unsigned = trusted.filter(({ signers }) => signers.length === 0);
    if (unsigned.length === 0) return [plan.path];
    const names = new Set(unsigned.flatMap((each) => each.names));
    const request = { args, check: false, prune: false, update: 'none', confirmed: false, names } as const;
    const locked = await lock(session, request, input);
    const [failed] = locked.failures;
    if (failed !== undefined) throw failed.error;
    if (locked.result === 'refused') refuseOtherSigner(locked.file);
    return [plan.path, resolve(session.environment.workingDirectory, locked.file)];
  } catch (error) {
    await takeBack(plan);
    throw error;
  }
}
