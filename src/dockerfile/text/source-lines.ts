import { Buffer } from 'node:buffer';
import { invalidDockerfile } from './invalid-dockerfile.ts';

/** BuildKit reads a Dockerfile with a scanner that refuses a longer line, in bytes. */
const longestLine = 65_535;
/** No Dockerfile that people write comes near; what is larger is refused unread. */
const largestFile = 4 * 1024 * 1024;

/** One line of the file. */
export interface SourceLine {
  /** Without the line break. */
  readonly text: string;
  /** With the line break as it stands. */
  readonly raw: string;
}

/**
 * The text of a Dockerfile, without a byte order mark.
 * @throws VerifyError `dockerfile.invalid` when it is empty or larger than 4 MiB
 */
export function decodeSource(source: Uint8Array, file: string): string {
  if (source.length === 0) throw invalidDockerfile('the Dockerfile cannot be empty', { file });
  if (source.length > largestFile) {
    throw invalidDockerfile(`the Dockerfile has ${source.length} bytes, more than ${largestFile}`, { file });
  }
  return new TextDecoder('utf-8').decode(source);
}

/**
 * The lines of a Dockerfile. Only a line feed ends one; carriage returns before it go with it.
 * @throws VerifyError `dockerfile.invalid` for a line of more than 65,535 bytes
 */
export function splitLines(text: string, file: string): readonly SourceLine[] {
  const lines: SourceLine[] = [];
  for (let start = 0; start < text.length; ) {
    const feed = text.indexOf('\n', start);
    const end = feed < 0 ? text.length : feed + 1;
    const raw = text.slice(start, end);
    if (raw.length * 3 > longestLine && Buffer.byteLength(raw) - (feed < 0 ? 0 : 1) > longestLine) {
      const place = { file, line: lines.length + 1, column: 1 };
      throw invalidDockerfile(`dockerfile line greater than max allowed size of ${longestLine}`, place);
    }
    lines.push({ raw, text: withoutLineBreak(raw) });
    start = end;
  }
  return lines;
}

function withoutLineBreak(raw: string): string {
  let end = raw.length;
  while (end > 0 && (raw[end - 1] === '\n' || raw[end - 1] === '\r')) end--;
  return raw.slice(0, end);
}
