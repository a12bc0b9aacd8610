import { type CertificateMaterial, type KeyMaterial, type Result, VerifyError } from '../../../model/index.ts';
import { parseCertificates, parsePublicKey } from './key-material.ts';
import { shortName } from './policy-scope.ts';
import { readBytes } from './safe-file.ts';

/**
 * Reads the public key in a file, as a policy that names this file would.
 * @param named as the user named it
 * @throws VerifyError `policy.invalid`, `policy.unreadable`
 */
export async function readPublicKey(path: string, named: string = path): Promise<KeyMaterial> {
  const key = parsePublicKey(new TextDecoder().decode(await readBytes(path, named)), shortName(path));
  if (key.ok) return key.value;
  throw new VerifyError('policy.invalid', `${named} is not a public key: ${key.reason}`, {
    place: { file: named },
    hint: 'name a PEM file that begins with -----BEGIN PUBLIC KEY-----',
  });
}

/** Certificates of an authority for Notation in PEM, with the identifier that evidence names them by. */
export function parseAuthority(pem: string, name: string | null): Result<CertificateMaterial> {
  return parseCertificates(pem, name, 'notation');
}

/**
 * Reads the certificates of an authority for Notation in a file, as a policy that names this file would.
 * @param named as the user named it
 * @throws VerifyError `policy.invalid`, `policy.unreadable`
 */
export async function readAuthority(path: string, named: string = path): Promise<CertificateMaterial> {
  const authority = parseAuthority(new TextDecoder().decode(await readBytes(path, named)), shortName(path));
  if (authority.ok) return authority.value;
  throw new VerifyError('policy.invalid', `${named} is not an authority's certificate: ${authority.reason}`, {
    place: { file: named },
    hint: 'name a PEM file that begins with -----BEGIN CERTIFICATE-----',
  });
}
