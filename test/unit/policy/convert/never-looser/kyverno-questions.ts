import type { Evidence } from '../../../../../src/model/index.ts';
import { byIdentity, byKey } from '../../support/evidence.ts';
import { kyvernoAllows, type SeenStatement } from '../sources/kyverno.ts';
import type { Question } from './comparison.ts';

/** Every subset of at most two. */
export function pairs<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  return [
    [],
    ...items.map((item) => [item]),
    ...items.flatMap((one, index) => items.slice(index + 1).map((two) => [one, two])),
  ];
}

/** A statement as our verifier would have reported it. */
function evidenceOf({ by, logged, annotations, predicateType }: SeenStatement): Evidence {
  const changes = {
    annotations,
    predicateType,
    ...(predicateType === null ? {} : { form: 'attestation' as const }),
    ...(logged ? {} : { log: null, timeSource: 'timestamp' as const }),
  };
  if ('key' in by) return byKey(by.key, changes);
  const repository = by.extensions['githubWorkflowRepository'];
  const ref = by.extensions['githubWorkflowRef'];
  const claims = {
    ...(repository === undefined ? {} : { sourceRepository: `https://github.com/${repository}` }),
    ...(ref === undefined ? {} : { ref }),
  };
  return byIdentity(by.subject, { ...changes, claims }, by.issuer);
}

/** Every offer for every name. */
export function questionsFor(
  documents: readonly object[],
  of: readonly string[],
  all: readonly (readonly SeenStatement[])[],
): readonly Question[] {
  return of.flatMap((name) =>
    all.map((statements) => ({
      name,
      evidence: statements.map(evidenceOf),
      allowed: kyvernoAllows(documents as readonly Record<string, unknown>[], name, statements),
    })),
  );
}
