import { describe, expect, test, vi } from 'vitest';
import type { KeyMaterial } from '../../../src/model/index.ts';
import { prepareVerifier, verifyAttachments } from '../../../src/signature/index.ts';
import { prepareMaterial } from '../../../src/signature/sigstore/prepared-material.ts';
import { ecPair, pemOf } from './certificates/test-certificates.ts';
import { keySignature } from './key-signatures.ts';
import { keyMaterial, material, rootSource } from './shared-data.ts';
import { createInstance } from './test-instance.ts';

const { publicKey, privateKey } = ecPair();

describe('preparing to verify', () => {
  test('parses the material once: what verifies later finds it parsed', async () => {
    const found = material({ keys: [keyMaterial(pemOf(publicKey))] });
    const keys = vi.fn<() => readonly KeyMaterial[]>(() => [keyMaterial(pemOf(publicKey))]);
    const counted = Object.defineProperty({ ...found }, 'keys', { get: keys });
    await prepareVerifier(counted);
    expect(keys).toHaveBeenCalledTimes(1);
    expect(await verifyAttachments([keySignature(privateKey)], counted)).toMatchObject([{ verified: true }]);
    expect(keys).toHaveBeenCalledTimes(1);
  });

  test('never throws, and what is wrong verifies nothing later', async () => {
    const broken = material({
      keys: [{ id: 'x', pem: 'junk', name: null, hashAlgorithm: null }],
      trustedRoots: [rootSource('junk')],
    });
    await expect(prepareVerifier(broken)).resolves.toBeUndefined();
    expect(await prepareMaterial(broken)).toMatchObject({ keys: [], roots: [] });
    const failing = Object.defineProperty(material({}), 'keys', {
      get: () => {
        throw new Error('unreadable');
      },
    });
    await expect(prepareVerifier(failing)).resolves.toBeUndefined();
  });

  test('parses a trusted root once, whichever material names it', async () => {
    const root = (await createInstance()).source();
    const first = await prepareMaterial(material({ trustedRoots: [root] }));
    const second = await prepareMaterial(material({ trustedRoots: [root] }));
    expect(first.roots).toHaveLength(1);
    expect(second.roots[0]).toBe(first.roots[0]);
  });
});

test('nothing attached proves nothing', async () => {
  expect(await verifyAttachments([], material({}))).toEqual([]);
});
