import { type Report, reportFormats } from '../../model/index.ts';
import type { Checkout } from '../text/checkout.ts';
import { renderJson } from '../text/json-report.ts';
import { inReadingOrder } from '../text/summary.ts';
import type { Shown } from '../text/visible.ts';
import type { Layout } from '../text/wrap.ts';
import { renderCodeQuality } from './code-quality-report.ts';
import { renderHtml } from './html-report.ts';
import { renderJunit } from './junit-report.ts';
import { renderMarkdown } from './markdown-report.ts';
import { renderSarif } from './sarif-report.ts';
import { renderCsv } from './survey.ts';
import { renderText } from './text-report.ts';

/** The formats of `check`: those of every report, and a table. */
export const checkFormats = [...reportFormats, 'csv'] as const;

/**
 * The report in the format asked for, ending in a newline, failures first. JSON keeps the order in which the build uses the images. Colour and
 * width matter to text alone, the checkout to what is shown beside the files of a repository.
 */
export function renderReport(
  report: Report,
  format: (typeof checkFormats)[number],
  layout: Layout,
  checkout: Checkout | null = null,
): Shown {
  const ordered = inReadingOrder(report);
  switch (format) {
    case 'text':
      return renderText(ordered, layout);
    case 'json':
      return renderJson(report);
    case 'sarif':
      return renderSarif(ordered, checkout);
    case 'markdown':
      return renderMarkdown(ordered);
    case 'html':
      return renderHtml(ordered);
    case 'codequality':
      return renderCodeQuality(ordered, checkout);
    case 'junit':
      return renderJunit(ordered);
    case 'csv':
      return renderCsv(ordered);
  }
}
