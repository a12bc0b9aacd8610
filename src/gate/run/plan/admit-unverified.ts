import { parseBuildArguments } from '../../../invocation/index.ts';
import { type Environment, isVerifyError, VerifyError } from '../../../model/index.ts';
import { loadPolicies } from '../../../policy/index.ts';
import { policyExtensions } from '../../session/policy-extensions.ts';
import { projectFolderOf } from '../../session/project-folder.ts';
import type { Session } from '../../session/session.ts';

/** Where the search for the project's policy begins: by the arguments where they are those of a build, else here. */
function folderOf(args: readonly string[], environment: Environment): string {
  try {
    return projectFolderOf(parseBuildArguments(args, environment).invocation, environment);
  } catch (error) {
    if (isVerifyError(error)) return environment.workingDirectory;
    throw error;
  }
}

/**
 * Refuses to hand on a command that may build and cannot be verified; where policies only warn it is said.
 * @throws VerifyError `builder.unenforceable` in enforce mode, `policy.*`, `usage.loosens`
 */
export async function admitUnverified(session: Session, command: string, args: readonly string[]): Promise<void> {
  const { environment, own } = session;
  const projectFrom = folderOf(args, environment);
  const extensions = policyExtensions(session);
  const request = { environment, commandLine: own.policies, projectFrom, mode: own.mode, extensions };
  const { sideMode } = await loadPolicies(request);
  const reason = `what \`${command}\` builds is not known before it runs, so it cannot be verified`;
  if (sideMode !== 'enforce') {
    session.warn(`nothing is enforced: ${reason}`);
    return;
  }
  throw new VerifyError('builder.unenforceable', reason, {
    hint: 'use `docker verify build`, or `docker verify debug build`, which are verified',
  });
}
