import { createHash } from 'node:crypto';
import { type Digest, VerifyError } from '../../model/index.ts';

/** The digest of some bytes, in SHA-256 unless another registered algorithm is asked for. */
export function digestOf(bytes: Uint8Array, algorithm: 'sha256' | 'sha512' = 'sha256'): Digest {
  // The cast is safe: a hash in hexadecimal after its algorithm is what the brand stands for.
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}` as Digest;
}

/** The digest of some bytes in the algorithm that `like` uses. */
export function digestLike(bytes: Uint8Array, like: Digest): Digest {
  return digestOf(bytes, like.startsWith('sha512:') ? 'sha512' : 'sha256');
}

/** What `checkContent` compares with. */
export interface ExpectedContent {
  readonly digest: Digest;
  /** In bytes; null where only the digest is known. */
  readonly size: number | null;
}

/**
 * Makes sure that bytes are the ones that were asked for (OCI image-spec, descriptor.md, "Verification").
 * @param what names them for people, for instance `manifest of docker.io/library/alpine`
 * @throws VerifyError `registry.untrustworthy`
 */
export function checkContent(bytes: Uint8Array, expected: ExpectedContent, what: string): void {
  if (expected.size !== null && bytes.length !== expected.size) {
    throw new VerifyError(
      'registry.untrustworthy',
      `the ${what} has ${bytes.length} bytes, its descriptor says ${expected.size}`,
      { hint: 'the registry or something in front of it changes content; do not use this image from there' },
    );
  }
  const found = digestLike(bytes, expected.digest);
  if (found !== expected.digest) {
    throw new VerifyError('registry.untrustworthy', `the ${what} should be ${expected.digest}, but is ${found}`, {
      hint: 'the registry or something in front of it changes content; do not use this image from there',
    });
  }
}
