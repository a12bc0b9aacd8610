import type { Finding, Report, ReportImage, Status } from '../../model/index.ts';

/** How many images there are, and how many of each status. */
export interface ReportSummary {
  readonly images: number;
  readonly allow: number;
  readonly warn: number;
  readonly block: number;
  readonly error: number;
}

/** The counts of a report's images. */
export function summaryOf({ images }: Pick<Report, 'images'>): ReportSummary {
  const count = (status: Status): number => images.filter((image) => image.status === status).length;
  return {
    images: images.length,
    allow: count('allow'),
    warn: count('warn'),
    block: count('block'),
    error: count('error'),
  };
}

const ranks: Readonly<Record<Status, number>> = { block: 0, error: 0, warn: 1, allow: 2 };
const levels: Readonly<Record<Finding['level'], number>> = { error: 0, warning: 1, note: 2 };

/** What fails first, then what warns, then the rest; each in the order given. */
function failuresFirst<Item extends { readonly status: Status }>(items: readonly Item[]): readonly Item[] {
  return items.toSorted((one, two) => ranks[one.status] - ranks[two.status]);
}

/** Errors first, then warnings, then notes; each in the order given. */
export function worstFirst<Item extends { readonly level: Finding['level'] }>(items: readonly Item[]): readonly Item[] {
  return items.toSorted((one, two) => levels[one.level] - levels[two.level]);
}

/** The report with everything in the order in which a person reads it: failures, warnings, the rest. */
export function inReadingOrder(report: Report): Report {
  const image = (each: ReportImage): ReportImage => ({ ...each, findings: worstFirst(each.findings) });
  return {
    ...report,
    images: failuresFirst(report.images).map(image),
    cacheImports: failuresFirst(report.cacheImports),
    findings: worstFirst(report.findings),
    ...(report.sources === undefined ? {} : { sources: failuresFirst(report.sources) }),
  };
}

const words = { block: 'blocked', error: 'not verified', warn: 'with warnings', allow: 'allowed' } as const;

/** `3 images: 1 blocked, 2 allowed`; null where one count would say it all. */
export function countsInWords(report: Pick<Report, 'images'>): string | null {
  const summary = summaryOf(report);
  const parts = (['block', 'error', 'warn', 'allow'] as const).filter((status) => summary[status] > 0);
  if (parts.length < 2) return null;
  return `${summary.images} images: ${parts.map((status) => `${summary[status]} ${words[status]}`).join(', ')}`;
}
