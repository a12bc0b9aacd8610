import { deepestOfGo, parseBoundedJson } from '../../model/index.ts';
import { invalidDockerfile } from './invalid-dockerfile.ts';
import { trimStart } from './whitespace.ts';

/** A parser directive: a comment at the very top of the file that steers how it is read. */
export interface Directive {
  readonly name: 'syntax' | 'escape' | 'check';
  readonly value: string;
  /** From 0, within the line that was given. */
  readonly valueOffset: number;
}

const shape = /^([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*/;
const names: ReadonlySet<string> = new Set(['syntax', 'escape', 'check']);

function isDirectiveName(text: string): text is Directive['name'] {
  return names.has(text);
}

/** Reads directives line by line; the first line without a directive ends them for good. */
export class DirectiveReader {
  readonly #comment: string;
  readonly #seen = new Set<string>();
  #done = false;

  constructor(comment: '#' | '//' = '#') {
    this.#comment = comment;
  }

  /**
   * The directive in `line`, null where it holds no directive.
   * @throws VerifyError `dockerfile.invalid`, without a place, for a directive that was there already
   */
  read(line: string): Directive | null {
    if (this.#done) return null;
    const directive = line.startsWith(this.#comment) ? parseDirective(line, this.#comment.length) : null;
    if (directive === null) {
      this.#done = true;
      return null;
    }
    if (this.#seen.has(directive.name)) {
      throw invalidDockerfile(`only one ${directive.name} parser directive can be used`);
    }
    this.#seen.add(directive.name);
    return directive;
  }
}

function parseDirective(line: string, start: number): Directive | null {
  const rest = trimStart(line.slice(start));
  const match = shape.exec(rest);
  const name = match?.[1]?.toLowerCase() ?? '';
  if (match === null || !isDirectiveName(name)) return null;
  const value = trimEnd(rest.slice(match[0].length));
  if (value === '') return null;
  return { name, value, valueOffset: line.length - rest.length + match[0].length };
}

/** Without blanks at the end; an expression for that would take quadratic time. */
function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && '\t\n\f\r '.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** The frontend that a Dockerfile asks for. */
export interface SyntaxDirective {
  /** The image, up to the first blank. */
  readonly image: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** Whether it was spelled in a way that a Dockerfile cannot go on from: `//` or JSON. */
  readonly foreign: boolean;
}

/**
 * The frontend image of a `# syntax=` directive in any of its spellings: with `#` or `//` in front, or as the key
 * `syntax` of a file that is one JSON object; after a line that begins with `#!` too. Null for none.
 */
export function detectSyntax(text: string): SyntaxDirective | null {
  const { body, firstLine } = withoutShebang(text);
  const find = (comment: '#' | '//'): SyntaxDirective | null => {
    const found = findDirective(body, 'syntax', comment, firstLine);
    return found === null
      ? null
      : { image: found.word, line: found.line, column: found.column, foreign: comment === '//' };
  };
  return find('#') ?? find('//') ?? syntaxOfJson(body, firstLine);
}

function withoutShebang(text: string): { readonly body: string; readonly firstLine: number } {
  if (!text.startsWith('#!')) return { body: text, firstLine: 1 };
  const feed = text.indexOf('\n');
  return { body: feed < 0 ? '' : text.slice(feed + 1), firstLine: 2 };
}

/** The options of a `# check=` directive, as far as BuildKit reads them: to the first blank. Null for none. */
export function detectCheckOptions(text: string): FoundDirective | null {
  const { body, firstLine } = withoutShebang(text);
  return findDirective(body, 'check', '#', firstLine);
}

interface FoundDirective {
  /** Its value, up to the first blank. */
  readonly word: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

function findDirective(
  text: string,
  name: Directive['name'],
  comment: '#' | '//',
  firstLine: number,
): FoundDirective | null {
  const reader = new DirectiveReader(comment);
  let start = 0;
  for (let line = firstLine; start < text.length; line++) {
    const feed = text.indexOf('\n', start);
    const end = feed < 0 ? text.length : feed;
    let directive: Directive | null;
    try {
      directive = reader.read(text.slice(start, end).replace(/\r$/, ''));
    } catch {
      // The parser proper refuses the repeated directive, with its place.
      return null;
    }
    if (directive === null) return null;
    if (directive.name === name) {
      const [word = ''] = directive.value.split(' ', 1);
      return { word, line, column: directive.valueOffset + 1 };
    }
    start = end + 1;
  }
  return null;
}

function syntaxOfJson(text: string, line: number): SyntaxDirective | null {
  if (!/^[\t\n\r ]*\{/.test(text)) return null;
  let parsed: unknown;
  try {
    parsed = parseBoundedJson(text, deepestOfGo);
  } catch {
    return null;
  }
  if (typeof parsed !== 'object' || parsed === null || !('syntax' in parsed)) return null;
  return typeof parsed.syntax === 'string' ? { image: parsed.syntax, line, column: 1, foreign: true } : null;
}
