import { type OwnOptions, VerifyError } from '../gate/index.ts';

/**
 * Refuses a format that a command does not print: text in its place would be taken for it.
 * @param more formats besides text and JSON
 * @throws VerifyError `usage.invalid`
 */
export function refuseFormat({ format }: OwnOptions, command: string, more: readonly string[] = []): void {
  if (format === 'text' || format === 'json') return;
  throw new VerifyError('usage.invalid', `${command} has no format ${format}`, {
    hint: `write --format ${['text', 'json', ...more].join('|')}`,
  });
}
