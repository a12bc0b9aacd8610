import { invalidDockerfile } from '../text/invalid-dockerfile.ts';

/** A character that must stand there, or `any` for one character, or `many` for any number. */
type Token = { readonly char: string } | 'any' | 'many';

/** Steps (characters of the value times tokens of the pattern) that one substitution may cost. */
const mostSteps = 20_000_000;

function parsePattern(pattern: readonly string[]): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] ?? '';
    if (char === '*') tokens.push('many');
    else if (char === '?') tokens.push('any');
    else if (char !== '\\') tokens.push({ char });
    else if (pattern[at + 1] !== '}' && pattern[at + 1] !== '/') {
      const escaped = pattern[++at] ?? '';
      if (escaped !== '*' && escaped !== '?' && escaped !== '\\') {
        throw invalidDockerfile(`invalid pattern (${pattern.join('')}) in substitution: invalid escape '\\${escaped}'`);
      }
      tokens.push({ char: escaped });
    }
  }
  return tokens;
}

/** The states that are reached without reading a character: those behind each `many`. */
function spread(states: Uint8Array, tokens: readonly Token[]): void {
  for (let state = 0; state < tokens.length; state++) {
    if (states[state] === 1 && tokens[state] === 'many') states[state + 1] = 1;
  }
}

/** How much of a text a pattern is to match. */
export type Extent = 'shortest' | 'longest';

/** Where the shortest or longest match that begins at `start` ends, null for none. Takes linear time for a given pattern. */
function matchAt(value: readonly string[], start: number, tokens: readonly Token[], extent: Extent): number | null {
  let states = new Uint8Array(tokens.length + 1);
  states[0] = 1;
  spread(states, tokens);
  let found: number | null = null;
  for (let at = start; ; at++) {
    if (states[tokens.length] === 1) {
      found = at;
      if (extent === 'shortest') return found;
    }
    const char = value[at];
    if (char === undefined) return found;
    const next = new Uint8Array(tokens.length + 1);
    let alive = false;
    for (const [state, token] of tokens.entries()) {
      if (states[state] !== 1) continue;
      if (token === 'many' || token === 'any') {
        if (char === '\n') continue;
        next[token === 'many' ? state : state + 1] = 1;
        alive = true;
      } else if (token.char === char) {
        next[state + 1] = 1;
        alive = true;
      }
    }
    if (!alive) return found;
    spread(next, tokens);
    states = next;
  }
}

function guardSteps(value: readonly string[], tokens: readonly Token[], starts: number): void {
  if (value.length * (tokens.length + 1) * starts > mostSteps) {
    throw invalidDockerfile('a substitution in the Dockerfile is too long to be evaluated');
  }
}

/** `value` without the shortest or longest beginning that matches a shell pattern (`${name#pattern}`, `##`). */
export function trimPrefix(pattern: string, value: string, extent: Extent): string {
  return trimPrefixOf(Array.from(pattern), Array.from(value), extent).join('');
}

function trimPrefixOf(pattern: readonly string[], value: readonly string[], extent: Extent): readonly string[] {
  const tokens = parsePattern(pattern);
  guardSteps(value, tokens, 1);
  const end = matchAt(value, 0, tokens, extent);
  return end === null ? value : value.slice(end);
}

/** `value` without the shortest or longest ending that matches a shell pattern (`${name%pattern}`, `%%`). */
export function trimSuffix(pattern: string, value: string, extent: Extent): string {
  const reversed = trimPrefixOf(reversePattern(Array.from(pattern)), Array.from(value).reverse(), extent);
  return [...reversed].reverse().join('');
}

/** The pattern backwards, each escape still in front of its character. */
function reversePattern(pattern: readonly string[]): readonly string[] {
  const units: string[][] = [];
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] ?? '';
    const next = pattern[at + 1];
    if (char === '\\' && next !== undefined) {
      units.push([char, next]);
      at++;
    } else units.push([char]);
  }
  return units.reverse().flat();
}

/** `value` with the first match of a shell pattern replaced, or every match (`${name/pattern/text}`, `//`). */
export function replacePattern(pattern: string, value: string, replacement: string, which: 'all' | 'first'): string {
  const chars = Array.from(value);
  const tokens = parsePattern(Array.from(pattern));
  guardSteps(chars, tokens, startsToTry(tokens, chars));
  let result = '';
  let copied = 0;
  for (let at = 0; at <= chars.length; ) {
    const end = matchAt(chars, at, tokens, 'longest');
    if (end === null) {
      at++;
      continue;
    }
    result += chars.slice(copied, at).join('');
    if (end > copied || at === 0) {
      result += which === 'all' ? expandTemplate(replacement, chars.slice(at, end).join('')) : replacement;
    }
    copied = end;
    if (which === 'first') break;
    at = end > at ? end : at + 1;
  }
  return result + chars.slice(copied).join('');
}

/** A pattern that begins with a plain character dies at once at most places; one with a wildcard may run from each. */
function startsToTry(tokens: readonly Token[], chars: readonly string[]): number {
  const [first] = tokens;
  if (tokens.length <= 1 || first === undefined) return 1;
  return typeof first === 'object' ? chars.filter((char) => char === first.char).length : chars.length;
}

/** Go's template of a replacement, which BuildKit applies where all matches are replaced: `$0` is the match, other groups are empty. */
function expandTemplate(template: string, match: string): string {
  return template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (_whole, braced?: string, bare?: string) => {
    const name = braced ?? bare;
    if (name === undefined) return '$';
    return name === '0' ? match : '';
  });
}
