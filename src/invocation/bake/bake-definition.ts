import { type PrintedTarget, readPrintedBake } from './printed-bake.ts';
import { type DefinitionOrigin, settleRemoteTarget } from './remote-definition.ts';

/**
 * A bake definition, evaluated: no variable, function, file or override decides anything in it any more, and every place in it is
 * named as a definition on this machine names it.
 */
export interface BakeDefinition {
  readonly group: unknown;
  readonly targets: readonly (readonly [name: string, target: PrintedTarget])[];
}

// buildx since 0.23 escapes these when it prints them, so that what is printed could be read again, and nothing else
const escaped = ['args', 'labels', 'extra-hosts'] as const;
const unescaped = /(?:^|[^$])\$\{|(?:^|[^%])%\{/;

function escapedTexts(target: PrintedTarget): readonly string[] {
  const values = escaped.flatMap((field) => Object.values(target[field] ?? {}));
  return [...values, ...(target.annotations ?? []), target['dockerfile-inline']].filter(
    (text) => typeof text === 'string',
  );
}

/** `$${` is how a template says `${`. */
function withoutEscapes(text: string): string {
  return text.replace(/([$%])(?=\1\{)/g, '');
}

function unescapeTarget(target: PrintedTarget): PrintedTarget {
  const { annotations, 'dockerfile-inline': inline } = target;
  const objects = escaped.flatMap((field) => {
    const entries = Object.entries(target[field] ?? {});
    const plain = entries.map(([key, text]) => [key, text === null ? null : withoutEscapes(text)] as const);
    return entries.length === 0 ? [] : [[field, Object.fromEntries(plain)] as const];
  });
  return {
    ...target,
    ...Object.fromEntries(objects),
    ...(annotations ? { annotations: annotations.map(withoutEscapes) } : {}),
    ...(inline ? { 'dockerfile-inline': withoutEscapes(inline) } : {}),
  };
}

/**
 * What `buildx bake --print` answered, as it is meant. `origin` is null for a definition on this machine.
 * @throws VerifyError `bake.invalid`
 */
export function evaluatedDefinition(printed: unknown, origin: DefinitionOrigin | null): BakeDefinition {
  const { group, targets } = readPrintedBake(printed);
  const isEscaped = !targets.some(([, target]) => escapedTexts(target).some((text) => unescaped.test(text)));
  return {
    group,
    targets: targets.map(([name, target]) => {
      const plain = isEscaped ? unescapeTarget(target) : target;
      return [name, origin === null ? plain : settleRemoteTarget(name, plain, origin)];
    }),
  };
}

/** A text that a template evaluates to itself: `$${` would do, but for what stands before it. */
function literal(text: string): string {
  return /[$%]\{/.test(text) ? text.replace(/[$%]/g, (sign) => `\${"${sign}"}`) : text;
}

function literals(value: unknown): unknown {
  if (typeof value === 'string') return literal(value);
  if (Array.isArray(value)) return value.map(literals);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [literal(key), literals(member)]));
}

/** The definition as a file for `buildx bake --file`, in which nothing is left to evaluate: buildx takes every JSON text for a template. */
export function renderDefinition({ group, targets }: BakeDefinition): string {
  const groups = group === undefined ? {} : { group: literals(group) };
  const named = targets.map(([name, target]) => [name, literals(target)] as const);
  return `${JSON.stringify({ ...groups, target: Object.fromEntries(named) }, null, 1)}\n`;
}
