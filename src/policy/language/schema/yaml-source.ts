import { type Document, isMap, isNode, isScalar, LineCounter, type Node, parseAllDocuments } from 'yaml';
import { VerifyError } from '../../../model/index.ts';

const largestFile = 1_048_576; // bytes
const mostAliases = 50;
const deepest = 64;
/** Brackets and marks of a block that may stand inside each other before the text is parsed, quoted or not: far more than `deepest`. */
const mostBrackets = 1_000;
const mostMarks = 200;
/** List, key, anchor and tag marks, one after another. */
const marksInARow = new RegExp(`(?:[-?][ \\t]+|[&!][^\\s,[\\]{}]*\\s+){${mostMarks}}`, 'u');

/** A YAML or JSON text that was parsed, and where each of its values stands. */
export interface YamlSource {
  readonly file: string;
  /** Plain data: objects, arrays, strings, numbers, booleans, null. */
  readonly value: unknown;
  /** Line and column, from 1, of the value at `path`, or of the key that ends it; the nearest parent's where there is none. */
  readonly placeOf: (path: readonly PropertyKey[], of?: 'key' | 'value') => { line: number; column: number };
}

function refuse(file: string, message: string, line: number, column: number, hint?: string): VerifyError {
  return new VerifyError('policy.invalid', `${file}:${line}:${column}: ${message}`, {
    place: { file, line, column },
    ...(hint === undefined ? {} : { hint }),
  });
}

/**
 * Parses one YAML 1.2 document (or JSON) with the core schema: duplicate keys, merge keys, own tags and unbounded
 * aliases are refused.
 * @throws VerifyError `policy.invalid` with the place
 */
export function parseYamlSource(bytes: Uint8Array, file: string): YamlSource {
  const documents = parseYamlSources(bytes, file);
  const second = documents[1];
  if (second !== undefined) {
    const { line, column } = second.placeOf([]);
    throw refuse(file, 'a second document begins here; a policy is one document', line, column);
  }
  return documents[0] ?? { file, value: null, placeOf: () => ({ line: 1, column: 1 }) };
}

/** Like `parseYamlSource`, for files that may hold several documents. */
export function parseYamlSources(bytes: Uint8Array, file: string): readonly YamlSource[] {
  if (bytes.byteLength > largestFile) throw refuse(file, `larger than ${largestFile} bytes`, 1, 1);
  const text = decode(bytes, file);
  refuseNesting(text, file);
  const counter = new LineCounter();
  try {
    const documents = parseAllDocuments(text, {
      version: '1.2',
      schema: 'core',
      merge: false,
      uniqueKeys: true,
      strict: true,
      prettyErrors: false,
      lineCounter: counter,
      logLevel: 'silent',
    });
    return [...documents].map((document) => sourceOf(document, counter, file));
  } catch (error) {
    if (error instanceof VerifyError) throw error;
    // A stack overflow of the recursive composer, for instance.
    throw refuse(file, `cannot be parsed: ${error instanceof Error ? error.message : String(error)}`, 1, 1);
  }
}

function decode(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new VerifyError('policy.invalid', `${file}:1:1: not UTF-8 text`, {
      place: { file, line: 1, column: 1 },
      cause: error,
    });
  }
}

function sourceOf(document: Document.Parsed | Document, counter: LineCounter, file: string): YamlSource {
  const place = (offset: number): { line: number; column: number } => {
    const { line, col } = counter.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault !== undefined) {
    const { line, column } = place(fault.pos[0]);
    throw refuse(file, fault.code === 'DUPLICATE_KEY' ? 'this key is there twice' : fault.message, line, column);
  }
  const source: YamlSource = {
    file,
    value: document.toJS({ maxAliasCount: mostAliases }),
    placeOf: (path, of = 'value') => place(offsetOf(document, path, of)),
  };
  refuseDepth(source.value, 0, file);
  return source;
}

/** Refuses before parsing what the parser, and everything after it, would need a stack or much time for. */
function refuseNesting(text: string, file: string): void {
  let open = 0;
  for (const mark of text) {
    if (mark === '[' || mark === '{') open += 1;
    else if (mark === ']' || mark === '}') open = Math.max(0, open - 1);
    if (open > mostBrackets) break;
  }
  if (open > mostBrackets || marksInARow.test(text)) throw refuse(file, `nested deeper than ${deepest} levels`, 1, 1);
}

function refuseDepth(value: unknown, depth: number, file: string): void {
  if (typeof value !== 'object' || value === null) return;
  if (depth > deepest) throw refuse(file, `nested deeper than ${deepest} levels`, 1, 1);
  for (const item of Object.values(value)) refuseDepth(item, depth + 1, file);
}

function offsetOf(document: Document, path: readonly PropertyKey[], of: 'key' | 'value'): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const wantsKey = of === 'key' && length === path.length;
    const node = wantsKey ? keyNode(document, path) : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range !== undefined && node.range !== null) return node.range[0];
  }
  return 0;
}

function keyNode(document: Document, path: readonly PropertyKey[]): Node | null {
  const parent = document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return null;
  const last = path.at(-1);
  for (const pair of parent.items) {
    if (isScalar(pair.key) && String(pair.key.value) === String(last)) return pair.key;
  }
  return null;
}
