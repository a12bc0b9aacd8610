import type { ReportPolicy } from '../model/index.ts';
import { loadPolicies, type PolicySet } from '../policy/index.ts';
import type { Session } from './session.ts';

/** The policies in force here, with `--policy` ones and those that are only to be checked. */
export interface CheckedPolicies {
  readonly policies: readonly ReportPolicy[];
  readonly mode: PolicySet['mode'];
  readonly rules: number;
}

/**
 * Reads every policy in force, and `files` as if `--policy` named them.
 * @throws VerifyError `policy.*`, `lock.invalid`, `usage.loosens`
 */
export async function checkPolicies(session: Session, files: readonly string[]): Promise<CheckedPolicies> {
  const { environment, own } = session;
  const policies = await loadPolicies({
    environment,
    commandLine: [...own.policies, ...files],
    projectFrom: files.length > 0 ? null : environment.workingDirectory,
    mode: own.mode,
  });
  return {
    policies: policies.reportPolicies,
    mode: policies.mode,
    rules: policies.layers.filter(({ layer }) => layer !== 'builtin').reduce((sum, { rules }) => sum + rules.length, 0),
  };
}
