const mebibyte = 1024 * 1024;

/** Every bound on what a registry may make us read, follow or wait for. Sizes in bytes, times in milliseconds. */
export const bounds = {
  manifest: 4 * mebibyte,
  imageConfig: 4 * mebibyte,
  /** A signature's payload, a Sigstore bundle, a Notation envelope. */
  signature: 10 * mebibyte,
  attestation: 64 * mebibyte,
  tokenResponse: mebibyte,
  errorBody: 16 * 1024,
  /** Docker's config.json, and what a credential helper prints. */
  dockerConfig: 4 * mebibyte,
  /** A file of certs.d. */
  certificate: mebibyte,
  helperOutput: mebibyte,
  helperTime: 20_000,
  /** What an index lists, and what one listing of referrers names over all its pages. */
  indexEntries: 2_000,
  referrers: 2_000,
  referrerPages: 200,
  layers: 1_000,
  /** Objects and lists within each other in a manifest, an index or a configuration. */
  jsonDepth: 128,
  /** Attachments of one image, and the bytes of all of them. */
  attachments: 2_000,
  attachmentBytes: 256 * mebibyte,
  /** An index within an index. */
  indexDepth: 4,
  onbuildTriggers: 1_000,
  redirects: 5,
  /** Attempts at one request after the first. */
  retries: 2,
  /** The longest that `Retry-After` is obeyed. */
  retryAfter: 30_000,
  /** Until a connection stands, TLS included. */
  connectTime: 10_000,
  /** Of one answer with its body, however it drips. */
  requestTime: 30_000,
  headers: 64 * 1024,
  cacheBytes: 512 * mebibyte,
  /** What one run may add to the cache without looking at once whether it is too large. */
  untrimmedBytes: 16 * mebibyte,
  /** How long a listing of signatures is believed. */
  listingAge: 3 * 60_000,
  /** How long a listing is kept for work without a network; while it is there it counts. */
  listingKept: 365 * 24 * 60 * 60_000,
} as const;
