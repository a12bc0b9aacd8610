import type { Attachment, CertificateMaterial, Evidence } from '../../../../src/model/index.ts';
import { verifyAttachments } from '../../../../src/signature/index.ts';
import { type CertificateSpec, type Certified, certify, signedAt } from '../certificates/test-certificates.ts';
import { certificateMaterial, material } from '../shared-data.ts';
import type { NotationSpec } from './notation-signatures.ts';

export const codeSigning = '1.3.6.1.5.5.7.3.3';
export const always = { notBefore: new Date('2025-01-01T00:00:00Z'), notAfter: new Date('2035-01-01T00:00:00Z') };

export const root = await certify({ subject: 'CN=root', isAuthority: true, ...always }, null, null);
export const between = await certify({ subject: 'CN=between', isAuthority: true, ...always }, root, null);
export const signer = await issue({});
/** The one authority that the policy of these tests names. */
export const authority: CertificateMaterial = certificateMaterial(root.pem, 'notation');

/** A signer's certificate below the authority between. */
export async function issue(spec: CertificateSpec): Promise<Certified> {
  return await certify({ subject: 'C=US,O=Acme,CN=signer', usages: [codeSigning], ...always, ...spec }, between, null);
}

/** A signature with the whole chain, by a signer below the authority between. */
export function specOf(changes: Partial<NotationSpec> = {}, by: Certified = signer): NotationSpec {
  return { chain: [by.der, between.der, root.der], key: by.pair.privateKey, ...changes };
}

export async function evidenceOf(
  found: Attachment,
  now = signedAt,
  certificates = [authority],
): Promise<Evidence | undefined> {
  const [evidence] = await verifyAttachments([found], material({ certificates }), { now });
  return evidence;
}
