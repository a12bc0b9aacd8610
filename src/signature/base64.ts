import { Refusal } from './refusal.ts';

const alphabet = /^[A-Za-z0-9+/_-]*={0,2}$/;

/**
 * Bytes of base64 text (RFC 4648 sections 4 and 5; white space between, as cosign's annotations may have).
 * @throws Refusal `malformed` for anything that Node would silently skip; `what` names the text
 */
export function decodeBase64(text: string, what: string): Buffer<ArrayBuffer> {
  const compact = text.replace(/\s+/g, '');
  if (!alphabet.test(compact)) throw new Refusal('malformed', `${what} is not base64`);
  const bytes = Buffer.from(compact, 'base64');
  const unpadded = compact.replace(/=+$/, '').length;
  if (unpadded === 0 || unpadded % 4 === 1 || bytes.length !== Math.floor((unpadded * 3) / 4)) {
    throw new Refusal('malformed', `${what} is not base64`);
  }
  return bytes;
}
