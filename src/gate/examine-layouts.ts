import type { BuildTarget, ContextReplacement, PinSet } from '../model/index.ts';
import type { ReportParts } from './assemble-report.ts';
import type { Pipeline } from './pipeline.ts';

/** OCI layouts that named contexts bring in, with what the policies make of them. */
export interface ExaminedLayouts {
  readonly layouts: PinSet['layouts'];
  readonly others: ReportParts['others'];
}

export async function examineLayouts(
  _pipeline: Pipeline,
  _targets: readonly BuildTarget[],
  _replacements: readonly ContextReplacement[],
): Promise<ExaminedLayouts> {
  return { layouts: [], others: [] };
}
