import type { SigningOptions } from '../gate/index.ts';
import { type ReadArguments, refuseTwice } from './read-arguments.ts';

/**
 * The options of `signingOptions`, as they were given.
 * @throws VerifyError `usage.invalid` for one that is given twice
 */
export function readSigningOptions(read: ReadArguments): SigningOptions {
  for (const option of ['key', 'key-password-file', 'fulcio', 'rekor']) refuseTwice(read, option);
  const { given } = read;
  return {
    key: given.last('key'),
    keyPasswordFile: given.last('key-password-file'),
    unsigned: given.isOn('unsigned'),
    fulcio: given.last('fulcio'),
    rekor: given.last('rekor'),
  };
}
