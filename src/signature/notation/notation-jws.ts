import { decodeBase64 } from '../base64.ts';
import { limits } from '../limits.ts';
import { Refusal } from '../refusal.ts';
import { arrayOf, type JsonObject, objectOf, parseStrictJson, stringOf } from '../strict-json.ts';
import { attribute, type NotationEnvelope } from './notation-envelope.ts';

const base64url = /^[A-Za-z0-9_-]+$/;
const dateTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

function decodeBase64url(value: unknown, what: string): Buffer<ArrayBuffer> {
  const text = stringOf(value, what);
  if (!base64url.test(text)) throw new Refusal('malformed', `${what} is not base64url`);
  return decodeBase64(text, what);
}

function timeOf(header: JsonObject, name: string): Date | null {
  const value = header[name];
  if (value === undefined) return null;
  const time = typeof value === 'string' && dateTime.test(value) ? new Date(value) : new Date(Number.NaN);
  if (Number.isNaN(time.getTime())) throw new Refusal('malformed', `its ${name} is not a time`);
  return time;
}

/**
 * Reads a Notation signature in JWS form (notaryproject/specifications, signature-envelope-jws.md; RFC 7515 section 7.2.2).
 * @throws Refusal
 */
export function readJwsEnvelope(content: Buffer): NotationEnvelope {
  const jws = objectOf(parseStrictJson(content, 'the envelope'), 'the envelope');
  const payload = stringOf(jws['payload'], 'its payload');
  const protectedText = stringOf(jws['protected'], 'its protected header');
  const protectedHeader = objectOf(
    parseStrictJson(decodeBase64url(protectedText, 'its protected header'), 'its protected header'),
    'its protected header',
  );
  const header = objectOf(jws['header'], 'its header');
  const critical = arrayOf(protectedHeader['crit'], "its header's crit", 16).map((name) => stringOf(name, 'crit'));
  const chain = arrayOf(header['x5c'], "its header's x5c", limits.chainCertificates);
  const token = header[attribute.timestamp];
  return {
    algorithm: stringOf(protectedHeader['alg'], "its header's alg"),
    contentType: stringOf(protectedHeader['cty'], "its header's cty"),
    names: Object.keys(protectedHeader),
    critical,
    scheme: stringOf(protectedHeader[attribute.scheme], `its ${attribute.scheme}`),
    signingTime: timeOf(protectedHeader, attribute.signingTime),
    authenticSigningTime: timeOf(protectedHeader, attribute.authenticSigningTime),
    expiry: timeOf(protectedHeader, attribute.expiry),
    payload: decodeBase64url(payload, 'its payload'),
    signedBytes: Buffer.from(`${protectedText}.${payload}`, 'ascii'),
    signature: decodeBase64url(jws['signature'], 'its signature'),
    chain: chain.map((certificate) => decodeBase64(stringOf(certificate, "a certificate's text"), 'a certificate')),
    timestamp: token === undefined ? null : decodeBase64(stringOf(token, 'its timestamp'), 'its timestamp'),
  };
}
