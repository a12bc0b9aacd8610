import type { FindingCode } from '../../model/index.ts';

/** How much harm may be behind a finding: bytes of an attacker; bytes without proof; a rule that is too loose; or none. */
type Severity = 'forged' | 'unproven' | 'careless' | 'remark';

const severities: Readonly<Record<FindingCode, Severity>> = {
  'signature.missing': 'unproven',
  'signature.identity-mismatch': 'forged',
  'signature.invalid': 'forged',
  'signature.untrusted-key': 'forged',
  'signature.certificate-expired': 'unproven',
  'signature.certificate-revoked': 'forged',
  'signature.log-missing': 'unproven',
  'signature.unsupported': 'unproven',
  'signature.threshold': 'unproven',
  'signature.claims-mismatch': 'forged',
  'signature.copied': 'forged',
  'signature.platform-uncovered': 'unproven',
  'attachment.ignored': 'remark',
  'attestation.missing': 'unproven',
  'attestation.mismatch': 'forged',
  'policy.default': 'unproven',
  'policy.denied': 'unproven',
  'policy.exception': 'careless',
  'policy.break-glass': 'careless',
  'policy.unsupported': 'unproven',
  'publisher.unsigned': 'forged',
  'lock.missing': 'unproven',
  'lock.moved': 'careless',
  'lock.differs': 'careless',
  'lock.tag-unknown': 'remark',
  'lock.signer-changed': 'forged',
  'image.unresolved': 'unproven',
  'image.not-found': 'unproven',
  'image.kept-tag': 'remark',
  'image.offline': 'unproven',
  'image.local-only': 'unproven',
  'image.not-built-here': 'unproven',
  'image.local-shadow': 'forged',
  'image.unverifiable': 'unproven',
  'image.too-old': 'careless',
  'image.too-new': 'careless',
  'image.digest-required': 'careless',
  'image.source-policy-denied': 'unproven',
  'image.mutable-tag': 'remark',
  'image.latest': 'remark',
  'image.imitates': 'careless',
  'context.replaces-image': 'forged',
  'cache-import.denied': 'unproven',
  'source.unpinned': 'careless',
  'source.checksum-missing': 'careless',
  'lineage.unknown': 'unproven',
  'lineage.contradicted': 'forged',
  'lineage.unverified': 'unproven',
  'lineage.too-deep': 'unproven',
  'package.denied': 'unproven',
  'package.unknown': 'unproven',
  'package.too-many': 'careless',
  'builder.unenforceable': 'unproven',
  'scan.unknown': 'unproven',
  'scan.unreadable': 'unproven',
};

const scores: Readonly<Record<Severity, string>> = { forged: '9.1', unproven: '7.5', careless: '5.0', remark: '2.0' };

/** How much a finding weighs, from 0.0 to 10.0, as GitHub's code scanning reads it: critical from 9.0 on, high from 7.0, medium from 4.0. */
export function securitySeverity(code: FindingCode): string {
  return scores[severities[code]];
}

/** How a code scanning service shows it where a result says nothing else. */
export function usualLevel(code: FindingCode): 'error' | 'warning' | 'note' {
  switch (severities[code]) {
    case 'forged':
    case 'unproven':
      return 'error';
    case 'careless':
      return 'warning';
    case 'remark':
      return 'note';
  }
}
