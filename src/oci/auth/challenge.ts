/** One way to authenticate that a server offers (RFC 9110 section 11.6.1). */
export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: Readonly<Record<string, string>>;
}

const token = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const parameter = /([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))/y;
const separators = /[\s,]+/y;
const longestHeader = 16 * 1024;

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/**
 * Reads a `WWW-Authenticate` header: several challenges in one line, quoted commas and escapes, any order and case.
 * A part that cannot be read ends the reading; what was read before counts.
 */
export function parseChallenges(header: string): readonly Challenge[] {
  const text = header.slice(0, longestHeader);
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  let at = 0;
  while (at < text.length) {
    at += matchAt(separators, text, at)?.[0].length ?? 0;
    const pair = matchAt(parameter, text, at);
    const current = challenges.at(-1);
    if (pair !== null && current !== undefined) {
      const name = (pair[1] ?? '').toLowerCase();
      // The first of a name counts: a repeated parameter is no way to override what stood before it.
      if (!Object.hasOwn(current.parameters, name)) {
        current.parameters[name] = pair[2]?.replace(/\\(.)/g, '$1') ?? pair[3] ?? '';
      }
      at += pair[0].length;
      continue;
    }
    const scheme = matchAt(token, text, at);
    if (scheme === null) break;
    challenges.push({ scheme: scheme[0].toLowerCase(), parameters: Object.create(null) as Record<string, string> });
    at += scheme[0].length;
  }
  return challenges;
}
