import type { Basis, Evidence, Finding, FindingCode, FindingLevel } from '../../../model/index.ts';
import type { PolicyLayer } from '../../language/compiled/policy-set.ts';
import type { MatchableName } from '../../language/patterns/image-pattern.ts';
import type { CollectProblem, DecideInput } from './decide-input.ts';
import type { RootScope } from './match-signer.ts';

/** Everything that the judging of one layer's rules needs. */
export interface JudgeContext {
  readonly input: DecideInput;
  readonly layer: PolicyLayer;
  /** The image's name and the names that it stands for, as this layer sees them. */
  readonly names: readonly MatchableName[];
  readonly roots: RootScope;
}

/** A requirement that holds. */
export interface HeldJudgement {
  readonly holds: true;
  readonly basis: Basis;
  /** Evidence that it rests on. */
  readonly evidence: readonly Evidence[];
  /** False where it holds for the manifests of the platforms asked for only, not for the root. */
  readonly coversWhole: boolean;
  readonly remarks: readonly Finding[];
}

/** A requirement that does not hold. */
export interface FailedJudgement {
  readonly holds: false;
  readonly finding: Finding;
  /** False where it might hold, if all that is attached could be seen. */
  readonly isKnown: boolean;
}

/** Whether one requirement of a rule holds, and for what. */
export type Judgement = HeldJudgement | FailedJudgement;

/** A finding, with what is left out as null. */
export function findingOf(
  code: FindingCode,
  message: string,
  details: {
    readonly expected?: string;
    readonly found?: string;
    readonly hint?: string;
    readonly level?: FindingLevel;
  } = {},
): Finding {
  const { expected = null, found = null, hint = null, level = 'error' } = details;
  return { code, level, message, expected, found, hint };
}

/** A requirement that holds by itself, without evidence. */
export function held(basis: Basis): Judgement {
  return { holds: true, basis, evidence: [], coversWhole: true, remarks: [] };
}

/** A requirement that does not hold, whatever else might be attached. */
export function refused(finding: Finding): Judgement {
  return { holds: false, finding, isKnown: true };
}

const neverUnsigned = 'an error is never taken for "unsigned"';
const offlineHint = `run once without --offline, so that what is needed is kept; ${neverUnsigned}`;

/** What to do about what could not be seen: to try again is advised only where that can help. */
export function unseenHint(problems: readonly CollectProblem[]): string {
  const passing = problems.filter(({ lasting }) => lasting !== true);
  const givenHint = (passing.length > 0 ? passing : problems).find(({ hint }) => hint !== undefined)?.hint;
  if (passing.length > 0 || problems.length === 0) {
    return `${givenHint ?? 'try again when the registry can be reached'}; ${neverUnsigned}`;
  }
  return `${givenHint ?? 'docker verify inspect shows what cannot be read'}; it stays so until that is mended; ${neverUnsigned}`;
}

function unseen(isAttached: boolean): string {
  return isAttached ? 'what is attached to it could not all be seen' : 'what it is judged by could not all be had';
}

/** Why a requirement might hold after all, if more were known. */
export const keyPending = 'a key that the policy names could not be fetched';

/**
 * A requirement that does not hold by what was seen: an error where not everything could be seen, or where `pending` names something
 * else that is not known.
 */
export function unmet(context: JudgeContext, finding: Finding, pending: readonly string[] = []): Judgement {
  const { collectProblems } = context.input;
  if (collectProblems.length === 0 && pending.length === 0) return refused(finding);
  const reasons = [...[...new Set(collectProblems.map((problem) => problem.message))].sort(), ...pending];
  const isOffline = pending.length === 0 && collectProblems.every(({ offline }) => offline === true);
  const seen = finding.code === 'signature.missing' || finding.found === null ? '' : ` (seen: ${finding.found})`;
  return {
    holds: false,
    isKnown: false,
    finding: findingOf(isOffline ? 'image.offline' : 'image.unverifiable', unseen(collectProblems.length > 0), {
      ...(finding.expected === null ? {} : { expected: finding.expected }),
      found: `${reasons.slice(0, 5).join('; ')}${seen}`,
      hint: isOffline ? offlineHint : unseenHint(pending.length > 0 ? [] : collectProblems),
    }),
  };
}
