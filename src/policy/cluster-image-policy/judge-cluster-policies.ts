import type { Verdict } from '../judge-rule.ts';
import type { JudgeContext } from '../judgement.ts';
import type { ClusterPolicy } from './cluster-policy.ts';

/** A verdict of a ClusterImagePolicy that matches the image. */
export interface ClusterVerdict extends Verdict {
  readonly policy: ClusterPolicy;
}

/** What the ClusterImagePolicies that match the image make of it; empty where none matches. */
export function judgeClusterPolicies(_context: JudgeContext): readonly ClusterVerdict[] {
  return [];
}
