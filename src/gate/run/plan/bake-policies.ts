import type { BakeDefinition } from '../../../invocation/index.ts';

const option = '--policy=';

/** Whether buildx has written a value of its `--policy` into a target that it printed, by the parts that can be recognised. */
function holds(policy: unknown, value: string): boolean {
  const text = JSON.stringify(policy ?? null);
  return value.split(',').every((part) => {
    const [key = '', ...rest] = part.split('=');
    const said = rest.join('=');
    return text.includes(['', 'true'].includes(said) ? key : JSON.stringify(said).slice(1, -1));
  });
}

/**
 * The arguments for building an evaluated definition, in which buildx's own `--policy` stands only as far as the definition does not
 * hold it: it is neither lost nor given twice.
 */
export function withoutHeldPolicies(args: readonly string[], { targets }: BakeDefinition): readonly string[] {
  return args.filter((word) => {
    if (!word.startsWith(option)) return true;
    const value = word.slice(option.length);
    return !targets.every(([, target]) => holds(target['policy'], value));
  });
}
