import { isRefusal, type Report, type ReportImage, type SurveyedFile } from '../../model/index.ts';
import { describeUse } from '../describe/describe-image.ts';
import { refusedSources, sourceFinding } from '../describe/describe-report.ts';
import { describeSigner, trustedSigners } from '../describe/describe-signer.ts';
import { csvDocument } from '../text/csv.ts';
import type { Shown } from '../text/visible.ts';

/** The files of a survey whose builds would be refused, in the order given; empty for a report on one build. */
export function brokenFiles({ files = [] }: Pick<Report, 'files'>): readonly SurveyedFile[] {
  return files.filter(({ status }) => isRefusal(status));
}

/** `what would break: 2 of 40 files`; null for a report on one build. */
export function countBroken(report: Pick<Report, 'files'>): string | null {
  if (report.files === undefined) return null;
  const { length: all } = report.files;
  const files = `${all} ${all === 1 ? 'file' : 'files'}`;
  const { length: broken } = brokenFiles(report);
  return broken === 0 ? `nothing would break in ${files}` : `what would break: ${broken} of ${files}`;
}

/** What is wrong with a file of a survey: why it could not be read, else the images that are refused. */
export function describeBroken({ problem, refused }: SurveyedFile): string {
  if (problem !== null) return `cannot be read (${problem.code})`;
  return refused.length === 0 ? 'refused, not for an image: see above' : `refused: ${refused.join(', ')}`;
}

/** `3 places in 2 files`. */
export function countUses({ uses }: ReportImage): string {
  const files = new Set(uses.map(({ file }) => file)).size;
  const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;
  return `${count(uses.length, 'place')} in ${count(files, 'file')}`;
}

/** Who signed it by the rules in force; empty where no signer may be named. */
export function signersOf(image: ReportImage): string {
  return image.verified ? trustedSigners(image).map(describeSigner).join(' and ') : '';
}

const columns = ['image', 'digest', 'verdict', 'verified', 'signer', 'findings', 'use', 'target', 'file', 'line'];

/** What is not let through beside the images: sources where they are asked for, caches, and what the report says as a whole. */
function rowsBeside(report: Report): readonly (readonly string[])[] {
  const row = (name: string, status: string, code: string, where: readonly string[]): readonly string[] => [
    name,
    '',
    status,
    'no',
    '',
    code,
    ...where,
  ];
  const nowhere = ['', '', ''];
  const sources = refusedSources(report).flatMap((source) => {
    const uses = source.uses.map(({ kind, target, file, line }) => [kind, target, file ?? '', line?.toString() ?? '']);
    const places = uses.length === 0 ? [['', ...nowhere]] : uses;
    return places.map((place) => row(source.name, source.status, sourceFinding(source), place));
  });
  const caches = report.cacheImports
    .filter(({ status }) => status !== 'allow')
    .map(({ ref, status }) => row(ref, status, 'cache-import.denied', ['cache-import', ...nowhere]));
  const whole = report.findings
    .filter(({ level, code }) => level === 'error' && !code.startsWith('source.') && code !== 'scan.unreadable')
    .map(({ code }) => row('', report.verdict, code, ['', ...nowhere]));
  const used = report.build?.unverified ?? [];
  return [
    ...sources,
    ...caches,
    ...whole,
    ...used.map((source) => row(source, report.verdict, 'image.unverifiable', ['', ...nowhere])),
  ];
}

/** A table with a row for each place that uses an image, one for what is refused beside, and one for each file that could not be read. */
export function renderCsv(report: Report): Shown {
  const rows = report.images.flatMap((image) => {
    const codes = [...new Set(image.findings.filter(({ level }) => level !== 'note').map(({ code }) => code))];
    const cells = [
      image.name,
      image.digest ?? '',
      image.status,
      image.verified ? 'yes' : 'no',
      signersOf(image),
      codes.join(' '),
    ];
    if (image.uses.length === 0) return [[...cells, '', '', '', '']];
    return image.uses.map(({ kind, target, file, line }) => [
      ...cells,
      kind,
      target,
      file ?? '',
      line?.toString() ?? '',
    ]);
  });
  const unread = (report.files ?? []).flatMap(({ file, status, problem }) =>
    problem === null ? [] : [['', '', status, 'no', '', problem.code, '', '', file, '']],
  );
  return csvDocument(columns, [...rows, ...rowsBeside(report), ...unread]);
}

/** Every place that uses an image, for people. */
export function usesOf({ uses }: ReportImage): string {
  return uses.map(describeUse).join(', ');
}
