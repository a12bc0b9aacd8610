import { type KeyMaterial, VerifyError } from '../model/index.ts';
import { parsePublicKey } from './key-material.ts';
import { shortName } from './policy-scope.ts';
import { readBytes } from './safe-file.ts';

/**
 * Reads the public key in a file, as a policy that names this file would.
 * @throws VerifyError `policy.invalid`, `policy.unreadable`
 */
export async function readPublicKey(path: string): Promise<KeyMaterial> {
  const key = parsePublicKey(new TextDecoder().decode(await readBytes(path)), shortName(path));
  if (typeof key !== 'string') return key;
  throw new VerifyError('policy.invalid', `${path} is not a public key: ${key}`, {
    place: { file: path },
    hint: 'name a PEM file that begins with -----BEGIN PUBLIC KEY-----',
  });
}
