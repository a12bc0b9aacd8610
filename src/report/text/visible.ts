declare const madeVisible: unique symbol;

/**
 * Text that may be written where people, terminals and logs are: every control character of others is escaped, and none of their
 * words begins a line that a build's log would obey. What is written to a stream must be of this type, which only the functions
 * of this file make, and `wrap`.
 */
export type Shown = string & { readonly [madeVisible]: true };

// The invisible ones that reorder, join or hide text, and what is no character at all; control characters stand beside them.
const invisible = '\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\u{e0000}-\\u{e007f}';
// What Azure Pipelines, GitHub Actions and TeamCity obey wherever it stands in a line of a log.
const command = '#(?=#(?:vso|teamcity)?\\[)';
const unsafe = new RegExp(`[\\p{Cc}${invisible}]|${command}`, 'giu');
const unsafeInLines = new RegExp(`[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f${invisible}]|${command}`, 'giu');
const unsafeInJson = new RegExp(`[\\u007f-\\u009f${invisible}]|${command}`, 'giu');
/** What GitHub Actions obeys at the beginning of a line, which it trims first. */
const lineCommand = /^([^\S\n]*):(?=:)/gmu;

function escapeUnits(text: string): string {
  return text.replace(/./gs, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function harmlessBeginnings(text: string): string {
  return text.replace(lineCommand, '$1\\u003a');
}

/**
 * The text with everything made visible that could rule a terminal, be taken for a command by what keeps a build's log, or
 * show another text than is there, as `\u001b`. Once made visible it stays as it is.
 * Names, identities and messages come from registries that may be hostile. The result is one line.
 */
export function visible(text: string): Shown {
  return harmlessBeginnings(text.replace(unsafe, escapeUnits)) as Shown; // made here
}

/** Lines as one text that ends with a line end. */
export function page(lines: readonly Shown[]): Shown {
  return `${lines.join('\n')}\n` as Shown; // made of nothing else, and a line end ends what is shown
}

/** Lines that are still to be made visible, each one line whatever it holds, as one text that ends with a line end. */
export function plainPage(lines: readonly string[]): Shown {
  return page(lines.map(visible));
}

/** Lines as one text, without a line end behind the last. */
export function joinedLines(lines: readonly Shown[]): Shown {
  return lines.join('\n') as Shown; // made of nothing else, and a line end ends what is shown
}

/** Pages with an empty line between each two. */
export function joinedPages(pages: readonly Shown[]): Shown {
  return pages.join('\n') as Shown; // made of nothing else, and each ends with a line end
}

/**
 * A document of several lines that has escaped its values in its own language: what that language lets through is caught here.
 * Tabs and line ends stay.
 */
export function visibleDocument(text: string): Shown {
  return harmlessBeginnings(text.replace(unsafeInLines, escapeUnits)) as Shown; // made here
}

/** Like `visible`, for a JSON text: what it escapes, a parser turns back. Line ends between values stay. */
export function visibleJson(json: string): Shown {
  return json.replace(unsafeInJson, escapeUnits) as Shown; // JSON escapes the rest itself, and no line of it begins with a colon
}

/** What ends a command or one of its properties, written as GitHub's toolkit does (@actions/core, command.ts). */
function escapeCommand(text: string, more: readonly (readonly [string, string])[]): string {
  let escaped = text.replace(unsafeInLines, escapeUnits);
  for (const [from, to] of [['%', '%25'], ['\r', '%0D'], ['\n', '%0A'], ...more] as const)
    escaped = escaped.replaceAll(from, to);
  return escaped;
}

/** A command to GitHub Actions of our own making, one line whatever its values hold: none of them can begin another. */
export function workflowCommand(
  command: 'error' | 'warning' | 'notice',
  properties: Readonly<Record<string, string>>,
  message: string,
): Shown {
  const inProperty = [
    [':', '%3A'],
    [',', '%2C'],
  ] as const;
  const written = Object.entries(properties).map(([name, value]) => `${name}=${escapeCommand(value, inProperty)}`);
  return `::${command} ${written.join(',')}::${escapeCommand(message, [])}` as Shown; // its values are escaped
}

/** Lines of words that were made visible, painted in colours of our own; for `wrap` alone. */
export function paintedLines(lines: readonly string[]): Shown {
  return harmlessBeginnings(lines.join('\n')) as Shown; // `wrap` makes every word visible
}
