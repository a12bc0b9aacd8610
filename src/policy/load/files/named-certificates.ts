import { createHash } from 'node:crypto';
import { type CertificateMaterial, isPem } from '../../../model/index.ts';
import { knownIdentifiers } from '../../publishers/known-identifiers.ts';
import { parseCertificates } from './key-material.ts';
import { invalidIn, type PolicyScope, readNamedFile, shortName } from './policy-scope.ts';

/**
 * Reads certificates that a policy names, inline or in a file.
 * @throws VerifyError `policy.invalid`
 */
async function readCertificates(
  scope: PolicyScope,
  path: readonly PropertyKey[],
  value: string,
  purpose: CertificateMaterial['purpose'],
): Promise<CertificateMaterial> {
  const isInline = isPem(value);
  const pem = isInline ? value : (await readNamedFile(scope, path, value)).text;
  const name = isInline ? null : shortName(value);
  const id = knownIdentifiers.get(pem);
  if (id !== undefined) return { id, pem, name, purpose };
  const material = parseCertificates(pem, name, purpose);
  if (!material.ok)
    throw invalidIn(scope, path, `${isInline ? 'the certificate' : value} is not usable: ${material.reason}`);
  return material.value;
}

/**
 * Reads certificates into the scope's material. Answers their identifier.
 * @throws VerifyError `policy.invalid`
 */
export async function addCertificates(
  scope: PolicyScope,
  path: readonly PropertyKey[],
  value: string,
  purpose: CertificateMaterial['purpose'],
): Promise<string> {
  const material = await readCertificates(scope, path, value, purpose);
  scope.material.addCertificate(material);
  return material.id;
}

/**
 * Reads an authority of signers, with those between it and them, into the scope's material. Answers its identifier.
 * @throws VerifyError `policy.invalid`
 */
export async function addAuthority(
  scope: PolicyScope,
  path: readonly PropertyKey[],
  { ca, intermediates }: { readonly ca: string; readonly intermediates?: string | undefined },
): Promise<string> {
  const authority = await readCertificates(scope, [...path, 'ca'], ca, 'keyless');
  if (intermediates === undefined) {
    scope.material.addCertificate(authority);
    return authority.id;
  }
  const between = await readCertificates(scope, [...path, 'intermediates'], intermediates, 'keyless');
  // two rules may name the same authority with others between: these are not the same material
  const id = createHash('sha256').update(`${authority.id} ${between.id}`).digest('hex');
  scope.material.addCertificate({ ...authority, id, intermediates: between.pem });
  return id;
}
