import { type OutputFormat, type OwnOptions, type ReportFormat, VerifyError } from '../gate/index.ts';

function noFormat(command: string, format: string, formats: readonly string[]): VerifyError {
  return new VerifyError('usage.invalid', `${command} has no format ${format}`, {
    hint: `write --format ${formats.join('|')}`,
  });
}

/**
 * Refuses a format that a command does not print: text in its place would be taken for it.
 * @param more formats besides text and JSON
 * @throws VerifyError `usage.invalid`
 */
export function refuseFormat({ format }: OwnOptions, command: string, more: readonly string[] = []): void {
  if (format === 'text' || format === 'json') return;
  throw noFormat(command, format, ['text', 'json', ...more]);
}

/**
 * The format asked for, of those that a command prints.
 * @throws VerifyError `usage.invalid`
 */
export function chooseFormat<Format extends OutputFormat>(
  { format }: OwnOptions,
  command: string,
  formats: readonly Format[],
): Format {
  const found = formats.find((each) => each === format);
  if (found !== undefined) return found;
  throw noFormat(command, format, formats);
}

/** The formats of a report. */
export const reportFormats: readonly ReportFormat[] = ['text', 'json', 'sarif', 'markdown', 'html'];
