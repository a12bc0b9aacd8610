import { X509Certificate as NodeCertificate } from 'node:crypto';
import type { X509Certificate } from '@sigstore/core';
import type { Attachment, CertificateClaims, Evidence, Signer } from '../model/index.ts';
import type { AttachmentReader, SignedStatement } from './attachment-reader.ts';
import { certificateClaims, isIssuedBy, parseAuthorities } from './certificates/certificate.ts';
import { certificateSigner } from './certificates/certificate-checks.ts';
import { subjectName } from './certificates/subject-name.ts';
import { refusedEvidence } from './evidence.ts';
import { limits } from './limits.ts';
import { assertNotationSignature } from './notation/notation-algorithm.ts';
import { readChain, trustedAuthorities } from './notation/notation-chain.ts';
import { readNotationEnvelope } from './notation/verify-notation.ts';
import type { PreparedMaterial } from './sigstore/prepared-material.ts';

/** Whether a signer, as an attachment claims it, could count for whoever asks. */
export type IsWanted = (signer: Signer) => boolean;

/** What an attachment could prove, found without proving it. */
export interface Prospect {
  /** Whether it could count: what is false here cannot verify as somebody who is wanted. */
  readonly isLikely: boolean;
  /** What to say of it where it is not tried. */
  readonly untried: Evidence;
}

/** What one look at strangers' attachments shares. */
export interface Looking {
  readonly material: PreparedMaterial;
  readonly isWanted: IsWanted;
  /** Certificates of every authority that a signer's certificate could come from. */
  readonly issuers: readonly X509Certificate[];
}

const passedOver = {
  code: 'passed-over',
  message: `its signer is none whom a policy names, and more than ${limits.strangers} of that kind are attached, so that it was not tried`,
} as const;

/** Gathers what every look needs. */
export function lookWith(material: PreparedMaterial, isWanted: IsWanted): Looking {
  const ofRoots = material.roots.flatMap((root) =>
    root.material.certificateAuthorities.flatMap((each) => each.certChain),
  );
  const own = material.authorities.flatMap(({ pem, intermediates = '' }) =>
    parseAuthorities(`${pem}\n${intermediates}`),
  );
  return { material, isWanted, issuers: [...ofRoots, ...own] };
}

type Claimed = { readonly signer: Signer | null; readonly claims: CertificateClaims };

function claimedOf(statement: SignedStatement | undefined): Claimed {
  if (statement === undefined || statement.certificate === null) return { signer: null, claims: {} };
  const { certificate } = statement;
  return { signer: certificateSigner(certificate), claims: certificateClaims(certificate) };
}

/** Whether a wanted signer's certificate, by an authority that is known, goes with this very signature. */
function isSoundCertificate(statement: SignedStatement, certificate: X509Certificate, looking: Looking): boolean {
  if (!looking.isWanted(certificateSigner(certificate))) return false;
  const issuers = [...looking.issuers, ...(looking.material.authorities.length === 0 ? [] : statement.chain)];
  if (!issuers.some((issuer) => isIssuedBy(certificate, issuer))) return false;
  return statement.signed.verify(new NodeCertificate(certificate.root.toDER()).publicKey, null);
}

function couldCount(statement: SignedStatement, looking: Looking): boolean {
  if (statement.problem !== null) return false;
  const { certificate, signed } = statement;
  if (certificate !== null && isSoundCertificate(statement, certificate, looking)) return true;
  return looking.material.keys.some(({ key, hash }) => signed.verify(key, hash));
}

function ofNotation(attachment: Attachment, content: Buffer<ArrayBuffer>, looking: Looking): Prospect {
  const envelope = readNotationEnvelope(attachment, content);
  const chain = readChain(envelope);
  const signer: Signer = { kind: 'certificate', subject: subjectName(chain[0].parsed) };
  const untried = refusedEvidence(attachment, passedOver, null, { signer, claims: {} });
  if (!looking.isWanted(signer) || trustedAuthorities(chain, looking.material.notation).length === 0)
    return { isLikely: false, untried };
  assertNotationSignature(envelope, chain[0].native.publicKey);
  return { isLikely: true, untried };
}

/**
 * Looks at what an attachment says and at what is cheap to check: format, subject, signer, the signature itself, and who issued its
 * certificate. A stranger's certificate costs a hundredth of verifying all that hangs on it. Never throws.
 */
export function prospectOf(
  attachment: Attachment,
  read: (attachment: Attachment) => { readonly content: Buffer<ArrayBuffer>; readonly reader: AttachmentReader | null },
  looking: Looking,
): Prospect {
  try {
    const { content, reader } = read(attachment);
    if (reader === null) return ofNotation(attachment, content, looking);
    const statements = reader.read(attachment, content);
    const [first] = statements;
    const problem = first?.problem ?? passedOver;
    const untried = refusedEvidence(attachment, problem, first ?? null, claimedOf(first));
    return { isLikely: statements.some((statement) => couldCount(statement, looking)), untried };
  } catch {
    return { isLikely: false, untried: refusedEvidence(attachment, passedOver) };
  }
}
