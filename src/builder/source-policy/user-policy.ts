import { isAbsolute, resolve } from 'node:path';
import { type Environment, isRecord, parseBoundedJson, readBoundedFile, VerifyError } from '../../model/index.ts';
import type { SourceRule } from './source-rule.ts';

/** The variable that names a source policy to buildx. */
export const sourcePolicyVariable = 'EXPERIMENTAL_BUILDKIT_SOURCE_POLICY';

const largestFile = 8 * 1024 * 1024;
const actions = ['ALLOW', 'DENY', 'CONVERT'] as const;
const matchTypes = ['WILDCARD', 'EXACT', 'REGEX'] as const;

/** The user's own source policy, with every default filled in. */
export interface UserPolicy {
  readonly file: string;
  readonly rules: readonly SourceRule[];
}

class Malformed extends Error {}

/** The members of an object, found as Go's decoder finds them: in any case of letters. */
function members(value: unknown, place: string): ReadonlyMap<string, unknown> {
  if (value === null || value === undefined) return new Map();
  if (!isRecord(value)) throw new Malformed(`${place} is not an object`);
  const found = new Map<string, unknown>();
  for (const [key, member] of Object.entries(value)) {
    const name = key.toLowerCase();
    if (found.has(name)) throw new Malformed(`${place} has "${name}" twice`);
    found.set(name, member);
  }
  return found;
}

function textAt(found: ReadonlyMap<string, unknown>, name: string, place: string): string {
  const value = found.get(name) ?? '';
  if (typeof value !== 'string') throw new Malformed(`${place}.${name} is not a text`);
  return value;
}

function choiceAt<Name extends string>(
  found: ReadonlyMap<string, unknown>,
  name: string,
  choices: readonly Name[],
  place: string,
): Name {
  const value = found.get(name) ?? 0;
  const choice = typeof value === 'number' ? choices[value] : choices.find((candidate) => candidate === value);
  if (choice === undefined)
    throw new Malformed(`${place}.${name} is ${JSON.stringify(value)}, not one of ${choices.join(', ')}`);
  return choice;
}

function attributes(value: unknown, place: string): Readonly<Record<string, string>> {
  if (!isRecord(value)) throw new Malformed(`${place} is not an object`);
  const entries = Object.entries(value).map(([key, text]): [string, string] => {
    if (typeof text !== 'string') throw new Malformed(`${place}.${key} is not a text`);
    return [key, text];
  });
  return Object.fromEntries(entries);
}

function parseRule(value: unknown, place: string): SourceRule {
  const rule = members(value, place);
  if (!isRecord(rule.get('selector'))) throw new Malformed(`${place} has no selector`);
  const selector = members(rule.get('selector'), `${place}.selector`);
  const constraints = selector.get('constraints') ?? [];
  if (!Array.isArray(constraints)) throw new Malformed(`${place}.selector.constraints is not a list`);
  const updates = isRecord(rule.get('updates')) ? members(rule.get('updates'), `${place}.updates`) : null;
  const action = choiceAt(rule, 'action', actions, place);
  if (action === 'CONVERT' && updates === null) throw new Malformed(`${place} converts, but has no updates`);
  const attrs = updates?.get('attrs') ?? null;
  return {
    action,
    selector: {
      identifier: textAt(selector, 'identifier', `${place}.selector`),
      match_type: choiceAt(selector, 'match_type', matchTypes, `${place}.selector`),
      ...(constraints.length === 0 ? {} : { constraints }),
    },
    ...(updates === null
      ? {}
      : {
          updates: {
            identifier: textAt(updates, 'identifier', `${place}.updates`),
            ...(attrs === null ? {} : { attrs: attributes(attrs, `${place}.updates.attrs`) }),
          },
        }),
  };
}

/**
 * Parses a source policy's JSON as buildx does (encoding/json into the protobuf's structs), save that a name given twice is refused.
 * @throws VerifyError `config.invalid`, `builder.policy-unsupported` for the binary form
 */
export async function parseUserPolicy(text: string, file: string): Promise<UserPolicy> {
  try {
    const parsed: unknown = parseBoundedJson(text);
    // JSON.parse keeps the last of two equal names without a word, where Go merges them
    const { parseDocument } = await import('yaml');
    const [problem] = parseDocument(text, { uniqueKeys: true, schema: 'json' }).errors;
    if (problem?.code === 'DUPLICATE_KEY') throw new Malformed('an object has the same name twice');
    const rules = members(parsed, 'the policy').get('rules') ?? [];
    if (!Array.isArray(rules)) throw new Malformed('"rules" is not a list');
    return { file, rules: rules.map((rule: unknown, index) => parseRule(rule, `rules[${index}]`)) };
  } catch (cause) {
    if (!(cause instanceof Malformed) && !text.trimStart().startsWith('{')) {
      throw new VerifyError('builder.policy-unsupported', 'your own source policy is not JSON', {
        hint: `write the policy that ${sourcePolicyVariable} names as JSON, or unset the variable`,
        place: { file },
        cause,
      });
    }
    throw invalid(file, cause);
  }
}

function invalid(file: string, cause: unknown): VerifyError {
  const reason = cause instanceof Error ? cause.message : 'unreadable';
  return new VerifyError('config.invalid', `your own source policy cannot be used: ${reason}`, {
    hint: `repair the file that ${sourcePolicyVariable} names, or unset the variable`,
    place: { file },
    cause,
  });
}

/**
 * The source policy that the user has set by `EXPERIMENTAL_BUILDKIT_SOURCE_POLICY`; null where none is. One that is named
 * and missing or malformed stops everything, as it does in buildx.
 * @throws VerifyError `config.invalid`, `builder.policy-unsupported`
 */
export async function readUserPolicy(environment: Environment): Promise<UserPolicy | null> {
  const written = environment.variables[sourcePolicyVariable] ?? '';
  if (written === '') return null;
  const file = isAbsolute(written) ? written : resolve(environment.workingDirectory, written);
  const bytes = await readBoundedFile(file, largestFile).catch((cause: unknown) =>
    Promise.reject(invalid(file, cause)),
  );
  if (bytes === null) throw invalid(file, new Error('the file does not exist'));
  return parseUserPolicy(bytes.toString('utf8'), file);
}
