import type { Finding, Report } from '../../model/index.ts';
import { type PlacedFinding, placedFindings } from '../describe/placed-findings.ts';
import { findingExplanations } from '../findings/findings.ts';
import { type Checkout, placeOf } from '../text/checkout.ts';
import { joinedLines, page, type Shown, workflowCommand } from '../text/visible.ts';

const commands: Readonly<Record<Finding['level'], 'error' | 'warning' | 'notice'>> = {
  error: 'error',
  warning: 'warning',
  note: 'notice',
};

/** GitHub shows ten of each kind for a step, and drops the rest. */
const mostOfEach = 10;

function annotation({ code, level, sentence, details, place }: PlacedFinding, checkout: Checkout | null): Shown {
  const { uri, isInside } = placeOf(place.file, checkout);
  const properties = {
    ...(isInside ? { file: decodeURIComponent(uri), line: String(place.line ?? 1) } : {}),
    ...(isInside && place.column !== null ? { col: String(place.column) } : {}),
    title: `docker verify: ${findingExplanations[code].headline} [${code}]`,
  };
  return workflowCommand(commands[level], properties, [sentence, ...details].join('\n'));
}

/**
 * The errors and warnings of a report as GitHub Actions shows them beside the lines of a pull request (GitHub Docs, "Workflow commands for
 * GitHub Actions"). Empty where there are none; notes, and what an exception lets through, are no more than reading matter.
 */
export function renderAnnotations(report: Report, checkout: Checkout | null): Shown {
  const all = placedFindings(report).filter(({ waivers }) => waivers.length === 0);
  const shown = (['error', 'warning'] as const).flatMap((level) =>
    all.filter((found) => found.level === level).slice(0, mostOfEach),
  );
  return shown.length === 0 ? joinedLines([]) : page(shown.map((found) => annotation(found, checkout)));
}
