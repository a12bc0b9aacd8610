import { type ErrorCode, type Status, systemCode, type VerifyError } from '../gate/index.ts';

/** The exit statuses of the contract (docs/contracts.md). */
export const exitStatus = {
  allowed: 0,
  blocked: 10,
  unverifiable: 11,
  unverifiedUsed: 12,
  usage: 64,
  dockerfile: 65,
  defect: 70,
  configuration: 78,
  cancelled: 130,
} as const;

const byFamily: Readonly<Record<string, number>> = {
  usage: exitStatus.usage,
  reference: exitStatus.usage,
  file: exitStatus.usage,
  dockerfile: exitStatus.dockerfile,
  context: exitStatus.dockerfile,
  bake: exitStatus.dockerfile,
  policy: exitStatus.configuration,
  lock: exitStatus.configuration,
  config: exitStatus.configuration,
  trust: exitStatus.configuration,
  records: exitStatus.configuration,
  audit: exitStatus.unverifiedUsed,
  cancelled: exitStatus.cancelled,
  internal: exitStatus.defect,
};

const byCode: Readonly<Partial<Record<ErrorCode, number>>> = {
  'trust.unavailable': exitStatus.unverifiable,
  'policy.unavailable': exitStatus.unverifiable,
};

/** The status for an error's code: by the code itself, else by what stands before its dot, else 11. */
export function exitStatusOfError(code: ErrorCode): number {
  return byCode[code] ?? byFamily[code.split('.')[0] ?? ''] ?? exitStatus.unverifiable;
}

/** What the machine lacks, whatever was typed. */
const failures: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EIO']);

/** The status for an error: what could not be written for want of room is no wrong usage. */
export function exitStatusOf({ code, cause }: VerifyError): number {
  return code === 'file.unwritable' && failures.has(systemCode(cause))
    ? exitStatus.unverifiable
    : exitStatusOfError(code);
}

/** The status for a verdict: warnings are allowed. */
export function exitStatusOfVerdict(verdict: Status): number {
  switch (verdict) {
    case 'allow':
    case 'warn':
      return exitStatus.allowed;
    case 'block':
      return exitStatus.blocked;
    case 'error':
      return exitStatus.unverifiable;
  }
}
