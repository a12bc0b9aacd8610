import { RE2JS } from 're2js';
import { matchesGlob } from './glob.ts';

/** What a text is compared with: itself, a glob whose `*` does not cross a slash, or a regular expression that must match the whole. */
export interface TextPattern {
  readonly kind: 'exact' | 'glob' | 'regexp';
  readonly text: string;
}

const longestExpression = 2_000;
const longestText = 4_096;
const compiled = new Map<string, RE2JS>();

/** `text` as itself, or as a glob where it holds a `*`. */
export function exactOrGlob(text: string): TextPattern {
  return { kind: text.includes('*') ? 'glob' : 'exact', text };
}

/** Why `expression` is no regular expression in RE2's syntax, null where it is one. */
export function regularExpressionProblem(expression: string): string | null {
  if (expression === '') return 'it is empty';
  if (expression.length > longestExpression) return `it is longer than ${longestExpression} characters`;
  try {
    compile(expression);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Compiled by itself first, so that a stray bracket cannot close the anchoring group. */
function compile(expression: string): RE2JS {
  const known = compiled.get(expression);
  if (known !== undefined) return known;
  RE2JS.compile(expression);
  const anchored = RE2JS.compile(`\\A(?:${expression})\\z`);
  compiled.set(expression, anchored);
  return anchored;
}

/** Whether the whole of `text` matches. Linear in its length; an empty or overlong text never matches. */
export function matchesText(pattern: TextPattern, text: string | undefined | null): boolean {
  if (text === undefined || text === null || text === '' || text.length > longestText) return false;
  switch (pattern.kind) {
    case 'exact':
      return pattern.text === text;
    case 'glob':
      return matchesGlob(pattern.text, text);
    case 'regexp':
      return compile(pattern.text).matcher(text).find();
  }
}
