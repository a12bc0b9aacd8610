import { describeOptions } from '../../gate/index.ts';

/** How what is pushed gets signed: the options of every command that pushes. */
export const signingOptions = describeOptions([
  [
    'key',
    'FILE',
    'sign with this private key (PEM, PKCS #8, or as cosign keeps it) in place of the identity of a CI job',
  ],
  ['key-password-file', 'FILE', 'what the key is encrypted with; else COSIGN_PASSWORD is'],
  ['unsigned', null, 'do not sign; others then cannot verify it'],
  ['fulcio', 'URL', 'the certificate authority of a private Sigstore (https://fulcio.sigstore.dev)'],
  ['rekor', 'URL', 'its log (https://rekor.sigstore.dev)'],
]);
