import type * as z from 'zod';
import { nearestName, VerifyError } from '../../../model/index.ts';
import type { YamlSource } from './yaml-source.ts';

type Issue = z.core.$ZodIssue;

/**
 * The value of a file, checked against `schema`.
 * @throws VerifyError `policy.invalid` that names file, line, column, and the nearest valid name of an unknown field
 */
export function validateDocument<Schema extends z.ZodType>(source: YamlSource, schema: Schema): z.output<Schema> {
  const result = schema.safeParse(source.value, { error: explain });
  if (result.success) return result.data;
  const found = result.error.issues.flatMap((issue) => placed(source, schema, issue, []));
  // A misspelt field is why another seems to be missing.
  const rank = (issue: PlacedIssue): number => (issue.isUnknown === true ? 0 : 1);
  const inOrder = found.sort((a, b) => rank(a) - rank(b) || a.line - b.line || a.column - b.column);
  const [first, ...others] = inOrder;
  const { line, column, message, hint } = first ?? { line: 1, column: 1, message: 'not a policy', hint: undefined };
  throw invalidAt(source.file, { line, column }, `${message}${besides(first, others)}`, hint);
}

/** As many of the further mistakes are told. */
const mostTold = 9;

/** What else is wrong, so that one run tells all that the language itself refuses. What a misspelt field leads to is told by it. */
function besides(first: PlacedIssue | undefined, others: readonly PlacedIssue[]): string {
  const misspelt = new Set([first, ...others].flatMap((issue) => (issue?.isUnknown === true ? [issue.within] : [])));
  const lines = new Set([first?.line]);
  const told: string[] = [];
  for (const { line, column, message, isUnknown, within } of others.toSorted((a, b) => a.line - b.line)) {
    if (lines.has(line) || (isUnknown !== true && within !== null && misspelt.has(within))) continue;
    lines.add(line);
    told.push(`${line}:${column}: ${message}`);
  }
  if (told.length === 0) return '';
  const more = told.length > mostTold ? `; and ${told.length - mostTold} more` : '';
  return `; and besides at ${told.slice(0, mostTold).join('; at ')}${more}`;
}

/** The error for something wrong at a place of a policy file. */
export function invalidAt(
  file: string,
  place: { readonly line: number; readonly column: number },
  message: string,
  hint?: string,
): VerifyError {
  return new VerifyError('policy.invalid', `${file}:${place.line}:${place.column}: ${message}`, {
    place: { file, ...place },
    ...(hint === undefined ? {} : { hint }),
  });
}

interface PlacedIssue {
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly isUnknown?: boolean;
  /** The mapping in which something is unknown or missing; null for what is there and wrong by itself. */
  readonly within: string | null;
}

function placed(
  source: YamlSource,
  schema: z.ZodType,
  issue: Issue,
  prefix: readonly PropertyKey[],
): readonly PlacedIssue[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const names = knownNames(schema, path);
    return issue.keys.map((key) => {
      const near = nearestName(key, names);
      const meant = near === null ? `known fields are ${names.join(', ')}` : `did you mean "${near}"?`;
      return {
        ...source.placeOf([...path, key], 'key'),
        message: `unknown field "${key}"; ${meant}`,
        hint: meant,
        isUnknown: true,
        within: path.join('.'),
      };
    });
  }
  if (issue.code === 'invalid_union') {
    const branch = [...issue.errors].sort((left, right) => score(right) - score(left))[0];
    if (branch !== undefined && score(branch) > 0)
      return branch.flatMap((inner) => placed(source, schema, inner, path));
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map((inner) => ({ ...source.placeOf(path, 'key'), message: inner.message, within: null }));
  }
  const missing = issue.message.startsWith(missingText) ? path.slice(0, -1) : null;
  const within = (issue.code === 'custom' ? path : missing)?.join('.') ?? null;
  return [{ ...source.placeOf(path), message: `${fieldName(path)}${issue.message}`, within }];
}

/** A branch of a union that failed deeper inside, or over an unknown field, is what was meant. */
function score(issues: readonly Issue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length + (issue.code === 'unrecognized_keys' ? 1 : 0)));
}

function fieldName(path: readonly PropertyKey[]): string {
  const last = [...path].reverse().find((part) => typeof part === 'string');
  return last === undefined ? '' : `${last}: `;
}

const missingText = 'it is missing';

function explain(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') {
    if (issue.input === undefined) return missingText;
    const single =
      issue.expected === 'array' && typeof issue.input === 'string' ? `; write [${describe(issue.input)}]` : '';
    return `expected ${kindNames[issue.expected] ?? issue.expected}, found ${describe(issue.input)}${single}`;
  }
  if (issue.code === 'invalid_value') {
    const [only, ...more] = issue.values;
    if (issue.input === undefined) return `${missingText}${more.length > 0 ? '' : `; write ${JSON.stringify(only)}`}`;
    const texts = issue.values.filter((value) => typeof value === 'string');
    const near = typeof issue.input === 'string' ? nearestName(issue.input, texts) : null;
    const options = issue.values.map((value) => JSON.stringify(value)).join(' or ');
    return `expected ${options}, found ${describe(issue.input)}${near === null ? '' : `; did you mean "${near}"?`}`;
  }
  if (issue.code === 'invalid_union') return `${describe(issue.input)} does not fit here${meantBoolean(issue.input)}`;
  if (issue.code === 'too_small') return `expected at least ${amount(issue.minimum, issue.origin)}`;
  if (issue.code === 'too_big') return `expected at most ${amount(issue.maximum, issue.origin)}`;
  return undefined;
}

/** YAML 1.1 had more words for true and false. */
function meantBoolean(input: unknown): string {
  const words: Readonly<Record<string, boolean>> = { yes: true, on: true, no: false, off: false };
  const word = typeof input === 'string' ? input.toLowerCase() : '';
  return Object.hasOwn(words, word) ? `; write ${String(words[word])}` : '';
}

function amount(bound: number | bigint, origin: string): string {
  if (origin !== 'array' && origin !== 'string') return String(bound);
  const unit = origin === 'array' ? (bound === 1 ? 'entry' : 'entries') : bound === 1 ? 'character' : 'characters';
  return `${bound} ${unit}`;
}

const kindNames: Readonly<Record<string, string>> = {
  object: 'a mapping',
  record: 'a mapping',
  array: 'a list',
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return JSON.stringify(value)?.slice(0, 80) ?? 'nothing';
}

/** The names of the fields that may stand at `path`. */
function knownNames(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  return [...new Set(descend([schema], path).flatMap((found) => Object.keys(shapeOf(found) ?? {})))];
}

function descend(schemas: readonly unknown[], path: readonly PropertyKey[]): readonly unknown[] {
  let current = schemas.flatMap(unwrap);
  for (const part of path) current = current.flatMap((schema) => inner(schema, part)).flatMap(unwrap);
  return current;
}

interface Definition {
  readonly type?: string;
  readonly innerType?: unknown;
  readonly options?: readonly unknown[];
  readonly element?: unknown;
  readonly valueType?: unknown;
  readonly shape?: Readonly<Record<string, unknown>>;
}

/** A schema's parts, which zod has in `def` and whose type depends on the kind of schema. */
function definitionOf(schema: unknown): Definition {
  return (schema as { readonly def?: Definition } | undefined)?.def ?? {};
}

function shapeOf(schema: unknown): Readonly<Record<string, unknown>> | undefined {
  return definitionOf(schema).shape;
}

function unwrap(schema: unknown): readonly unknown[] {
  const definition = definitionOf(schema);
  if (definition.innerType !== undefined) return unwrap(definition.innerType);
  return definition.options?.flatMap(unwrap) ?? [schema];
}

function inner(schema: unknown, part: PropertyKey): readonly unknown[] {
  const { element, valueType, shape } = definitionOf(schema);
  const next = shape === undefined ? (element ?? valueType) : shape[String(part)];
  return next === undefined ? [] : [next];
}
