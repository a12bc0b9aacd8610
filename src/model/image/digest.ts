import { VerifyError } from '../ground/errors.ts';

declare const digestBrand: unique symbol;

/** The content address of some bytes, `sha256:` and 64 or `sha512:` and 128 lower-case hexadecimal digits. */
export type Digest = string & { readonly [digestBrand]: true };

const pattern = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

/** Whether `text` is a digest in one of the two registered algorithms (OCI image-spec, descriptor.md, "Digests"). */
export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && pattern.test(text);
}

/**
 * The digest that `text` spells.
 * @throws VerifyError `reference.invalid` when it spells none
 */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw new VerifyError('reference.invalid', `"${text.slice(0, 100)}" is not a digest`, {
    hint: 'a digest is "sha256:" followed by 64 lower-case hexadecimal digits',
  });
}
