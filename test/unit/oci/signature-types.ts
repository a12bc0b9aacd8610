/** Media types of signatures and attestations as cosign and Notation write them. */
export const signatureTypes = {
  simpleSigning: 'application/vnd.dev.cosign.simplesigning.v1+json',
  dsse: 'application/vnd.dsse.envelope.v1+json',
  notation: 'application/vnd.cncf.notary.signature',
} as const;
