import { type Decision, type Descriptor, type Finding, type ImageUse, strictest } from '../model/index.ts';
import { judgeGathered } from './examine-image.ts';
import type { ExaminedImage } from './examined-image.ts';
import type { GatheredImage } from './gather-image.ts';
import type { Pipeline } from './pipeline.ts';

/** An index with more platforms than this is not looked through. */
const mostPlatforms = 64;

type Gather = (use: ImageUse) => Promise<GatheredImage>;

/** Whether a builder can never run it: an attestation manifest, which says of itself that its platform is unknown. */
function isAttestation({ platform, annotations }: Descriptor): boolean {
  return platform === null && annotations?.['vnd.docker.reference.type'] === 'attestation-manifest';
}

function isLetThrough({ status }: Decision): boolean {
  return status === 'allow' || status === 'warn';
}

/** The platforms of everything in the index that a builder could run; null where one of them names no platform. */
function runnablePlatforms(children: readonly Descriptor[]): readonly string[] | null {
  const platforms = children.filter((child) => !isAttestation(child)).map(({ platform }) => platform ?? null);
  if (platforms.length === 0 || platforms.length > mostPlatforms) return null;
  return platforms.every((platform) => platform !== null) ? [...new Set(platforms)] : null;
}

/** Whether every manifest of the index that a builder could run is vouched for as those are that the build asks for. */
async function isWhollyVouchedFor(pipeline: Pipeline, examined: ExaminedImage, gather: Gather): Promise<boolean> {
  const { use, resolved, decision, lineage } = examined;
  const platforms = runnablePlatforms(resolved?.children ?? []);
  if (resolved === null || platforms === null) return false;
  const gathered = await gather({ ...use, platforms });
  if (gathered.resolution.kind === 'unresolved' || gathered.resolution.image.root.digest !== resolved.root.digest)
    return false;
  const covered = new Set(gathered.resolution.image.platforms.map(({ digest }) => digest));
  const runnable = resolved.children.filter((child) => !isAttestation(child));
  if (!runnable.every(({ digest }) => covered.has(digest))) return false;
  const whole = (await judgeGathered(pipeline, gathered, lineage.length === 0 ? null : lineage)).decision;
  const known = new Set(decision.findings.map(({ code }) => code));
  return (
    isLetThrough(whole) && whole.basis === decision.basis && whole.findings.every((finding) => known.has(finding.code))
  );
}

function uncoveredFinding({ use, resolved }: ExaminedImage): Finding {
  return {
    code: 'signature.platform-uncovered',
    level: 'error',
    message:
      'its platforms are signed one by one, and not all of them, so the builder cannot be held to the signed ones',
    expected: 'a signature on the index, or on every platform that it holds',
    found: `signatures for ${use.platforms.join(', ')} alone under ${resolved?.root.digest ?? 'the index'}`,
    hint: 'build one platform at a time, or have the index signed',
  };
}

/**
 * Says what becomes of an image whose platforms are vouched for one by one. A builder can be held to one manifest or to the
 * whole index, but not to some of its platforms: so where several are asked for (or `onlyWhole`), all that the index holds
 * must be vouched for; otherwise it is refused.
 */
export async function settlePlatforms(
  pipeline: Pipeline,
  examined: ExaminedImage,
  gather: Gather,
  onlyWhole = false,
): Promise<ExaminedImage> {
  const { decision } = examined;
  if (decision.platformDigests === null || !isLetThrough(decision)) return examined;
  if (!onlyWhole && new Set(decision.platformDigests).size === 1) return examined;
  const whole = { ...decision, platformDigests: null };
  if (await isWhollyVouchedFor(pipeline, examined, gather)) return { ...examined, decision: whole };
  const status = strictest(decision.status, pipeline.policies.mode === 'enforce' ? 'block' : 'warn');
  const kept = {
    basis: 'none',
    verified: false,
    findings: [...decision.findings, uncoveredFinding(examined)],
  } as const;
  return { ...examined, decision: { ...whole, status, ...kept } };
}
