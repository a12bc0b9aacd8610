import { describe, expect, it } from 'vitest';
import { signMachO } from '../../../../scripts/build/sign-mach-o.ts';
import { machOSignature } from '../../../support/mach-o-signature.ts';

interface Shape {
  readonly name: string;
  readonly offset: number;
  readonly size: number;
  /** Where its section begins; 0 for none. */
  readonly section: number;
}

function segment({ name, offset, size, section }: Shape): Buffer {
  const command = Buffer.alloc(section === 0 ? 72 : 152);
  command.writeUInt32LE(0x19, 0);
  command.writeUInt32LE(command.length, 4);
  command.write(name, 8, 'latin1');
  command.writeBigUInt64LE(BigInt(size), 32);
  command.writeBigUInt64LE(BigInt(offset), 40);
  command.writeBigUInt64LE(BigInt(size), 48);
  if (section !== 0) {
    command.writeUInt32LE(1, 64);
    command.writeUInt32LE(section, 72 + 48);
  }
  return command;
}

/** An executable of 9,001 bytes with two segments, as linkers lay them out; its code begins at `section`. */
function unsigned(section = 4000, last = 9001): Buffer {
  const segments = [
    segment({ name: '__TEXT', offset: 0, size: 8192, section }),
    segment({ name: '__LINKEDIT', offset: 8192, size: last - 8192, section: 0 }),
  ];
  const file = Buffer.alloc(9001, 7);
  const head = Buffer.alloc(32);
  head.writeUInt32LE(0xfeedfacf, 0);
  head.writeUInt32LE(segments.length, 16);
  head.writeUInt32LE(Buffer.concat(segments).length, 20);
  Buffer.concat([head, ...segments]).copy(file);
  return file;
}

describe('a signature without an identity', () => {
  it('covers every byte before it, and ends the last segment and the file', () => {
    expect(machOSignature(unsigned())).toBeNull();
    const signed = signMachO(unsigned(), 'docker-verify');
    expect(machOSignature(signed)).toEqual({
      identifier: 'docker-verify',
      flags: 2,
      pages: 3,
      otherPages: [],
      isLast: true,
    });
    expect(signed.subarray(4000, 9001).equals(unsigned().subarray(4000))).toBe(true);
  });

  it.each([4, 4000, 5000, 9000])('is no longer right once byte %d differs', (at) => {
    const signed = signMachO(unsigned(), 'docker-verify');
    signed[at] = (signed[at] ?? 0) ^ 1;
    expect(machOSignature(signed)?.otherPages).toEqual([Math.floor(at / 4096)]);
  });

  it.each([
    ['no Mach-O', (): Buffer => Buffer.alloc(100), 'no 64-bit Mach-O'],
    ['one that is signed', (): Buffer => signMachO(unsigned(), 'a'), 'signed already'],
    ['one without room for a load command', (): Buffer => unsigned(32 + 152 + 72 + 15), 'no room'],
    ['one that goes on behind its last segment', (): Buffer => unsigned(4000, 9000), 'does not end the file'],
  ])('is not given to %s', (_, file, message) => {
    expect(() => signMachO(file(), 'docker-verify')).toThrow(message);
  });

  it('is given where there is just room for the load command', () => {
    expect(machOSignature(signMachO(unsigned(32 + 152 + 72 + 16), 'a'))).toMatchObject({
      otherPages: [],
      isLast: true,
    });
  });
});
