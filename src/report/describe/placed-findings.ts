import { createHash } from 'node:crypto';
import {
  type Finding,
  type FindingCode,
  isRefusal,
  type Report,
  type ReportImage,
  type Use,
} from '../../model/index.ts';
import { findingExplanations } from '../findings/findings.ts';
import { worstFirst } from '../text/summary.ts';
import { refusedSources } from './describe-report.ts';

/** Where a finding is shown: a file as the report names it. */
export type Place = Pick<Use, 'line' | 'column'> & { readonly file: string };

/** A finding at one place, as services show it that show places in a repository. */
export interface PlacedFinding {
  readonly code: FindingCode;
  readonly level: Finding['level'];
  /** One sentence, naming the image where it is about one. */
  readonly sentence: string;
  /** What was expected and found, and what to do next. */
  readonly details: readonly string[];
  readonly place: Place;
  /** Why it is let through; empty where it is not. */
  readonly waivers: readonly string[];
  /** The same, in hexadecimal digits, as long as neither the finding, the image's name nor the use change, wherever lines move. */
  readonly fingerprint: string;
}

type Unmarked = Omit<PlacedFinding, 'fingerprint' | 'place'> & {
  readonly place: Place | null;
  /** What it is about, for the fingerprint. */
  readonly about: readonly string[];
};

function detailsOf({ expected, found, code, hint }: Finding): readonly string[] {
  return [
    ...(expected === null ? [] : [`Expected: ${expected}`]),
    ...(found === null ? [] : [`Found: ${found}`]),
    `Next: ${hint ?? findingExplanations[code].cure}`,
  ];
}

/** The exceptions that waive a finding of an image; none where it is refused all the same. */
function waiversOf({ status, findings }: ReportImage, { code, level }: Finding): readonly string[] {
  if (level !== 'error' || isRefusal(status)) return [];
  return findings.flatMap(({ waiver }) => (waiver?.codes.includes(code) === true ? [waiver.reason] : []));
}

function placesOf<Asking extends Omit<Use, 'kind'>>(
  uses: readonly Asking[],
): readonly { readonly place: Place; readonly use: Asking }[] {
  return uses.flatMap((use) =>
    use.file === null || use.file === '' ? [] : [{ place: { ...use, file: use.file }, use }],
  );
}

/** One for each place that uses the image, since each is a line to change; else where the rule stands that decided. */
function imageFindings(image: ReportImage): readonly Unmarked[] {
  const rule = image.decisions.find(({ layer, line }) => layer === 'project' && line !== null);
  const placed = placesOf(image.uses).map(({ place, use }) => ({
    place,
    about: [use.kind, use.target, use.stage ?? ''],
  }));
  const places = placed.length > 0 ? placed : [{ place: rule === undefined ? null : ruleOf(rule), about: [] }];
  return image.findings.flatMap((finding) =>
    places.map(({ place, about }) => ({
      code: finding.code,
      level: image.status === 'warn' && finding.level === 'error' ? 'warning' : finding.level,
      sentence: `${image.name}: ${finding.message}`,
      details: detailsOf(finding),
      place,
      waivers: waiversOf(image, finding),
      about: [image.name, ...about],
    })),
  );
}

function ruleOf({ policy, line }: ReportImage['decisions'][number]): Place {
  return { file: policy, line, column: null };
}

/** A finding about a repository or download stands at each place that asks for it. */
function reportFindings(report: Report): readonly Unmarked[] {
  return report.findings.flatMap((finding) => {
    const source = refusedSources(report).find(({ name }) => finding.found?.startsWith(name));
    const isSource = finding.code.startsWith('source.') && source !== undefined;
    const places = isSource ? placesOf(source.uses).map(({ place }) => place) : [];
    return (places.length === 0 ? [null] : places).map((place) => ({
      code: finding.code,
      level: isSource && source.status === 'warn' ? 'warning' : finding.level,
      sentence: finding.message,
      details: detailsOf(finding),
      place,
      waivers: [],
      about: [finding.message, isSource ? source.name : ''],
    }));
  });
}

function otherFindings(report: Report): readonly Unmarked[] {
  const bare = { details: [], place: null, waivers: [] };
  const caches = report.cacheImports
    .filter(({ status }) => status !== 'allow')
    .map(({ type, ref, status }): Unmarked => {
      const { meaning } = findingExplanations['cache-import.denied'];
      const sentence = `${type} ${ref}: ${meaning}`;
      const level = status === 'warn' ? 'warning' : 'error';
      return { ...bare, code: 'cache-import.denied', level, sentence, about: [type, ref] };
    });
  const file = report.targets[0]?.dockerfile ?? null;
  const unknown = report.unknown.map(({ line, reason }): Unmarked => {
    const place = file === null ? null : { file, line, column: null };
    const sentence = findingExplanations['scan.unknown'].meaning;
    return { ...bare, code: 'scan.unknown', level: 'warning', sentence, place, about: [reason] };
  });
  const used = (report.build?.unverified ?? []).map((source): Unmarked => {
    const sentence = `The build used ${source}, which was not verified.`;
    return { ...bare, code: 'image.unverifiable', level: 'error', sentence, about: [source] };
  });
  return [...caches, ...unknown, ...reportFindings(report), ...used];
}

/** Where what has no place of its own is shown, since services drop what has none: the Dockerfile, else the project's policy. */
function placeOfAll(report: Report): Place {
  const dockerfile = report.targets.map((target) => target.dockerfile).find((file) => file !== '' && file !== '-');
  const policy = report.policies.find(({ layer }) => layer === 'project')?.source;
  return { file: dockerfile ?? policy ?? 'docker-verify.yaml', line: 1, column: null };
}

/** The findings of a report, the worst first, each at every place that it is about; two that are alike differ by their order. */
export function placedFindings(report: Report): readonly PlacedFinding[] {
  const elsewhere = placeOfAll(report);
  const seen = new Map<string, number>();
  return worstFirst([...report.images.flatMap(imageFindings), ...otherFindings(report)]).map((found) => {
    const { about, place, ...finding } = found;
    const shown = place ?? elsewhere;
    const parts = JSON.stringify([finding.code, shown.file, ...about]);
    const before = seen.get(parts) ?? 0;
    seen.set(parts, before + 1);
    const fingerprint = createHash('sha256').update(`${parts}${before}`).digest('hex');
    return { ...finding, place: shown, fingerprint };
  });
}
