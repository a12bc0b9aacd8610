import type { FindingCode, Report, ReportImage, Status } from '../../model/index.ts';
import { countsInWords } from '../text/summary.ts';
import { decidingRules, describeRule, worstFinding } from './describe-image.ts';
import { describeUnverified, refusedSources } from './describe-report.ts';

/** `1 of 3 images`, `the image`, `all 3 images`. */
function share(count: number, all: number): string {
  if (all === 1) return 'the image';
  return count === all ? `all ${all} images` : `${count} of ${all} images`;
}

/** `the image is not`, `1 of 3 images is not`, `none of the 3 images is`: what English makes of a share of which something is not so. */
function shareNot(
  count: number,
  all: number,
  [one, several]: readonly [one: string, several: string],
  is: string,
): string {
  if (count === all && all > 1) return `none of the ${all} images ${is}`;
  return `${share(count, all)} ${count === 1 ? one : several}`;
}

function withStatus(images: readonly ReportImage[], status: Status): readonly ReportImage[] {
  return images.filter((image) => image.status === status);
}

/** What else than images has this status, each in a few words. */
function othersWithStatus(report: Report, status: Status): readonly string[] {
  const caches = report.cacheImports.filter((cache) => cache.status === status).length;
  const level = status === 'warn' ? 'warning' : 'error';
  const sources = refusedSources(report).filter((source) => source.status === status).length;
  const findings = report.findings
    .filter(({ level: own, code }) => own === level && (sources === 0 || !code.startsWith('source.')))
    .filter(({ code }) => code !== 'scan.unreadable')
    .map(({ message }) => message);
  const unread = status === 'error' ? (report.files ?? []).filter(({ problem }) => problem !== null).length : 0;
  return [
    ...(unread === 0 ? [] : [`${unread} ${unread === 1 ? 'file' : 'files'} cannot be read`]),
    ...(caches === 0 ? [] : [`${caches} cache ${caches === 1 ? 'import is' : 'imports are'} not allowed`]),
    ...(sources === 0
      ? []
      : [
          `${sources} ${sources === 1 ? 'source is' : 'sources are'} not held to ${sources === 1 ? 'its' : 'their'} content`,
        ]),
    ...(status === report.verdict ? findings : []),
  ];
}

/** The one rule that all of these images fail, null where there are several. */
function commonRule(images: readonly ReportImage[]): string | null {
  const rules = new Set(images.flatMap((image) => decidingRules(image).map(describeRule)));
  return rules.size === 1 ? ([...rules][0] ?? null) : null;
}

function describeAllowed({ images, unknown }: Report): string {
  if (images.length === 0) {
    return unknown.length === 0
      ? 'allowed: no image is used'
      : 'nothing is allowed yet: every image is verified when the build asks for it';
  }
  const verified = images.filter((image) => image.verified).length;
  if (verified === images.length)
    return `allowed: ${share(verified, images.length)} ${images.length === 1 ? 'is' : 'are'} verified`;
  if (verified === 0)
    return `allowed by policy; nothing was verified about ${images.length === 1 ? 'the image' : `the ${images.length} images`}`;
  return `allowed: ${share(verified, images.length)} verified, ${images.length - verified} allowed unverified by policy`;
}

const notLookedUp: readonly FindingCode[] = ['image.unresolved', 'image.not-found', 'image.offline'];

/** Why an image has its status: its policy refuses it, or it could not be known what the policy would say. */
function causeOf(image: ReportImage): 'policy' | 'lookup' | 'evidence' {
  const code = worstFinding(image.findings)?.code;
  if (image.digest === null && code !== undefined && notLookedUp.includes(code)) return 'lookup';
  return image.status === 'error' || code === 'image.unverifiable' || code === 'image.offline' ? 'evidence' : 'policy';
}

/** What to say of the images that have this status: what could not be known is not the policy's doing. */
function describeConcerned({ images }: Report, status: 'warn' | 'block' | 'error'): readonly string[] {
  const concerned = withStatus(images, status);
  const of = (cause: ReturnType<typeof causeOf>): readonly ReportImage[] =>
    concerned.filter((image) => causeOf(image) === cause);
  const [refused, unseen, unproven] = [of('policy'), of('lookup'), of('evidence')];
  const rule = commonRule(refused) ?? 'the policy';
  const could = (some: readonly ReportImage[], done: string): readonly string[] =>
    some.length === 0
      ? []
      : [shareNot(some.length, images.length, [`could not be ${done}`, `could not be ${done}`], `could be ${done}`)];
  const verbs = [`does not satisfy ${rule}`, `do not satisfy ${rule}`] as const;
  return [
    ...(refused.length === 0 ? [] : [shareNot(refused.length, images.length, verbs, `satisfies ${rule}`)]),
    ...could(unseen, 'looked up'),
    ...could(unproven, 'verified'),
  ];
}

const openings = { warn: 'allowed with warnings', block: 'blocked', error: 'stopped' } as const;

/** The report's last line: the verdict and its reason in one sentence, with the counts where there are several. */
export function describeVerdict(report: Report): string {
  const counts = countsInWords(report);
  return counts === null ? describeReasons(report) : `${describeReasons(report)} (${counts})`;
}

function describeReasons(report: Report): string {
  const { verdict, unknown, build } = report;
  if (verdict === 'allow') return describeAllowed(report);
  const reasons = [
    ...describeConcerned(report, verdict),
    ...(verdict === 'error' ? describeConcerned(report, 'block') : []),
    ...othersWithStatus(report, verdict),
    unknown.length > 0 ? 'only the build itself can settle what else is pulled' : null,
    build !== null && build.unverified.length > 0 ? `the build used ${describeUnverified(build.unverified)}` : null,
  ].filter((reason) => reason !== null);
  return reasons.length === 0 ? openings[verdict] : `${openings[verdict]}: ${reasons.join('; ')}`;
}
