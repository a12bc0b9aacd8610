import { type Basis, type Finding, type Status, strictest } from '../../../model/index.ts';
import type { LocalSetting, PolicyLayer } from '../../language/compiled/policy-set.ts';
import type { BuiltHere, JudgedImage } from '../evidence/decide-input.ts';
import { findingOf } from '../evidence/judgement.ts';
import { statusOfRefusal } from '../judge/judge-rule.ts';
import { type LayerVerdict, statusOfSetting } from './layer-verdict.ts';

const unasked: BuiltHere = { built: false, reason: 'the records of this machine were not asked', hint: null };

function statusOfLocal({ verdict, policy, mode }: LocalSetting, { built }: BuiltHere): Status {
  if (verdict !== 'built') return statusOfSetting({ verdict, policy, mode });
  return built ? 'allow' : statusOfRefusal(mode);
}

function builtFinding(found: BuiltHere): Finding {
  const expected = 'an image that the records of this machine show to be built here, of verified images alone';
  if (found.built) {
    return findingOf('image.local-only', 'it is only in the local store, and was built here of verified images alone', {
      level: 'note',
      expected,
      found: `record ${found.record} of ${found.time}`,
      hint: 'none needed',
    });
  }
  const hint = found.hint ?? 'build it with `docker verify build` of images that are verified, or say local: allow';
  return findingOf(
    'image.not-built-here',
    'it is only in the local store, and no record shows that it was built here of verified images alone',
    { expected, found: found.reason, hint },
  );
}

function localFinding({ verdict }: LocalSetting, found: BuiltHere): Finding {
  if (verdict === 'built') return builtFinding(found);
  return findingOf('image.local-only', 'it is only in the local store, so that its maker cannot be verified', {
    level: { deny: 'error', warn: 'warning', allow: 'note' }[verdict] as Finding['level'],
    expected: verdict === 'allow' ? 'nothing: local images are allowed' : 'an image that its registry knows',
    found: 'an image in the local store, unknown to its registry',
    hint: verdict === 'allow' ? 'none needed' : 'push it where it can be signed, or say local: allow',
  });
}

/**
 * Judges an image that is only in the local store by what a layer's files say under `local`. Each file is asked for itself and the
 * strictest answer counts, since `built` is stricter than `warn` for one image and looser for another.
 */
export function judgeLocal({ builtHere = unasked }: JudgedImage, { layer, local }: PolicyLayer): LayerVerdict {
  const judged = local.map((setting) => ({ setting, status: statusOfLocal(setting, builtHere) }));
  const status = judged.map((each) => each.status).reduce(strictest);
  const deciding = judged.filter((each) => each.status === status).map(({ setting }) => setting);
  const basis: Basis = status === 'block' ? 'none' : 'local';
  return {
    status,
    basis,
    findings: deciding.slice(0, 1).map((setting) => localFinding(setting, builtHere)),
    evidence: [],
    coversWhole: true,
    decision: { layer, policy: deciding[0]?.policy ?? '', rule: null, line: null, status },
  };
}
