import type { Evidence, Signer } from '../../../model/index.ts';

/** A signer as reports show it: `key acme (sha256:…)`. */
export function describeFoundSigner(signer: Signer | null): string {
  if (signer === null) return 'an unknown signer';
  switch (signer.kind) {
    case 'keyless':
      return `${signer.identity} from ${signer.issuer}`;
    case 'key':
      return `key ${signer.name === null ? '' : `${signer.name} `}(sha256:${signer.sha256})`;
    case 'certificate':
      return `certificate ${signer.subject}`;
  }
}

/** One identity for all evidence of a signer, however often it signed. */
export function signerIdentity(evidence: Evidence): string {
  const { signer } = evidence;
  if (signer === null) return `unknown ${evidence.manifest}`;
  switch (signer.kind) {
    case 'keyless':
      return `keyless ${signer.issuer} ${signer.identity}`;
    case 'key':
      return `key ${signer.sha256}`;
    case 'certificate':
      return `certificate ${signer.subject} ${(evidence.certificate?.names ?? []).join(' ')}`.trimEnd();
  }
}

const mostNamed = 5;

/** `a signature by A; by B`, each once, sorted, the first few. */
export function describeSigners(evidence: readonly Evidence[]): string {
  const names = [...new Set(evidence.map((piece) => describeFoundSigner(piece.signer)))].sort();
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  return `a signature by ${names.slice(0, mostNamed).join('; by ')}${more}`;
}
