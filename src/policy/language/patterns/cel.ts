import type { CelFunc, CelInput } from '@bufbuild/cel';

type Library = typeof import('@bufbuild/cel');

/** Loaded once, and only where a policy holds an expression: it takes a tenth of a second. */
let library: Library | null = null;

/** Makes the library ready that evaluates expressions: deciding has no time to wait for it. */
export async function prepareCel(): Promise<void> {
  library ??= await import('@bufbuild/cel');
}

/** What an expression comes to, or why it could not be evaluated. */
export type CelOutcome =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'beyond'; readonly reason: string };

/** A function that expressions may call: the types of its arguments, and what it answers. What it throws is no answer. */
export interface CelHostFunction {
  readonly name: string;
  readonly takes: readonly ('string' | 'any' | 'list')[];
  readonly answers: 'int' | 'any';
  readonly call: (...values: readonly unknown[]) => unknown;
}

function beyond(reason: string): CelOutcome {
  return { kind: 'beyond', reason };
}

/** The names that an expression reads and does not bind itself; the tree is protobuf's, of cel.expr.ParsedExpr. */
function freeNames(node: unknown, bound: ReadonlySet<string> = new Set()): readonly string[] {
  if (typeof node !== 'object' || node === null) return [];
  if (Array.isArray(node)) return node.flatMap((each) => freeNames(each, bound));
  if ('case' in node && 'value' in node && typeof node.value === 'object' && node.value !== null) {
    const { value } = node;
    if (node.case === 'identExpr' && 'name' in value && typeof value.name === 'string')
      return bound.has(value.name) ? [] : [value.name];
    if (node.case === 'comprehensionExpr') {
      const { iterVar, iterVar2, accuVar } = value as Record<string, unknown>; // cel.expr.Expr.Comprehension
      const names = [iterVar, iterVar2, accuVar].filter((name) => typeof name === 'string' && name !== '');
      return freeNames(Object.values(value), new Set([...bound, ...(names as string[])]));
    }
  }
  return Object.values(node).flatMap((each) => freeNames(each, bound));
}

function hostFunctions({ celFunc, listType, CelScalar }: Library, functions: readonly CelHostFunction[]): CelFunc[] {
  const types = { string: CelScalar.STRING, any: CelScalar.DYN, list: listType(CelScalar.DYN) } as const;
  return functions.map(({ name, takes, answers, call }) =>
    celFunc(
      name,
      takes.map((type) => types[type]),
      answers === 'int' ? CelScalar.INT : CelScalar.DYN,
      // the library checks the answer against the type that stands before it
      (...values: readonly unknown[]) => call(...values) as never,
    ),
  );
}

/**
 * Evaluates an expression (cel-spec). An expression that reads a name which is not in `values` cannot be evaluated: the library
 * would take the name for absent, so that `!has(object.x)` would be true of a resource that was never read.
 */
export function evaluateCel(
  expression: string,
  values: Readonly<Record<string, unknown>>,
  functions: readonly CelHostFunction[] = [],
): CelOutcome {
  if (library === null) return beyond('no evaluator of CEL is at hand');
  try {
    const { parse, plan, celEnv, isCelError } = library;
    const parsed = parse(expression);
    const unknown = freeNames(parsed.expr).find((name) => !Object.hasOwn(values, name));
    if (unknown !== undefined) return beyond(`it reads ${unknown}, which a build has not`);
    const run = plan(celEnv({ funcs: hostFunctions(library, functions) }), parsed);
    const result: unknown = run(values as Record<string, CelInput>); // plain data, as JSON has it
    return isCelError(result) ? beyond(result.message) : { kind: 'value', value: result };
  } catch (error) {
    return beyond(error instanceof Error ? error.message : 'it is no expression');
  }
}

/** The members of a list of the library's, as plain values. */
export function celMembers(list: unknown): readonly unknown[] | null {
  return library?.isCelList(list) === true ? [...list] : null;
}
