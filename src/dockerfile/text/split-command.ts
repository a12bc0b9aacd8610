import { Buffer } from 'node:buffer';
import { cutBlanks, isSpace, trim } from './whitespace.ts';

/** An instruction's line taken apart: its keyword, its flags with quotes and escapes resolved, and what is left. */
export interface SplitCommand {
  readonly keyword: string;
  readonly flags: readonly string[];
  readonly rest: string;
}

/** Splits a line as BuildKit does before it looks at the keyword (parser/split_command.go). */
export function splitCommand(line: string, escapeToken: string): SplitCommand {
  const [keyword, after] = cutBlanks(trim(line));
  if (after === null) return { keyword, flags: [], rest: '' };
  const { flags, rest } = splitFlags(after, escapeToken);
  return { keyword, flags, rest: trim(rest) };
}

interface Flags {
  readonly flags: readonly string[];
  readonly rest: string;
}

/** BuildKit reads flags byte by byte, so a character of several bytes is taken for as many characters. */
function splitFlags(text: string, escapeToken: string): Flags {
  if (!trim(text).startsWith('--')) return { flags: [], rest: text };
  if (/^[\x00-\x7f]*$/.test(text)) return splitPlainFlags(text, escapeToken);
  const { flags, rest } = splitPlainFlags(Buffer.from(text, 'utf8').toString('latin1'), escapeToken);
  return { flags, rest: Buffer.from(rest, 'latin1').toString('utf8') };
}

function splitPlainFlags(text: string, escapeToken: string): Flags {
  const flags: string[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && isSpace(text.charAt(at))) at++;
    if (!text.startsWith('--', at)) return { flags, rest: text.slice(at) };
    const { flag, quoted, next } = readFlag(text, at, escapeToken);
    at = next;
    if (flag === '--') return { flags, rest: text.slice(at) };
    if (quoted || flag !== '') flags.push(flag);
  }
}

function readFlag(text: string, start: number, escapeToken: string): { flag: string; quoted: boolean; next: number } {
  let flag = '';
  let quote = '';
  let quoted = false;
  let at = start;
  for (; at < text.length; at++) {
    let char = text.charAt(at);
    if (quote === '' && isSpace(char)) break;
    if (char === quote) {
      quote = '';
      continue;
    }
    if (quote === '' && (char === "'" || char === '"')) {
      quote = char;
      quoted = true;
      continue;
    }
    if (char === escapeToken) {
      // At the very end an escape is dropped.
      if (at + 1 === text.length) continue;
      char = text.charAt(++at);
    }
    flag += char;
  }
  return { flag, quoted, next: at };
}
