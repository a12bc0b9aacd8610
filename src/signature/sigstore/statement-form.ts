import { X509Certificate as NodeCertificate } from 'node:crypto';
import type { X509Certificate } from '@sigstore/core';
import type { CertificateClaims, Evidence, Signer } from '../../model/index.ts';
import type { AttachmentReader, SignedStatement } from '../attachment-reader.ts';
import { certificateClaims, isIssuedBy } from '../certificates/certificate.ts';
import { certificateSigner } from '../certificates/certificate-checks.ts';
import { refusedEvidence } from '../evidence.ts';
import { type Looking, passedOver } from '../prospect.ts';
import type { SignatureForm } from '../signature-form.ts';
import { broughtRoot } from './brought-root.ts';
import { keysThatMade } from './prepared-material.ts';
import { verifyStatement } from './verify-statement.ts';

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
  return keysThatMade(signed, looking.material).length > 0;
}

/**
 * A form whose signatures are by a key, an identity or a private authority, with log entries and timestamps: `reader` says what is
 * signed, and all of it is verified alike.
 */
export function statementForm(reader: AttachmentReader): SignatureForm {
  return {
    async verify(attachment, content, { material, now, revocation }) {
      const evidence: (readonly Evidence[])[] = [];
      for (const statement of reader.read(attachment, content)) {
        evidence.push(await verifyStatement(attachment, statement, material, { now, revocation }));
      }
      return evidence.flat();
    },
    authority(attachment) {
      try {
        const [first] = reader.read(attachment, Buffer.from(attachment.content, 'base64'));
        return first === undefined ? null : broughtRoot(first);
      } catch {
        return null; // what cannot be read brings nothing along; its evidence says what is wrong with it
      }
    },
    prospect(attachment, content, looking) {
      const statements = reader.read(attachment, content);
      const [first] = statements;
      const untried = refusedEvidence(attachment, first?.problem ?? passedOver, first ?? null, claimedOf(first));
      return { isLikely: statements.some((statement) => couldCount(statement, looking)), untried };
    },
  };
}
