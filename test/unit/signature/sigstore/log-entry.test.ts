import { beforeAll, describe, expect, test } from 'vitest';
import type { Attachment, Evidence } from '../../../../src/model/index.ts';
import { type Certified, ecPair, later, pemOf, signedAt } from '../certificates/test-certificates.ts';
import { rootSource } from '../shared-data.ts';
import { createInstance, evidenceUnder, hashedRekord, simpleSigning, type TestInstance } from '../test-instance.ts';

let instance: TestInstance;
beforeAll(async () => {
  instance = await createInstance();
});

const evidenceOf = (found: Attachment, root = instance.source()) => evidenceUnder(root, found);

describe('a log entry', () => {
  interface Parts {
    readonly certificate: Certified;
    readonly payload: Buffer;
    readonly bytes: Buffer;
  }
  async function withEntry(entry: (parts: Parts) => string): Promise<Evidence | undefined> {
    const certificate = await instance.issue();
    const plain = await instance.signature({ certificate });
    const bytes = Buffer.from(plain.layer.annotations?.['dev.cosignproject.cosign/signature'] ?? '', 'base64');
    const text = entry({ certificate, payload: Buffer.from(simpleSigning()), bytes });
    const layer = { ...plain.layer, annotations: { ...plain.layer.annotations, 'dev.sigstore.cosign/bundle': text } };
    return await evidenceOf({ ...plain, layer });
  }

  test('of the very signature verifies', async () => {
    const evidence = await withEntry(({ certificate, payload, bytes }) =>
      instance.promise(hashedRekord(payload, bytes, certificate.pem), signedAt),
    );
    expect(evidence).toMatchObject({ verified: true });
  });

  test.each<[string, (parts: Parts) => string]>([
    [
      'of another payload (GHSA-8gw7-4j42-w388)',
      ({ certificate, bytes }) =>
        instance.promise(hashedRekord(Buffer.from('other'), bytes, certificate.pem), signedAt),
    ],
    [
      'of another signature (GHSA-whqx-f9j3-ch6m)',
      ({ certificate, payload }) =>
        instance.promise(hashedRekord(payload, Buffer.from('other'), certificate.pem), signedAt),
    ],
    [
      'of another certificate (GHSA-ccxc-vr6p-4858)',
      ({ payload, bytes }) => instance.promise(hashedRekord(payload, bytes, instance.root.pem), signedAt),
    ],
    [
      "of the certificate's bare key",
      ({ certificate, payload, bytes }) =>
        instance.promise(hashedRekord(payload, bytes, pemOf(certificate.pair.publicKey)), signedAt),
    ],
    [
      'with a promise by another key',
      ({ certificate, payload, bytes }) =>
        instance.promise(hashedRekord(payload, bytes, certificate.pem), signedAt, ecPair().privateKey),
    ],
    [
      'with another time than was promised (CVE-2026-48816)',
      ({ certificate, payload, bytes }) => {
        const text = instance.promise(hashedRekord(payload, bytes, certificate.pem), signedAt);
        return text.replace(/"integratedTime":(\d+)/, (_, time: string) => `"integratedTime":${Number(time) + 60}`);
      },
    ],
    [
      'with another index than was promised',
      ({ certificate, payload, bytes }) =>
        instance
          .promise(hashedRekord(payload, bytes, certificate.pem), signedAt)
          .replace('"logIndex":7', '"logIndex":8'),
    ],
  ])('%s is refused', async (_name, entry) => {
    expect(await withEntry(entry)).toMatchObject({ verified: false, problem: { code: 'log-invalid' } });
  });

  test('of an unknown kind is refused', async () => {
    const evidence = await withEntry(({ certificate, payload, bytes }) => {
      const body = hashedRekord(payload, bytes, certificate.pem).toString().replace('hashedrekord', 'hashedfoo');
      return instance.promise(Buffer.from(body), signedAt);
    });
    expect(evidence).toMatchObject({ verified: false, problem: { code: 'unsupported' } });
  });

  test('in a log that no root knows proves nothing', async () => {
    const other = await createInstance();
    const evidence = await withEntry(({ certificate, payload, bytes }) =>
      other.promise(hashedRekord(payload, bytes, certificate.pem), signedAt),
    );
    expect(evidence).toMatchObject({
      verified: false,
      problem: { code: 'log-missing', message: expect.stringContaining('found none that test instance can vouch for') },
    });
  });

  test('is needed, unless there is a timestamp', async () => {
    expect(await evidenceOf(await instance.signature({ loggedAt: null }))).toMatchObject({
      verified: false,
      problem: { code: 'log-missing', message: expect.stringContaining('found neither') },
    });
  });

  test('is needed beside a timestamp where the root asks for one', async () => {
    const asking = instance.source(instance.trustedRoot, { log: 1, certificateTransparency: 1, timestamp: 1 });
    const stamped = await instance.signature({ loggedAt: null, stampedAt: later(signedAt, 1) });
    expect(await evidenceOf(stamped, asking)).toMatchObject({
      verified: false,
      problem: { code: 'log-missing', message: expect.stringContaining('transparency log, it has none') },
    });
    const other = await createInstance();
    const bundle = (await other.signature()).layer.annotations?.['dev.sigstore.cosign/bundle'] ?? '';
    const elsewhere = await instance.signature({
      stampedAt: later(signedAt, 1),
      annotations: { 'dev.sigstore.cosign/bundle': bundle },
    });
    expect(await evidenceOf(elsewhere, asking)).toMatchObject({ verified: false });
    expect(await evidenceOf(await instance.signature(), asking)).toMatchObject({ verified: true });
  });

  test('of a log whose key counts since ever proves nothing', async () => {
    const [log] = instance.trustedRoot.tlogs;
    const { validFor: _, ...publicKey } = log?.publicKey ?? { validFor: null };
    const undated = { ...instance.trustedRoot, tlogs: [{ ...log, publicKey }] };
    expect(await evidenceOf(await instance.signature(), rootSource(JSON.stringify(undated)))).toMatchObject({
      verified: false,
      problem: { code: 'log-missing' },
    });
  });

  test('from before the key of its log counted is refused (GHSA-wqqc-jjcq-vfxm)', async () => {
    const [log] = instance.trustedRoot.tlogs;
    const publicKey = { ...log?.publicKey, validFor: { start: later(signedAt, 60).toISOString() } };
    const young = { ...instance.trustedRoot, tlogs: [{ ...log, publicKey }] };
    expect(await evidenceOf(await instance.signature(), rootSource(JSON.stringify(young)))).toMatchObject({
      verified: false,
      problem: { code: 'log-invalid' },
    });
  });
});
