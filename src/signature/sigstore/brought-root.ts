import { createHash } from 'node:crypto';
import type { SignedStatement } from '../attachment-reader.ts';
import { identityIssuer, isIssuedBy } from '../certificates/certificate.ts';
import { pathsTo } from '../certificates/certification-path.ts';
import { subjectName } from '../certificates/subject-name.ts';
import type { BroughtAuthority } from '../signature-form.ts';

/**
 * The self-signed certificate to which those that came with a signature lead from its signer's; null where they lead to none. Fulcio's is
 * none: its certificates last for minutes, so that a trusted root is wanted, which says when they counted.
 */
export function broughtRoot({ certificate, chain }: SignedStatement): BroughtAuthority | null {
  if (certificate === null || identityIssuer(certificate) !== null) return null;
  const root = chain.find((each) => isIssuedBy(each, each) && pathsTo([each], certificate, chain).length > 0);
  if (root === undefined) return null;
  const der = root.root.toDER();
  const sha256 = createHash('sha256').update(der).digest('hex');
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  const pem = ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
  return { subject: subjectName(root), sha256, pem };
}
