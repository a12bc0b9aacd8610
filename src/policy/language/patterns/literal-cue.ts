import { parseBoundedJson } from '../../../model/index.ts';

/**
 * The part of CUE that is evaluated: unification with literals, by this grammar (comments are dropped; fields are
 * separated by commas or line ends):
 *
 *     file   = { field }
 *     field  = label ":" value            label  = identifier | string
 *     value  = literal | "{" { field } [ "..." ] "}" | field      (`a: b: 1` means `a: {b: 1}`)
 *     literal = string | integer | "true" | "false" | "null"
 *
 * Identifiers begin with a letter and hold letters, digits and `_`; strings are in double quotes with JSON's escapes.
 * Everything else (imports, expressions, references, definitions, optional fields, lists, bounds) is not evaluated.
 */
export type LiteralCue =
  | string
  | number
  | boolean
  | null
  | { readonly fields: readonly (readonly [string, LiteralCue])[] };

type Token =
  | { readonly kind: 'punctuation' | 'word' | 'newline' | 'end'; readonly text: string }
  | { readonly kind: 'literal'; readonly value: string | number };

const longest = 65_536;
const deepest = 32;
const keywords = new Set([
  'import',
  'package',
  'let',
  'for',
  'if',
  'in',
  'string',
  'int',
  'number',
  'bool',
  'bytes',
  'float',
  'len',
]);

class UnsupportedCue extends Error {}

function tokenise(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const pattern =
    /[ \t\r]+|\/\/[^\n]*|(?<newline>\n)|(?<text>"(?:[^"\\\n]|\\.)*")|(?<integer>-?(?:0|[1-9]\d{0,14})(?![\w.]))|(?<word>[A-Za-z][A-Za-z0-9_]*)|(?<mark>\.\.\.|[{}:,])/gy;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const { groups } = pattern.exec(text) ?? { groups: null };
    if (groups === null) throw new UnsupportedCue(`"${text.slice(at, at + 20).split('\n')[0] ?? ''}"`);
    const token = groups === undefined ? null : tokenOf(groups);
    if (token !== null) tokens.push(token);
  }
  return [...tokens, { kind: 'end', text: '' }];
}

function tokenOf(groups: Readonly<Record<string, string | undefined>>): Token | null {
  const { newline, text, integer, word, mark } = groups;
  if (newline !== undefined) return { kind: 'newline', text: 'line end' };
  if (integer !== undefined) return { kind: 'literal', value: Number(integer) };
  if (word !== undefined) return { kind: 'word', text: word };
  if (mark !== undefined) return { kind: 'punctuation', text: mark };
  return text === undefined ? null : { kind: 'literal', value: unquote(text) };
}

function unquote(text: string): string {
  try {
    return parseBoundedJson(text) as string; // A JSON string literal: the pattern allows nothing else.
  } catch {
    throw new UnsupportedCue(text);
  }
}

/** Parses CUE of the grammar above; a sentence that names what is beyond it otherwise. */
export function parseLiteralCue(text: string): LiteralCue | { readonly unsupported: string } {
  if (text.length > longest) return { unsupported: `more than ${longest} characters` };
  try {
    const parser = new CueParser(tokenise(text));
    return parser.file();
  } catch (error) {
    if (error instanceof UnsupportedCue) return { unsupported: `CUE beyond literals: ${error.message}` };
    throw error;
  }
}

class CueParser {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  file(): LiteralCue {
    const fields = this.#fields('end', 0);
    return { fields };
  }

  #peek(): Token {
    return this.#tokens[this.#position] ?? { kind: 'end', text: '' };
  }

  #is(text: string): boolean {
    const token = this.#peek();
    return token.kind === 'punctuation' && token.text === text;
  }

  #skip(...texts: readonly string[]): void {
    while (this.#peek().kind === 'newline' || texts.some((text) => this.#is(text))) this.#position += 1;
  }

  #refuse(): never {
    const token = this.#peek();
    throw new UnsupportedCue(`"${token.kind === 'literal' ? String(token.value) : token.text}"`);
  }

  #fields(until: 'end' | '}', depth: number): readonly (readonly [string, LiteralCue])[] {
    const fields: (readonly [string, LiteralCue])[] = [];
    for (this.#skip(); !this.#isAt(until); ) {
      if (this.#is('...')) this.#position += 1;
      else fields.push(this.#field(depth));
      if (!this.#isAt(until) && this.#peek().kind !== 'newline' && !this.#is(',')) this.#refuse();
      this.#skip(',');
    }
    return fields;
  }

  #isAt(until: 'end' | '}'): boolean {
    return until === 'end' ? this.#peek().kind === 'end' : this.#is('}');
  }

  #field(depth: number): readonly [string, LiteralCue] {
    const token = this.#peek();
    const label =
      token.kind === 'word' && !keywords.has(token.text) ? token.text : token.kind === 'literal' ? token.value : null;
    if (typeof label !== 'string' || depth > deepest) this.#refuse();
    this.#position += 1;
    if (!this.#is(':')) this.#refuse();
    this.#position += 1;
    return [label, this.#value(depth + 1)];
  }

  #value(depth: number): LiteralCue {
    // A line end after the colon is allowed before a value.
    while (this.#peek().kind === 'newline') this.#position += 1;
    const token = this.#peek();
    if (this.#is('{')) {
      this.#position += 1;
      const fields = this.#fields('}', depth);
      this.#position += 1;
      return { fields };
    }
    const next = this.#tokens[this.#position + 1];
    const isLabel = next?.kind === 'punctuation' && next.text === ':';
    if (isLabel) return { fields: [this.#field(depth)] };
    this.#position += 1;
    if (token.kind === 'literal') return token.value;
    const constants: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };
    const constant = token.kind === 'word' && Object.hasOwn(constants, token.text) ? constants[token.text] : undefined;
    if (constant === undefined) {
      this.#position -= 1;
      this.#refuse();
    }
    return constant;
  }
}

/**
 * Where a JSON value does not unify with the constraint: the path of the first conflict, null where it unifies. As in
 * CUE a field that the value lacks is filled in, so only what is there can conflict.
 */
export function conflictOf(constraint: LiteralCue, value: unknown, path = ''): string | null {
  if (typeof constraint !== 'object' || constraint === null) return constraint === value ? null : path;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return path;
  const seen = new Map<string, LiteralCue>();
  for (const [label, inner] of constraint.fields) {
    const at = path === '' ? label : `${path}.${label}`;
    const former = seen.get(label);
    // The same field twice: both have to hold, of each other too.
    if (former !== undefined && clash(former, inner)) return at;
    seen.set(label, inner);
    if (!Object.hasOwn(value, label)) continue;
    const conflict = conflictOf(inner, (value as Readonly<Record<string, unknown>>)[label], at);
    if (conflict !== null) return conflict;
  }
  return null;
}

function clash(left: LiteralCue, right: LiteralCue): boolean {
  if (typeof left !== 'object' || left === null || typeof right !== 'object' || right === null) return left !== right;
  return left.fields.some(([label, inner]) =>
    right.fields.some(([other, its]) => label === other && clash(inner, its)),
  );
}
