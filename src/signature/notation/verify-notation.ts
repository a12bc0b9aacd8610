import { createHash, X509Certificate as NodeCertificate } from 'node:crypto';
import { type Attachment, type Digest, type Evidence, isDigest, type Signer } from '../../model/index.ts';
import type { SignedStatement } from '../attachment-reader.ts';
import { vouched } from '../attachment-reader.ts';
import { subjectName } from '../certificates/subject-name.ts';
import { dateTime } from '../date-time.ts';
import { refusedEvidence } from '../evidence.ts';
import { printable, problemOf, Refusal } from '../refusal.ts';
import { checkRevocation } from '../revocation/revocation.ts';
import type { RevocationSource } from '../revocation/revocation-source.ts';
import type { Circumstances } from '../signature-form.ts';
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
  throw new Refusal(
    'expired',
    `the signature expired at ${dateTime(envelope.expiry)}, and this machine's clock says ${dateTime(now)}`,
  );
}

/** What the revocation of certificates leaves open. */
type Open = Pick<Evidence, 'revocationUnknown'>;

interface Verified {
  readonly materials: readonly string[];
  readonly time: NotationTime | null;
  readonly open: Open;
}

/** Where revocation is looked up for the authorities that a signature verified with; null for none. */
type Lookup = { readonly source: RevocationSource; readonly now: Date } | null;

/**
 * The time, unless the certificate of who stamped it was taken back: whoever has that key can stamp any time. The present counts then, as
 * without a timestamp.
 * @throws Refusal `timestamp-invalid` where the present does not do
 */
async function standingTime(
  signer: CertificateChain,
  time: NotationTime | null,
  lookup: Lookup,
): Promise<{ readonly time: NotationTime | null; readonly open: Open }> {
  if (time === null || lookup === null) return { time, open: {} };
  const chain = time.chain.map((parsed) => ({ parsed, native: new NodeCertificate(parsed.root.toDER()) }));
  const { status, reason } = await checkRevocation(chain, lookup.source, lookup.now, null);
  if (status === 'revoked') {
    if (signer.every(({ parsed }) => parsed.validForDate(lookup.now))) return { time: null, open: {} };
    throw new Refusal('timestamp-invalid', `a certificate of who stamped it was taken back: ${reason}`);
  }
  return { time, open: status === 'unknown' ? { revocationUnknown: `of its timestamp: ${reason}` } : {} };
}

/**
 * What stays open about the signer's own certificates.
 * @throws Refusal `certificate-revoked`
 */
async function openRevocation(chain: CertificateChain, time: NotationTime | null, lookup: Lookup): Promise<Open> {
  if (lookup === null) return {};
  const { status, reason } = await checkRevocation(chain, lookup.source, lookup.now, time?.time ?? null);
  if (status === 'revoked')
    throw new Refusal('certificate-revoked', `a certificate of its signer was taken back: ${reason}`);
  return status === 'unknown' ? { revocationUnknown: reason } : {};
}

async function verifyEnvelope(
  envelope: NotationEnvelope,
  chain: CertificateChain,
  { material, now, revocation }: Circumstances,
  assertSubject: () => void,
): Promise<Verified> {
  const [signer] = chain;
  assertAttributes(envelope);
  assertNotationSignature(envelope, signer.native.publicKey);
  const trusted = trustedAuthorities(chain, material.notation);
  if (trusted.length === 0) {
    const by = subjectName((chain.at(-1) ?? signer).parsed);
    throw new Refusal('unknown-signer', `its certificate was issued by "${by}", an authority that no policy names`);
  }
  assertChain(chain);
  // before anybody is asked about its certificates
  assertSubject();
  const stamped = notationTime(
    envelope.timestamp,
    envelope.signature,
    signer.native.publicKey,
    material.notationTimestamps,
  );
  const isAsked = revocation !== null && trusted.some(({ id }) => revocation.authorities.has(id));
  const lookup = isAsked ? { source: revocation, now } : null;
  const { time, open } = await standingTime(chain, stamped, lookup);
  assertValidAt(chain, time?.time ?? now, time !== null);
  assertAlive(envelope, now);
  const materials = [...trusted.map((authority) => authority.id), ...(time?.materials ?? [])];
  return { materials, time, open: { ...open, ...(await openRevocation(chain, time, lookup)) } };
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
  circumstances: Circumstances,
): Promise<Evidence> {
  const envelope = readNotationEnvelope(attachment, content);
  const chain = readChain(envelope);
  const signer = signerOf(chain);
  const target = readTarget(envelope, attachment);
  const base = { ...refusedEvidence(attachment, { code: 'malformed', message: '' }), ...target, signer };
  const { digest, ...evidence } = base;
  try {
    assertThumbprints(attachment, chain);
    const verified = await verifyEnvelope(envelope, chain, circumstances, () => {
      if (digest === attachment.subject) return;
      throw new Refusal('wrong-subject', `it was made for ${printable(digest)}, expected ${attachment.subject}`);
    });
    const time = verified.time === null ? null : dateTime(verified.time.time);
    const timeSource = verified.time === null ? null : 'timestamp';
    const { materials, open } = verified;
    return { ...evidence, verified: true, problem: null, materials, time, timeSource, ...open };
  } catch (error) {
    return { ...evidence, problem: problemOf(error) };
  }
}
