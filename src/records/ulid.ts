import { randomBytes } from 'node:crypto';

/** Crockford's Base32. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const timeLength = 10;
const randomLength = 16;

function encode(value: bigint, length: number): string {
  let rest = value;
  let text = '';
  for (let index = 0; index < length; index += 1) {
    text = `${alphabet[Number(rest % 32n)]}${text}`;
    rest /= 32n;
  }
  return text;
}

/** A ULID (github.com/ulid/spec): 48 bits of time in milliseconds, then 80 random ones; 26 characters that sort by time. */
export function createUlid(time: Date): string {
  return `${encode(BigInt(time.getTime()), timeLength)}${encode(BigInt(`0x${randomBytes(10).toString('hex')}`), randomLength)}`;
}

/** Whether a text has the form of a ULID. */
export function isUlid(text: string): boolean {
  return /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(text);
}
