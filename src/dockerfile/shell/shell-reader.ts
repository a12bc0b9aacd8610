import { invalidDockerfile } from '../text/invalid-dockerfile.ts';
import { isSpace } from '../text/whitespace.ts';
import { replacePattern } from './shell-pattern.ts';
import { substitute } from './shell-substitution.ts';

/**
 * The value of a variable: null where it is not set, undefined where it is not known (it may come from the environment
 * of a base image that was not read).
 */
export type Lookup = (name: string) => string | null | undefined;

export interface ShellOptions {
  /** The escape character, `\` or a backtick. */
  readonly escape: string;
  /** Keep the quotes. */
  readonly rawQuotes?: boolean;
  /** Keep the escapes. */
  readonly rawEscapes?: boolean;
  /** Take quotes as plain characters. */
  readonly plainQuotes?: boolean;
  /** Leave a variable that is not set as it stands. */
  readonly keepUnset?: boolean;
  /** Characters that all expansions of one scan may still yield together; counted down. */
  readonly budget?: { left: number };
}

/** Characters that one word may expand to: what grows beyond is an attack, not a reference. */
const longestWord = 1024 * 1024;
const deepestNesting = 200;

/** Collects the words of a text while it is read. */
class WordSplitter {
  readonly words: string[] = [];
  #word = '';

  add(text: string): void {
    for (const char of text) {
      if (!isSpace(char)) this.#word += char;
      else this.end();
    }
  }

  addQuoted(text: string): void {
    this.#word += text;
  }

  end(): readonly string[] {
    if (this.#word !== '') this.words.push(this.#word);
    this.#word = '';
    return this.words;
  }
}

/** Marks the end of the text; no character compares equal to it. */
const end = undefined;

/** Reads one text, left to right, and takes out its quotes, escapes and variables. */
export class ShellReader {
  certain = true;
  readonly #chars: readonly string[];
  readonly #lookup: Lookup;
  readonly #options: ShellOptions;
  #rawEscapes: boolean;
  #at = 0;
  #depth = 0;
  #length = 0;

  constructor(text: string, lookup: Lookup, options: ShellOptions) {
    this.#chars = Array.from(text.startsWith('\ufeff') ? text.slice(1) : text);
    this.#lookup = lookup;
    this.#options = options;
    this.#rawEscapes = options.rawEscapes ?? false;
  }

  /** Reads up to `stop`, or to the end where that is null. */
  readUntil(stop: string | null, rawEscapes = this.#rawEscapes): { text: string; words: readonly string[] } {
    const before = this.#rawEscapes;
    this.#rawEscapes = rawEscapes;
    this.#depth++;
    if (this.#depth > deepestNesting) throw invalidDockerfile('substitutions are nested too deeply');
    try {
      return this.#readUntil(stop);
    } finally {
      this.#rawEscapes = before;
      this.#depth--;
    }
  }

  #readUntil(stop: string | null): { text: string; words: readonly string[] } {
    const words = new WordSplitter();
    let text = '';
    for (let char = this.#peek(); char !== end; char = this.#peek()) {
      if (char === stop) {
        this.#at++;
        return { text, words: words.end() };
      }
      const special = this.#readSpecial(char);
      if (special !== null) {
        this.#grow(special.length);
        text += special;
        if (char === '$') words.add(special);
        else words.addQuoted(special);
        continue;
      }
      this.#at++;
      if (char !== this.#options.escape) {
        words.add(char);
        text += char;
        continue;
      }
      const kept = this.#rawEscapes ? char : '';
      const escaped = this.#next() ?? '';
      words.addQuoted(kept + escaped);
      text += kept + escaped;
    }
    if (stop !== null) {
      throw invalidDockerfile(`unexpected end of statement while looking for matching ${stop}`);
    }
    return { text, words: words.end() };
  }

  /** What a variable, a quoted part or the mark of a heredoc stands for; null for a plain character. */
  #readSpecial(char: string): string | null {
    if (char === '$') return this.#readDollar();
    if (char === '<') return this.#readAngle();
    if (this.#options.plainQuotes === true) return null;
    if (char === "'") return this.#readSingleQuoted();
    if (char === '"') return this.#readDoubleQuoted();
    return null;
  }

  #peek(): string | undefined {
    return this.#chars[this.#at];
  }

  #next(): string | undefined {
    return this.#chars[this.#at++];
  }

  /** The bound is on all that is read for one word, since nesting could multiply it. */
  #grow(characters: number): void {
    this.#length += characters;
    const { budget } = this.#options;
    if (budget !== undefined) budget.left -= characters;
    if (this.#length > longestWord || (budget !== undefined && budget.left < 0))
      throw invalidDockerfile('the variables expand to too much text');
  }

  #readSingleQuoted(): string {
    const close = this.#chars.indexOf("'", this.#at + 1);
    if (close < 0) throw invalidDockerfile('unexpected end of statement while looking for matching single-quote');
    const inner = this.#chars.slice(this.#at + 1, close).join('');
    this.#at = close + 1;
    return this.#options.rawQuotes === true ? `'${inner}'` : inner;
  }

  #readDoubleQuoted(): string {
    const quote = this.#options.rawQuotes === true ? '"' : '';
    this.#at++;
    let text = quote;
    for (;;) {
      const char = this.#peek();
      if (char === end) {
        throw invalidDockerfile('unexpected end of statement while looking for matching double-quote');
      }
      if (char === '$') {
        const value = this.#readDollar();
        this.#grow(value.length);
        text += value;
        continue;
      }
      this.#at++;
      if (char === '"') return text + quote;
      text += char === this.#options.escape ? this.#readEscaped(char) : char;
    }
  }

  /** Within double quotes only a quote, a dollar and the escape character itself can be escaped. */
  #readEscaped(escapeToken: string): string {
    const kept = this.#rawEscapes ? escapeToken : '';
    const next = this.#peek();
    if (next === end) return kept;
    if (next !== '"' && next !== '$' && next !== this.#options.escape) return kept + escapeToken;
    this.#at++;
    return kept + next;
  }

  /** Blanks between `<<` and the name belong to one word. */
  #readAngle(): string {
    this.#at++;
    if (this.#peek() !== '<') return '<';
    this.#at++;
    let blanks = '';
    for (let char = this.#peek(); char === '\t' || char === '\r' || char === ' '; char = this.#peek()) {
      blanks += char;
      this.#at++;
    }
    return `<<${blanks}`;
  }

  #readName(): string {
    const first = this.#peek() ?? '';
    if (/^\p{Nd}$/u.test(first)) return this.#readWhile(/^\p{Nd}$/u);
    if (first !== '' && '@*#?-$!0'.includes(first)) {
      this.#at++;
      return first;
    }
    return this.#readWhile(/^[\p{L}\p{Nd}_]$/u);
  }

  #readWhile(pattern: RegExp): string {
    const start = this.#at;
    while (pattern.test(this.#peek() ?? '')) this.#at++;
    return this.#chars.slice(start, this.#at).join('');
  }

  #readDollar(): string {
    this.#at++;
    if (this.#peek() !== '{') {
      const name = this.#readName();
      return name === '' ? '$' : this.#value(name, `$${name}`);
    }
    this.#at++;
    const first = this.#peek();
    if (first === end) throw invalidDockerfile("syntax error: missing '}'");
    if (first === '{' || first === '}' || first === ':') throw invalidDockerfile('syntax error: bad substitution');
    const name = this.#readName();
    const modifier = this.#next();
    if (modifier === '}') return this.#value(name, `\${${name}}`);
    if (modifier === '/') return this.#readReplacement(name);
    if (modifier !== undefined && ':+-?#%'.includes(modifier)) return this.#readModified(name, modifier);
    throw invalidDockerfile(`unsupported modifier (${modifier ?? ''}) in substitution`);
  }

  #value(name: string, asWritten: string): string {
    const value = this.#get(name);
    if (value === null && this.#options.keepUnset === true) return asWritten;
    return value ?? '';
  }

  #get(name: string): string | null | undefined {
    const value = this.#lookup(name);
    if (value === undefined) this.certain = false;
    return value;
  }

  /** Reads what follows a modifier up to `stop`; running into the end means that the brace is missing. */
  #readOperand(stop: string, missing: string, { rawEscapes }: { readonly rawEscapes: boolean }): string {
    try {
      return this.readUntil(stop, rawEscapes).text;
    } catch (error) {
      if (this.#peek() === end) throw invalidDockerfile(`syntax error: missing ${missing}`);
      throw error;
    }
  }

  #readModified(name: string, first: string): string {
    const emptyCounts = first === ':';
    const operator = emptyCounts ? (this.#next() ?? '') : first;
    const modifier = emptyCounts ? `:${operator}` : operator;
    const trims = operator === '#' || operator === '%';
    if (emptyCounts && trims) throw invalidDockerfile(`unsupported modifier (${modifier}) in substitution`);
    const word = this.#readOperand('}', "'}'", { rawEscapes: trims });
    const value = this.#get(name);
    if (value === null && this.#options.keepUnset === true) return `\${${name}${modifier}${word}}`;
    return substitute({ name, operator, emptyCounts }, word, value);
  }

  #readReplacement(name: string): string {
    const all = this.#peek() === '/';
    if (all) this.#at++;
    const pattern = this.#readOperand('/', "'/' in a substitution", { rawEscapes: true });
    const replacement = this.#readOperand('}', "'}'", { rawEscapes: true });
    const value = this.#get(name);
    if (value === null && this.#options.keepUnset === true) return `\${${name}/${pattern}/${replacement}}`;
    return replacePattern(pattern, value ?? '', replacement, all ? 'all' : 'first');
  }
}
