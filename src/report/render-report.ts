import type { Report, ReportFormat } from '../model/index.ts';
import { renderHtml } from './html-report.ts';
import { renderJson } from './json-report.ts';
import { renderJunit } from './junit-report.ts';
import { renderMarkdown } from './markdown-report.ts';
import { renderSarif } from './sarif-report.ts';
import { renderText } from './text-report.ts';
import type { Shown } from './visible.ts';
import type { Layout } from './wrap.ts';

/** The report in the format asked for, ending in a newline. Colour and width matter to text alone. */
export function renderReport(report: Report, format: ReportFormat, layout: Layout): Shown {
  switch (format) {
    case 'text':
      return renderText(report, layout);
    case 'json':
      return renderJson(report);
    case 'sarif':
      return renderSarif(report);
    case 'markdown':
      return renderMarkdown(report);
    case 'html':
      return renderHtml(report);
    case 'junit':
      return renderJunit(report);
  }
}
