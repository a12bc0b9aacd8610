import { isRecord, parseBoundedJson, recordsOf, textOr } from '../../model/index.ts';
import type { RegoOutcome } from '../language/compiled/rego.ts';

/**
 * What `opa eval --format json` has printed about `data.sigstore.isCompliant`, read as the admission controller reads it
 * (sigstore/cosign v2, pkg/cosign/rego/rego.go): `true` is compliant, and so is a set in which one member's `result` is true;
 * nothing at all, and everything else, is not.
 */
export function regoOutcomeOf(stdout: string): RegoOutcome {
  let printed: unknown;
  try {
    printed = parseBoundedJson(stdout);
  } catch {
    return { kind: 'unknown', reason: 'opa answers with something that is no JSON' };
  }
  if (!isRecord(printed)) return { kind: 'unknown', reason: 'opa answers with something that it never answers with' };
  const [error] = recordsOf(printed['errors']);
  if (error !== undefined) return { kind: 'unknown', reason: `opa says: ${textOr(error['message'], 'an error')}` };
  if (printed['result'] === undefined) return { kind: 'refused', message: null };
  const [result] = recordsOf(printed['result']);
  const [expression] = recordsOf(result?.['expressions']);
  if (expression === undefined)
    return { kind: 'unknown', reason: 'opa answers with something that it never answers with' };
  return outcomeOfValue(expression['value']);
}

function outcomeOfValue(value: unknown): RegoOutcome {
  if (value === true) return { kind: 'compliant' };
  if (!Array.isArray(value)) return { kind: 'refused', message: null };
  const members = recordsOf(value);
  if (members.length !== value.length)
    return { kind: 'unknown', reason: 'a member of isCompliant is no object with a result' };
  if (members.some(({ result }) => result === true)) return { kind: 'compliant' };
  const messages = members.map((member) => textOr(member['error'], '')).filter((message) => message !== '');
  return { kind: 'refused', message: messages[0] ?? null };
}
