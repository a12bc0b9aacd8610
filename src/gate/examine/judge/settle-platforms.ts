import { type Decision, type Finding, strictest } from '../../../model/index.ts';
import { isUnruled } from '../../../policy/index.ts';
import type { Pipeline } from '../../session/pipeline.ts';
import type { JudgedImage } from './judged-image.ts';

function isLetThrough({ status }: Decision): boolean {
  return status === 'allow' || status === 'warn';
}

function uncoveredFinding({ use, resolved }: JudgedImage, isLayout: boolean, level: Finding['level']): Finding {
  return {
    code: 'signature.platform-uncovered',
    level,
    message: isLayout
      ? 'its platforms are signed one by one, and the builder takes a layout as a whole'
      : 'its platforms are signed one by one, and the builder can be held to one of them alone',
    expected: 'a signature on the index',
    found: `signatures for ${use.platforms.join(', ')} alone under ${resolved?.root.digest ?? 'the index'}`,
    hint: isLayout
      ? 'name the manifest of the platform in the layout by its digest, or have the index signed'
      : 'build one platform at a time, or have the index signed',
  };
}

/**
 * Says what becomes of an image whose platforms are vouched for one by one. A builder can be held to one manifest or to a
 * whole index, but not to some of what an index lists, and the list itself is not signed. So the image is let through for one
 * platform, whose manifest the builder then gets by digest, and never in a layout, which the builder is given whole.
 */
export function settlePlatforms(
  pipeline: Pipeline,
  examined: JudgedImage,
  { isLayout = false }: { readonly isLayout?: boolean } = {},
): JudgedImage {
  const { decision, use } = examined;
  if (decision.platformDigests === null || !isLetThrough(decision)) return examined;
  if (!isLayout && new Set(use.platforms).size === 1) return examined;
  const { policies } = pipeline;
  // nothing is wrong with an image that is signed so: without a policy Docker goes on with it
  const unruled = isUnruled(policies);
  const status = strictest(decision.status, policies.mode === 'enforce' && !unruled ? 'block' : 'warn');
  const findings = [...decision.findings, uncoveredFinding(examined, isLayout, unruled ? 'warning' : 'error')];
  return {
    ...examined,
    decision: { ...decision, platformDigests: null, status, basis: 'none', verified: false, findings },
  };
}
