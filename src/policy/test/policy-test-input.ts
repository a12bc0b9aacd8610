import { createHash } from 'node:crypto';
import {
  type Digest,
  type Evidence,
  isDigest,
  parseCanonicalName,
  parseReference,
  type Signer,
} from '../../model/index.ts';
import type { BuiltHere, DecideInput } from '../decide/evidence/decide-input.ts';
import { parseCertificates, parsePublicKey } from '../load/files/key-material.ts';
import { addAuthority } from '../load/files/named-certificates.ts';
import { invalidIn, type PolicyScope, readNamedFile } from '../load/files/policy-scope.ts';
import type { PolicyTestCase, PolicyTestEvidence } from './policy-test-schema.ts';

const publicRoot = 'public';
const githubRoot = 'github';

function digestOf(word: string): Digest {
  const digest = `sha256:${createHash('sha256').update(word).digest('hex')}`;
  if (!isDigest(digest)) throw new Error('SHA-256 makes a digest');
  return digest;
}

/**
 * What `decide` is asked in a test: the image with made-up digests where the table gives none, and evidence as it would
 * have been verified.
 * @throws VerifyError `policy.invalid` with the place in the table
 */
export async function testInput(
  scope: PolicyScope,
  index: number,
  test: PolicyTestCase,
  now: string,
): Promise<DecideInput> {
  const name = readName(scope, index, test.image);
  const written = parseReference(name).digest;
  const given = test.digest ?? written;
  const digest = given !== null && isDigest(given) ? given : digestOf(name);
  const platforms = (test.platforms ?? ['linux/amd64']).map((platform) => ({
    platform,
    digest: digestOf(`${name} ${platform}`),
  }));
  const tagDigest = test.tagDigest !== undefined && isDigest(test.tagDigest) ? test.tagDigest : null;
  const evidence: Evidence[] = [];
  for (const [number, piece] of (test.evidence ?? []).entries()) {
    const path = ['tests', index, 'evidence', number];
    const subject = piece.on === undefined ? digest : platforms.find(({ platform }) => platform === piece.on)?.digest;
    if (subject === undefined)
      throw invalidIn(scope, [...path, 'on'], 'it names a platform that the test does not ask for');
    evidence.push(await evidenceOf(scope, path, piece, subject));
  }
  return {
    image: {
      name,
      digest,
      platforms,
      tagDigest,
      onlyLocal: test.onlyLocal === true,
      localShadow: null,
      created: null,
      ...(test.builtHere === undefined ? {} : { builtHere: builtHereOf(test.builtHere, now) }),
    },
    evidence,
    collectProblems: test.unreachable === undefined ? [] : [{ message: test.unreachable }],
    trustedRoots: [
      { id: publicRoot, layer: 'builtin', source: 'sigstore public good' },
      { id: githubRoot, layer: 'builtin', source: 'github' },
    ],
    lineage: null,
    packages: null,
    now,
  };
}

function builtHereOf(built: boolean, time: string): BuiltHere {
  if (built) return { built, record: 'of the test', time };
  return { built, reason: 'no record of the test', hint: null };
}

function readName(scope: PolicyScope, index: number, image: string): ReturnType<typeof parseCanonicalName> {
  try {
    return parseCanonicalName(image);
  } catch (error) {
    throw invalidIn(scope, ['tests', index, 'image'], error instanceof Error ? error.message : String(error));
  }
}

async function evidenceOf(
  scope: PolicyScope,
  path: readonly PropertyKey[],
  piece: PolicyTestEvidence,
  subject: Digest,
): Promise<Evidence> {
  const { signer, materials } = await signerOf(scope, path, piece);
  const predicateType = piece.predicateType ?? null;
  const implied =
    piece.notation === undefined ? (predicateType === null ? 'cosign-signature' : 'attestation') : 'notation';
  const hasLog = piece.log !== false && piece.notation === undefined;
  const trustedRoot = await rootOf(scope, path, piece);
  const verified = piece.problem === undefined;
  return {
    form: piece.form ?? implied,
    verified,
    subject,
    predicateType,
    signer,
    time: piece.time ?? null,
    timeSource: piece.time === undefined ? null : hasLog ? 'log' : 'timestamp',
    log: hasLog ? { index: 0, id: 'test' } : null,
    problem: piece.problem === undefined ? null : { code: piece.problem, message: piece.problem },
    trustedRoot: verified ? trustedRoot : null,
    materials: verified ? [...materials, ...(trustedRoot === null ? [] : [trustedRoot])] : [],
    claims: piece.claims ?? {},
    ...(piece.certificate === undefined || !verified ? {} : { certificate: certificateOf(piece.certificate) }),
    repository: piece.repository ?? null,
    ...(piece.repository === undefined ? {} : { signedName: piece.repository }),
    annotations: {},
    statement: piece.statement === undefined ? null : { predicateType, ...asObject(piece.statement) },
    manifest: digestOf(path.join(' ')),
    location: 'test',
  };
}

function certificateOf(
  certificate: NonNullable<PolicyTestEvidence['certificate']>,
): NonNullable<Evidence['certificate']> {
  const { subject = '', names = [], issuer } = certificate;
  return { subject, names, issuer: issuer ?? null };
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

async function rootOf(
  scope: PolicyScope,
  path: readonly PropertyKey[],
  piece: PolicyTestEvidence,
): Promise<string | null> {
  if (piece.notation !== undefined) return null;
  if (piece.trustedRoot === undefined) return publicRoot;
  if (piece.trustedRoot === githubRoot) return githubRoot;
  return (await readNamedFile(scope, [...path, 'trustedRoot'], piece.trustedRoot)).sha256;
}

async function signerOf(
  scope: PolicyScope,
  path: readonly PropertyKey[],
  piece: PolicyTestEvidence,
): Promise<{ readonly signer: Signer | null; readonly materials: readonly string[] }> {
  if (piece.keyless !== undefined) return { signer: { kind: 'keyless', ...piece.keyless }, materials: [] };
  if (piece.notation !== undefined) {
    const at = [...path, 'notation', 'ca'];
    const material = parseCertificates((await readNamedFile(scope, at, piece.notation.ca)).text, null, 'notation');
    if (!material.ok) throw invalidIn(scope, at, material.reason);
    return { signer: { kind: 'certificate', subject: piece.notation.subject }, materials: [material.value.id] };
  }
  if (piece.certificate !== undefined) {
    const authority = await addAuthority(scope, [...path, 'certificate'], piece.certificate);
    return { signer: { kind: 'certificate', subject: piece.certificate.subject ?? '' }, materials: [authority] };
  }
  if (piece.key === undefined) return { signer: null, materials: [] };
  const isInline = piece.key.includes('-----BEGIN ');
  const pem = isInline ? piece.key : (await readNamedFile(scope, [...path, 'key'], piece.key)).text;
  const key = parsePublicKey(pem, null);
  if (!key.ok) throw invalidIn(scope, [...path, 'key'], key.reason);
  return { signer: { kind: 'key', sha256: key.value.id, name: null }, materials: [key.value.id] };
}
