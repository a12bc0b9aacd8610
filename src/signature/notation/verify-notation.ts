import { createHash } from 'node:crypto';
import { type Attachment, type Digest, type Evidence, isDigest, type Signer } from '../../model/index.ts';
import type { SignedStatement } from '../attachment-reader.ts';
import { vouched } from '../attachment-reader.ts';
import { subjectName } from '../certificates/subject-name.ts';
import { dateTime } from '../date-time.ts';
import { refusedEvidence } from '../evidence.ts';
import { printable, problemOf, Refusal } from '../refusal.ts';
import { checkRevocation } from '../revocation/revocation.ts';
import type { RevocationSource } from '../revocation/revocation-source.ts';
import type { PreparedMaterial } from '../sigstore/prepared-material.ts';
import { arrayOf, objectOf, parseStrictJson, stringOf, structureOf } from '../strict-json.ts';
import { assertNotationSignature } from './notation-algorithm.ts';
import { assertChain, assertValidAt, type CertificateChain, readChain, trustedAuthorities } from './notation-chain.ts';
import { readCoseEnvelope } from './notation-cose.ts';
import { assertAttributes, type NotationEnvelope } from './notation-envelope.ts';
import { readJwsEnvelope } from './notation-jws.ts';
import { type NotationTime, notationTime } from './notation-timestamp.ts';

const thumbprints = 'io.cncf.notary.x509chain.thumbprint#S256';

type Target = Pick<SignedStatement, 'form' | 'subject' | 'annotations'>;

/**
 * Reads the envelope, whichever of the two forms it has.
 * @throws Refusal `malformed`, `unsupported`, `too-large`
 */
export function readNotationEnvelope(attachment: Attachment, content: Buffer): NotationEnvelope {
  switch (attachment.layer.mediaType) {
    case 'application/jose+json':
      return readJwsEnvelope(content);
    case 'application/cose':
      return readCoseEnvelope(content);
    default:
      throw new Refusal('unsupported', `it is an envelope of the type "${printable(attachment.layer.mediaType)}"`);
  }
}

function readTarget(envelope: NotationEnvelope, attachment: Attachment): Target & { readonly digest: string } {
  const payload = structureOf(parseStrictJson(envelope.payload, 'the signed payload'), 'the signed payload');
  const target = structureOf(payload['targetArtifact'], 'its targetArtifact');
  const digest = stringOf(target['digest'], "its target's digest");
  const annotations = Object.entries(objectOf(target['annotations'] ?? {}, "its target's annotations"));
  return {
    ...vouched(attachment, 'notation', isDigest(digest) ? (digest as Digest) : attachment.subject),
    digest,
    annotations: Object.fromEntries(annotations.map(([name, value]) => [name, stringOf(value, 'an annotation')])),
  };
}

/** The manifest's list of the chain's fingerprints is unsigned; one that disagrees would make people trust another name. */
function assertThumbprints(attachment: Attachment, chain: CertificateChain): void {
  const text = attachment.annotations[thumbprints];
  if (text === undefined) return;
  const stated = arrayOf(
    parseStrictJson(Buffer.from(text), 'its list of fingerprints'),
    'its list of fingerprints',
    32,
  );
  const found = chain.map(({ native }) => createHash('sha256').update(native.raw).digest('hex'));
  if (stated.length !== found.length || !stated.every((value, index) => value === found[index])) {
    throw new Refusal('malformed', `the manifest states other certificates than the signature has: ${printable(text)}`);
  }
}

function assertAlive(envelope: NotationEnvelope, now: Date): void {
  if (envelope.expiry === null || envelope.expiry > now) return;
  throw new Refusal('expired', `the signature expired at ${dateTime(envelope.expiry)}`);
}

interface Verified {
  readonly materials: readonly string[];
  readonly time: NotationTime | null;
}

function verifyEnvelope(
  envelope: NotationEnvelope,
  chain: CertificateChain,
  material: PreparedMaterial,
  now: Date,
): Verified {
  const [signer] = chain;
  assertAttributes(envelope);
  assertNotationSignature(envelope, signer.native.publicKey);
  const trusted = trustedAuthorities(chain, material.notation);
  if (trusted.length === 0) {
    const by = subjectName((chain.at(-1) ?? signer).parsed);
    throw new Refusal('unknown-signer', `its certificate was issued by "${by}", an authority that no policy names`);
  }
  assertChain(chain);
  const time = notationTime(
    envelope.timestamp,
    envelope.signature,
    signer.native.publicKey,
    material.notationTimestamps,
  );
  assertValidAt(chain, time?.time ?? now, time !== null);
  assertAlive(envelope, now);
  return { materials: [...trusted.map((authority) => authority.id), ...(time?.materials ?? [])], time };
}

/**
 * What stays open about revocation.
 * @throws Refusal `certificate-revoked`
 */
async function openRevocation(
  chain: CertificateChain,
  { materials, time }: Verified,
  source: RevocationSource | null,
  now: Date,
): Promise<Pick<Evidence, 'revocationUnknown'>> {
  if (source === null || !materials.some((id) => source.authorities.has(id))) return {};
  const { status, reason } = await checkRevocation(chain, source, now, time?.time ?? null);
  if (status === 'revoked')
    throw new Refusal('certificate-revoked', `a certificate of its signer was taken back: ${reason}`);
  return status === 'unknown' ? { revocationUnknown: reason } : {};
}

function signerOf([{ parsed }]: CertificateChain): Signer {
  return { kind: 'certificate', subject: subjectName(parsed) };
}

/**
 * Verifies a Notation signature (notaryproject/specifications, trust-store-trust-policy.md, level `strict`): attributes,
 * algorithm by key, chain to an authority of a policy, validity at the proven time or now, expiry, the digest it targets,
 * and, where there is a source for it, that no certificate of the chain was revoked.
 * @throws Refusal where it cannot even be read
 */
export async function verifyNotation(
  attachment: Attachment,
  content: Buffer,
  material: PreparedMaterial,
  now: Date,
  revocation: RevocationSource | null,
): Promise<Evidence> {
  const envelope = readNotationEnvelope(attachment, content);
  const chain = readChain(envelope);
  const signer = signerOf(chain);
  const target = readTarget(envelope, attachment);
  const base = { ...refusedEvidence(attachment, { code: 'malformed', message: '' }), ...target, signer };
  const { digest, ...evidence } = base;
  try {
    assertThumbprints(attachment, chain);
    const verified = verifyEnvelope(envelope, chain, material, now);
    if (digest !== attachment.subject) {
      throw new Refusal('wrong-subject', `it was made for ${printable(digest)}, expected ${attachment.subject}`);
    }
    const time = verified.time === null ? null : dateTime(verified.time.time);
    const timeSource = verified.time === null ? null : 'timestamp';
    const open = await openRevocation(chain, verified, revocation, now);
    return { ...evidence, verified: true, problem: null, materials: verified.materials, time, timeSource, ...open };
  } catch (error) {
    return { ...evidence, problem: problemOf(error) };
  }
}
