import type { Random } from '../oracle/seeded-random.ts';

const inserted = ['\u0000', '\ufeff', ' ', '\n', '"', '{}', '}', ',', '\u001b[2J', '//', '\\u0000'] as const;

/** Other bytes: one flipped, some cut away, repeated or put in, or another document before or after. Never longer than twice both. */
export function mutateBytes(random: Random, bytes: Buffer, other: Buffer): Buffer {
  const at = random.number(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + random.number(64));
  switch (random.number(8)) {
    case 0: {
      const flipped = Buffer.from(bytes);
      if (at < flipped.length) flipped[at] = (flipped[at] ?? 0) ^ (1 << random.number(8));
      return flipped;
    }
    case 1:
      return bytes.subarray(0, at);
    case 2:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    case 3:
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
    case 4:
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(random.pick(inserted)), bytes.subarray(at)]);
    case 5:
      return Buffer.concat([bytes, other]);
    case 6:
      return Buffer.concat([other, bytes]);
    default:
      return Buffer.concat([bytes.subarray(0, at), other.subarray(at)]);
  }
}
