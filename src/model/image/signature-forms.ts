const mebibyte = 1024 * 1024;

/** What evidence of a form says beside its signer. */
export interface EvidenceFormFacts {
  /** Whether what is signed is the image itself, and nothing is said of it. */
  readonly isPlain: boolean;
  /**
   * Whose signature it can be: a key's, an identity's or a private authority's, as cosign has it; or one under an authority whose
   * certificate it brings along, as Notation has it.
   */
  readonly signedBy: 'cosign' | 'notation';
}

/** The forms that evidence has, as reports and policy tests write them. */
export const evidenceForms = {
  'cosign-signature': { isPlain: true, signedBy: 'cosign' },
  'cosign-bundle': { isPlain: true, signedBy: 'cosign' },
  attestation: { isPlain: false, signedBy: 'cosign' },
  'buildkit-attestation': { isPlain: false, signedBy: 'cosign' },
  notation: { isPlain: true, signedBy: 'notation' },
} as const satisfies Readonly<Record<string, EvidenceFormFacts>>;

export type EvidenceForm = keyof typeof evidenceForms;

/** How a form is found among what is attached to an image, and how it is read. */
export interface AttachmentFormFacts {
  /** The media types of its layers, in lower case and without parameters. */
  readonly layerTypes: RegExp;
  /** The type that the manifest must have as well, where the layers' types are general ones; null: the layer's suffices. */
  readonly manifestType: string | null;
  readonly holds: 'signatures' | 'attestations' | 'either';
  /** Where the predicate type of an attestation is stated outside the signature, so that it is a mere claim; null: nowhere. */
  readonly predicateClaim: { readonly of: 'manifest' | 'layer'; readonly annotation: string } | null;
  /** The most bytes that are read of it. */
  readonly largest: number;
  /** What it is reported as where it could not be read. */
  readonly reportedAs: EvidenceForm;
}

/** How signatures and attestations are written down. Each has one `SignatureForm` in `signature/`. */
export const attachmentForms = {
  // simplesigning layer with annotations, by tag or by referrers
  'cosign-signature': {
    layerTypes: /^application\/vnd\.dev\.cosign\.simplesigning\.v1\+json$/,
    manifestType: null,
    holds: 'signatures',
    predicateClaim: null,
    largest: 10 * mebibyte,
    reportedAs: 'cosign-signature',
  },
  // DSSE layer of an .att manifest
  'cosign-attestation': {
    layerTypes: /^application\/vnd\.dsse\.envelope\.v1\+json$/,
    manifestType: null,
    holds: 'attestations',
    predicateClaim: { of: 'layer', annotation: 'predicateType' },
    largest: 64 * mebibyte,
    reportedAs: 'attestation',
  },
  'sigstore-bundle': {
    layerTypes: /^application\/vnd\.dev\.sigstore\.bundle(?:[.+]|$)/,
    manifestType: null,
    holds: 'either',
    predicateClaim: { of: 'manifest', annotation: 'dev.sigstore.bundle.predicateType' },
    largest: 10 * mebibyte,
    reportedAs: 'cosign-bundle',
  },
  // JWS or COSE envelope
  notation: {
    layerTypes: /^application\/(?:jose\+json|cose)$/,
    manifestType: 'application/vnd.cncf.notary.signature',
    holds: 'signatures',
    predicateClaim: null,
    largest: 10 * mebibyte,
    reportedAs: 'notation',
  },
} as const satisfies Readonly<Record<string, AttachmentFormFacts>>;

export type AttachmentForm = keyof typeof attachmentForms;

/** What is known of a form of attachment. */
export function factsOfForm(form: AttachmentForm): AttachmentFormFacts {
  return attachmentForms[form];
}
