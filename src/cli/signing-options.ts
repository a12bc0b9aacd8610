import type { SigningOptions } from '../gate/index.ts';
import type { ReadArguments } from './read-arguments.ts';

/** The options of `signingOptions`, as they were given. */
export function readSigningOptions({ given }: ReadArguments): SigningOptions {
  return {
    key: given.last('key'),
    keyPasswordFile: given.last('key-password-file'),
    unsigned: given.isOn('unsigned'),
    fulcio: given.last('fulcio'),
    rekor: given.last('rekor'),
  };
}
