import type { CertificateSigner } from '../../language/compiled/trusted-signer.ts';
import type { CertificateDocument } from '../../language/schema/certificate-schema.ts';
import { addAuthority, addCertificates } from '../files/named-certificates.ts';
import type { PolicyScope } from '../files/policy-scope.ts';

/**
 * An entry `certificate` of `signedBy`, its files read into the scope's material.
 * @throws VerifyError `policy.invalid`
 */
export async function certificateSigner(
  scope: PolicyScope,
  path: readonly PropertyKey[],
  document: CertificateDocument,
  logRequired: boolean,
): Promise<CertificateSigner> {
  const { identity, identityRegexp, subject = null, issuer = null, tsa, timestamp, revocation = 'require' } = document;
  const authority = await addAuthority(scope, path, document);
  const timestamps = tsa === undefined ? null : await addCertificates(scope, [...path, 'tsa'], tsa, 'timestamp');
  if (revocation !== 'skip') scope.material.addRevocable(authority);
  const exact = identity === undefined ? null : ({ kind: 'exact', text: identity } as const);
  return {
    kind: 'certificate',
    authority,
    subject,
    identity: identityRegexp === undefined ? exact : { kind: 'regexp', text: identityRegexp },
    issuer,
    timestamps,
    timestampRequired: timestamp === 'required',
    logRequired,
    revocation,
  };
}

/** Whom such an entry asks for, for people. */
export function describeCertificateSigner({ subject, identity, issuer }: CertificateSigner): string {
  const name =
    identity === null ? (subject ?? '') : `${identity.kind === 'exact' ? 'for' : 'matching'} ${identity.text}`;
  return `certificate ${name}${issuer === null ? '' : ` from ${issuer}`}`;
}
