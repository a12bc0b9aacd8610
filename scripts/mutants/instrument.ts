import type { Host, Mutation } from './mutations.ts';

/** A mutation with the number by which it is switched on. */
export interface Numbered extends Mutation {
  readonly id: number;
}

interface Hosted {
  readonly host: Host;
  readonly mutations: Numbered[];
}

/** The name of the global function that answers whether the mutant of a number is on. */
export const switchName = '$mutant';

/** `source` with all its mutants in it, each behind its switch. */
export function instrument(source: string, mutations: readonly Numbered[]): string {
  const hosts = new Map<string, Hosted>();
  for (const mutation of mutations) {
    const { host } = mutation;
    const key = [host.kind, host.start, host.end].join(' ');
    const known = hosts.get(key) ?? { host, mutations: [] };
    known.mutations.push(mutation);
    hosts.set(key, known);
  }
  // An outer host comes before the inner ones.
  const ordered = [...hosts.values()].sort(
    (one, other) => one.host.start - other.host.start || other.host.end - one.host.end || rank(one) - rank(other),
  );
  return print(source, 0, source.length, ordered);
}

function rank({ host }: Hosted): number {
  return host.kind === 'statement' ? 0 : 1;
}

function print(source: string, start: number, end: number, hosts: readonly Hosted[]): string {
  const parts: string[] = [];
  let at = start;
  let rest = hosts;
  while (rest[0] !== undefined) {
    const [outer, ...others] = rest;
    const inner = others.filter(({ host }) => host.start < outer.host.end);
    parts.push(
      source.slice(at, outer.host.start),
      choice(source, outer, print(source, outer.host.start, outer.host.end, inner)),
    );
    at = outer.host.end;
    rest = others.slice(inner.length);
  }
  return parts.join('') + source.slice(at, end);
}

function choice(source: string, { host, mutations }: Hosted, original: string): string {
  const mutated = ({ start, end, replacement }: Numbered): string =>
    source.slice(host.start, start) + replacement + source.slice(end, host.end);
  if (host.kind === 'expression') {
    const choices = mutations.map((mutation) => `${switchName}(${mutation.id})?(${mutated(mutation)}):`);
    return `(${choices.join('')}(${original}))`;
  }
  const choices = mutations.map((mutation) => `if(${switchName}(${mutation.id}))${mutated(mutation)}else `);
  return host.kind === 'block' ? `{${choices.join('')}${original}}` : `${choices.join('')}${original}`;
}
