import { deepestOfGo, parseBoundedJson } from '../../model/index.ts';
import { invalidDockerfile } from '../text/invalid-dockerfile.ts';
import { cutBlanks, isSpace, splitBlanks, trimStart } from '../text/whitespace.ts';

/** A name with a value, both before expansion; null where `ARG` gives none. */
export interface Pair {
  readonly key: string;
  readonly value: string | null;
}

/** The arguments of one instruction, by the rules of its keyword (parser/line_parsers.go). */
export interface Arguments {
  readonly words: readonly string[];
  /** Whether they were written as a JSON array. */
  readonly json: boolean;
  /** Of ENV and LABEL. */
  readonly pairs: readonly Pair[];
}

const none: Arguments = { words: [], json: false, pairs: [] };

function plain(words: readonly string[]): Arguments {
  return { ...none, words };
}

/**
 * The arguments in `rest`, null for a keyword that BuildKit does not know. ONBUILD is read by its caller.
 * @throws VerifyError `dockerfile.invalid`, without a place
 */
export function parseArguments(keyword: string, rest: string, escapeToken: string): Arguments | null {
  switch (keyword) {
    case 'add':
    case 'copy':
    case 'volume':
      return parseJson(rest) ?? plain(rest === '' ? [] : splitBlanks(rest));
    case 'run':
    case 'cmd':
    case 'entrypoint':
    case 'shell':
      return rest === '' ? none : (parseJson(rest) ?? plain([rest]));
    case 'from':
    case 'expose':
      return plain(rest === '' ? [] : splitBlanks(rest));
    case 'maintainer':
    case 'stopsignal':
    case 'user':
    case 'workdir':
      return plain(rest === '' ? [] : [rest]);
    case 'arg':
      return plain(parseWords(rest, escapeToken));
    case 'env':
    case 'label':
      return { ...none, pairs: parsePairs(keyword.toUpperCase(), rest, escapeToken) };
    case 'healthcheck':
      return parseHealthcheck(rest);
    default:
      return null;
  }
}

/** Null where it is no JSON array, which then counts as text. */
function parseJson(rest: string): Arguments | null {
  const text = trimStart(rest);
  if (!text.startsWith('[')) return null;
  let parsed: unknown;
  try {
    parsed = parseBoundedJson(text, deepestOfGo);
  } catch {
    return null;
  }
  if (!Array.isArray(parsed)) return null;
  const words: string[] = [];
  for (const item of parsed as readonly unknown[]) {
    if (typeof item !== 'string') {
      throw invalidDockerfile('when using JSON array syntax, arrays must be comprised of strings only');
    }
    words.push(item);
  }
  return { ...none, words, json: true };
}

function parseHealthcheck(rest: string): Arguments {
  let end = 0;
  while (end < rest.length && !isSpace(rest.charAt(end))) end++;
  if (end === 0) return none;
  const type = rest.slice(0, end);
  const command = trimStart(rest.slice(end));
  if (command === '') return plain([type]);
  const json = parseJson(command);
  return json === null ? plain([type, command]) : { ...json, words: [type, ...json.words] };
}

function parsePairs(keyword: string, rest: string, escapeToken: string): readonly Pair[] {
  const words = parseWords(rest, escapeToken);
  const [first] = words;
  if (first === undefined) return [];
  if (!first.includes('=')) {
    const [key, value] = cutBlanks(rest);
    if (value === null) throw invalidDockerfile(`${keyword} must have two arguments`);
    return [{ key, value }];
  }
  return words.map((word) => {
    const equals = word.indexOf('=');
    if (equals < 0) {
      throw invalidDockerfile(
        `Syntax error - can't find = in ${JSON.stringify(word)}. Must be of the form: name=value`,
      );
    }
    return { key: word.slice(0, equals), value: word.slice(equals + 1) };
  });
}

/** Words separated by blanks; quotes keep blanks together and stay where they are. */
function parseWords(rest: string, escapeToken: string): readonly string[] {
  const words: string[] = [];
  for (let at = 0; at < rest.length; ) {
    if (isSpace(rest.charAt(at))) {
      at++;
      continue;
    }
    const { word, next } = readWord(rest, at, escapeToken);
    if (word !== '') words.push(word);
    at = next;
  }
  return words;
}

function readWord(rest: string, start: number, escapeToken: string): { word: string; next: number } {
  let word = '';
  let quote = '';
  let at = start;
  for (; at < rest.length; at++) {
    const char = rest.charAt(at);
    if (quote === '' && isSpace(char)) break;
    if (char === escapeToken && quote !== "'") {
      // At the very end an escape is dropped.
      if (at + 1 < rest.length) word += char + rest.charAt(++at);
      continue;
    }
    if (char === quote) quote = '';
    else if (quote === '' && (char === "'" || char === '"')) quote = char;
    word += char;
  }
  return { word, next: at };
}
