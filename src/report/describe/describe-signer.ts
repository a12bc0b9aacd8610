import { evidenceForms, type ReportImage, type Signer } from '../../model/index.ts';

// Issuers that people know by another name. Matched whole, so that no other issuer can pass for one.
const issuerNames: Readonly<Record<string, string>> = {
  'https://token.actions.githubusercontent.com': 'GitHub Actions',
  'https://github.com/login/oauth': 'a GitHub account',
  'https://accounts.google.com': 'a Google account',
  'https://login.microsoftonline.com': 'a Microsoft account',
  'https://gitlab.com': 'GitLab',
  'https://agent.buildkite.com': 'Buildkite',
};

/** Who signed, in a few words, not yet made visible. */
export function describeSigner(signer: Signer): string {
  switch (signer.kind) {
    case 'keyless':
      return `${signer.identity} (${issuerNames[signer.issuer] ?? signer.issuer})`;
    case 'key': {
      const key = `key sha256:${signer.sha256.slice(0, 12)}`;
      return signer.name === null ? key : `${signer.name} (${key})`;
    }
    case 'certificate':
      return signer.subject;
  }
}

/**
 * The signers whom the image's admission rests on, without repetition; empty unless the image is verified. Evidence
 * that satisfied no rule is left out: anybody may attach a valid signature of their own to an image.
 */
export function trustedSigners(image: ReportImage): readonly Signer[] {
  if (!image.verified) return [];
  const counted = image.evidence.filter((piece) => piece.verified && piece.trusted && piece.signer !== null);
  const preferred =
    image.basis === 'signature' ? counted.filter((piece) => evidenceForms[piece.form].isPlain) : counted;
  const signers = (preferred.length > 0 ? preferred : counted).flatMap(({ signer }) =>
    signer === null ? [] : [signer],
  );
  const seen = new Set<string>();
  return signers.filter((signer) => {
    const text = describeSigner(signer);
    const isNew = !seen.has(text);
    seen.add(text);
    return isNew;
  });
}
