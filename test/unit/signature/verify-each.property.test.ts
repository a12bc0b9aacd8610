import { beforeAll, describe, expect, test } from 'vitest';
import type { Attachment, Signer, VerificationMaterial } from '../../../src/model/index.ts';
import { verifyAttachments } from '../../../src/signature/index.ts';
import { limits } from '../../../src/signature/limits.ts';
import { identity } from './certificates/test-certificates.ts';
import { material } from './shared-data.ts';
import { createInstance } from './test-instance.ts';

const wanted = 'release@example.test';
const isWanted = (signer: Signer): boolean => signer.kind === 'keyless' && signer.identity === wanted;

describe('a few more attachments than all are tried of', () => {
  const extra = 3;
  let asked: VerificationMaterial;
  let others: readonly Attachment[];
  let signed: Attachment;

  beforeAll(async () => {
    const instance = await createInstance();
    asked = material({ trustedRoots: [instance.source()] });
    const untrusted = await instance.issue({ names: [identity('email', 'untrusted@example.test')] });
    const one = await instance.signature({ certificate: untrusted });
    others = Array.from({ length: limits.unnamedSigners + extra }, () => one);
    signed = await instance.signature({ certificate: await instance.issue({ names: [identity('email', wanted)] }) });
  }, 60_000);

  test.each([0, 30, limits.unnamedSigners + extra])(
    'are answered one for one, and the wanted one is found in place %i',
    { timeout: 60_000 },
    async (place) => {
      const attached = others.toSpliced(place, 0, signed);
      const result = await verifyAttachments(attached, asked, { isWanted });
      expect(result).toHaveLength(attached.length);
      expect(result[place]).toMatchObject({ verified: true, signer: { identity: wanted } });
      expect(result.filter(({ verified }) => verified)).toHaveLength(limits.unnamedSigners + 1);
      expect(result.filter(({ problem }) => problem?.code === 'passed-over')).toHaveLength(extra);
    },
  );

  test('are each called not tried once the time is over', async () => {
    const result = await verifyAttachments([...others, signed], asked, { isWanted, isOver: () => true });
    expect(result.map(({ problem }) => problem?.code)).toEqual([...others, signed].map(() => 'not-tried'));
  });
});
