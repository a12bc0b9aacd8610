import { type Digest, isDigest, isRecord, readUnambiguousJson } from '../../model/index.ts';
import { bounds } from '../transport/bounds.ts';

function parse(bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return readUnambiguousJson(text, { depth: bounds.jsonDepth, keys: 'exact' }).value;
  } catch {
    return null;
  }
}

function digestIn(subject: unknown): Digest | null {
  const digests = isRecord(subject) ? subject['digest'] : null;
  const digest = isRecord(digests) ? `sha256:${String(digests['sha256'])}` : '';
  return isDigest(digest) ? digest : null;
}

/**
 * The one digest that an in-toto statement is about (in-toto/attestation, spec/v1/statement.md): the SHA-256 of every
 * subject, one for each name that BuildKit pushed the image under. Null where there is none, or more than one.
 */
export function statementSubject(bytes: Uint8Array): Digest | null {
  const statement = parse(bytes);
  const subjects = isRecord(statement) ? statement['subject'] : null;
  if (!Array.isArray(subjects)) return null;
  const [first = null, ...others] = new Set(subjects.map(digestIn));
  return others.length === 0 ? first : null;
}
