import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { p256 } from '@noble/curves/nist.js';
import { describe, expect, test } from 'vitest';
import { signatureId } from '../../../src/signature/signature-id.ts';

const message = Buffer.from('message');

describe('what is one signature', () => {
  test('an ECDSA signature and what anybody can make of it without the key', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const made = sign('sha256', message, privateKey);
    const { r, s } = p256.Signature.fromBytes(made, 'der');
    const turned = Buffer.from(new p256.Signature(r, p256.Point.Fn.ORDER - s).toBytes('der'));
    expect(verify('sha256', message, publicKey, turned)).toBe(true);
    expect(turned.equals(made)).toBe(false);
    expect(signatureId(turned)).toBe(signatureId(made));
    expect(signatureId(sign('sha256', message, privateKey))).not.toBe(signatureId(made));
  });

  test.each(['ed25519', 'rsa'] as const)('of %s, the same bytes', (kind) => {
    const { privateKey } =
      kind === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519');
    const of = (text: string) => signatureId(sign(kind === 'rsa' ? 'sha256' : null, Buffer.from(text), privateKey));
    expect(of('a')).toBe(of('a'));
    expect(of('a')).not.toBe(of('b'));
  });

  test.each([
    ['nothing', ''],
    ['one number', '3003020101'],
    ['three numbers', '3009020101020102020103'],
    ['a number and a text', '3006020101040102'],
    ['a number alone', '020101'],
  ])('%s is no pair of numbers, and counts whole', (_, hex) => {
    const bytes = Buffer.from(hex, 'hex');
    expect(signatureId(bytes)).toBe(signatureId(Buffer.from(bytes)));
    expect(signatureId(bytes)).not.toBe(signatureId(Buffer.from([1])));
  });
});
