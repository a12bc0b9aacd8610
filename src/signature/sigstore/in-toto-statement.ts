import { cosignSignaturePredicate, type Digest, isDigest, type Problem } from '../../model/index.ts';
import { printable, Refusal } from '../refusal.ts';
import { arrayOf, type JsonObject, objectOf, parseStrictJson, stringOf, structureOf } from '../strict-json.ts';
import { repositoryIn } from './repository-in.ts';

const statementTypes = new Set(['https://in-toto.io/Statement/v0.1', 'https://in-toto.io/Statement/v1']);
const mostSubjects = 10_000;

/** What an in-toto statement says of one digest. */
export interface InTotoReading {
  readonly predicateType: string;
  /** The digest it speaks of: the one looked for where it is among its subjects, else its first. */
  readonly subject: Digest;
  readonly repository: string | null;
  readonly annotations: Readonly<Record<string, string>>;
  readonly statement: JsonObject;
  readonly problem: Problem | null;
}

interface Subject {
  readonly name: string | null;
  readonly digests: readonly string[];
  readonly annotations: Readonly<Record<string, string>>;
}

function textValues(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {};
  const entries = Object.entries(value).map(([name, item]): readonly [string, string] => [
    name,
    typeof item === 'string' ? item : JSON.stringify(item),
  ]);
  return Object.fromEntries(entries);
}

function subjectOf(value: unknown): Subject {
  const subject = structureOf(value, 'a subject of the statement');
  const digests = Object.entries(objectOf(subject['digest'], "the digest of the statement's subject"));
  const name = subject['name'];
  return {
    name: typeof name === 'string' ? name : null,
    digests: digests.map(([algorithm, hex]) => `${algorithm}:${stringOf(hex, "a digest of the statement's subject")}`),
    annotations: textValues(subject['annotations']),
  };
}

function mismatch(subjects: readonly Subject[], predicateType: string, wanted: Digest): Problem | null {
  const found = subjects.flatMap((subject) => subject.digests);
  if (!found.includes(wanted)) {
    const named = found.length === 0 ? 'no digest' : printable(found.slice(0, 3).join(', '));
    return { code: 'wrong-subject', message: `it was made for ${named}, expected ${wanted}` };
  }
  // A signature speaks of one image; a list would let one signing pass for many.
  if (predicateType === cosignSignaturePredicate && subjects.length !== 1) {
    return { code: 'wrong-subject', message: `it signs ${subjects.length} subjects at once, expected ${wanted} alone` };
  }
  return null;
}

/**
 * Reads an in-toto statement (in-toto/attestation, spec/v1/statement.md; 0.1 too) that should speak of `wanted`, in the
 * algorithm of `wanted`.
 * @throws Refusal `malformed`, `wrong-type`
 */
export function readStatement(payload: Uint8Array, wanted: Digest): InTotoReading {
  const statement = structureOf(parseStrictJson(payload, 'the signed payload'), 'the signed statement');
  const type = stringOf(statement['_type'], "the statement's _type");
  if (!statementTypes.has(type)) {
    throw new Refusal('wrong-type', `the signed payload is a "${printable(type)}", expected an in-toto statement`);
  }
  const predicateType = stringOf(statement['predicateType'], "the statement's predicateType");
  if (predicateType === '') throw new Refusal('malformed', "the statement's predicateType is empty");
  const subjects = arrayOf(statement['subject'], "the statement's subject", mostSubjects).map(subjectOf);
  if (subjects.length === 0) throw new Refusal('malformed', 'the statement has no subject');
  const match = subjects.find((subject) => subject.digests.includes(wanted));
  const first = subjects.flatMap((subject) => subject.digests).find(isDigest);
  return {
    predicateType,
    subject: match === undefined ? (first ?? wanted) : wanted,
    repository: repositoryIn((match ?? subjects[0])?.name ?? null),
    annotations: (match ?? subjects[0])?.annotations ?? {},
    statement,
    problem: mismatch(subjects, predicateType, wanted),
  };
}
