import type { LayerDecision, Status } from '../../../model/index.ts';
import type { Setting } from '../../language/compiled/policy-set.ts';
import { type RuleVerdict, statusOfRefusal } from '../judge/judge-rule.ts';

/** One verdict of one layer, with where it comes from. */
export interface LayerVerdict extends RuleVerdict {
  readonly decision: LayerDecision;
}

/** What a top-level field makes of it: a denial is a refusal, a warning a warning in either mode. */
export function statusOfSetting(setting: Setting): Status {
  switch (setting.verdict) {
    case 'allow':
      return 'allow';
    case 'warn':
      return 'warn';
    case 'deny':
      return statusOfRefusal(setting.mode);
  }
}
