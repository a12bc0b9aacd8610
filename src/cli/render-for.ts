import type { OwnOptions, Report } from '../gate/index.ts';
import { type checkFormats, renderAnnotations, renderReport } from '../report/index.ts';
import { checkoutOf } from './checkout.ts';
import type { CommandContext } from './command-row.ts';
import { formatOf } from './read-arguments.ts';
import { writeError } from './streams.ts';
import type { Render } from './write-result.ts';

/** The formats whose readers show findings beside the files of a repository. */
const placed: readonly string[] = ['sarif', 'codequality'];

/** Renders a report in those of the formats that a command has. */
export function renderFor(
  { environment }: CommandContext,
  report: Report,
  formats: readonly (typeof checkFormats)[number][],
): Render {
  return (format, layout) => {
    const checkout = placed.includes(format) ? checkoutOf(environment) : null;
    return renderReport(report, formatOf(format, formats), layout, checkout);
  };
}

/** Where GitHub Actions runs us, has it show what is wrong beside the lines of a pull request; standard error is read for that as well. */
export function annotate({ environment }: CommandContext, { quiet }: OwnOptions, report: Report): void {
  if (quiet || environment.variables['GITHUB_ACTIONS'] !== 'true') return;
  writeError(renderAnnotations(report, checkoutOf(environment)));
}
