import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { describe, expect, test } from 'vitest';
import { type CertificateSpec, certify, later, signedAt } from '../certificates/test-certificates.ts';
import { certificateMaterial } from '../shared-data.ts';
import {
  always,
  authority,
  between,
  codeSigning,
  evidenceOf,
  issue,
  root,
  signer,
  specOf,
} from './notation-authorities.ts';
import { jws, type NotationSpec, thumbprint } from './notation-signatures.ts';

const leafSpec = { subject: 'CN=leaf', usages: [codeSigning], ...always };

const unknown = new x509.Extension('1.2.3.4', true, Buffer.from([5, 0]));

/** A signature below an authority with the changes, and `more` ordinary ones below that. */
async function through(changes: CertificateSpec, more = 0): Promise<NotationSpec> {
  const plain = { subject: 'CN=authority', isAuthority: true, ...always };
  const authorities = [await certify({ ...plain, ...changes }, root, null)];
  for (let count = 0; count < more; count++) {
    authorities.unshift(await certify({ ...plain, subject: `CN=below ${count}` }, authorities[0] ?? root, null));
  }
  const leaf = await certify(leafSpec, authorities[0] ?? root, null);
  return specOf({ chain: [leaf, ...authorities, root].map(({ der }) => der) }, leaf);
}

describe('the chain of a Notation signature', () => {
  test.each<[string, () => Promise<NotationSpec>]>([
    ['whose signer states no uses beyond that of its key', async () => specOf({}, await issue({ usages: null }))],
    ['as long as an authority in it allows', () => through({ pathLength: 1 }, 1)],
    ['with an authority that allows none below it, and has none', () => through({ pathLength: 0 })],
    ['through one authority more', () => through({}, 1)],
    [
      'under a root that signed itself over SHA-1, which proves nothing anyway',
      async () => {
        const old = await certify({ subject: 'CN=old', isAuthority: true, ...always, digest: 'SHA-1' }, null, null);
        const leaf = await certify(leafSpec, old, null);
        return specOf({ chain: [leaf.der, old.der] }, leaf);
      },
    ],
  ])('%s verifies', async (_name, make) => {
    const spec = await make();
    const named = certificateMaterial(new x509.X509Certificate(spec.chain.at(-1) ?? '').toString('pem'), 'notation');
    const evidence = await evidenceOf(await jws(spec), signedAt, [named]);
    expect(evidence).toMatchObject({ verified: true, problem: null });
  });

  test.each<[string, () => Promise<NotationSpec>]>([
    ['whose signer is made for TLS servers', async () => specOf({}, await issue({ usages: ['1.3.6.1.5.5.7.3.1'] }))],
    [
      'whose signer may do more than sign code',
      async () => specOf({}, await issue({ usages: [codeSigning, '1.3.6.1.5.5.7.3.8'] })),
    ],
    [
      'whose signer is an authority',
      async () =>
        specOf(
          {},
          await issue({
            isAuthority: true,
            keyUsage: x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyCertSign,
          }),
        ),
    ],
    [
      "whose signer's key is not for signatures",
      async () => specOf({}, await issue({ keyUsage: x509.KeyUsageFlags.keyAgreement })),
    ],
    [
      'whose signer says that it is an authority, but not that it signs certificates',
      async () => specOf({}, await issue({ isAuthority: true, keyUsage: x509.KeyUsageFlags.digitalSignature })),
    ],
    [
      'whose signer may sign certificates, but does not say that it is an authority',
      async () => {
        const keyUsage = x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyCertSign;
        return specOf({}, await issue({ keyUsage }));
      },
    ],
    ['whose signer says nothing of the use of its key', async () => specOf({}, await issue({ keyUsage: null }))],
    ['whose signer is made for another use alone', async () => specOf({}, await issue({ usages: ['1.2.3.4'] }))],
    [
      'whose signer has an extension twice',
      async () => {
        const twice = new x509.Extension('1.2.3.4', false, Buffer.from([5, 0]));
        return specOf({}, await issue({ extensions: [twice, twice] }));
      },
    ],
    ['with an authority that may not sign certificates', () => through({ keyUsage: x509.KeyUsageFlags.cRLSign })],
    ['with an authority that says nothing of the use of its key', () => through({ keyUsage: null })],
    [
      'with somebody who may sign certificates, but does not say that it is an authority',
      () => through({ isAuthority: false, keyUsage: x509.KeyUsageFlags.keyCertSign }),
    ],
    ['whose signer is certified over SHA-1', async () => specOf({}, await issue({ digest: 'SHA-1' }))],
    ['with an authority that is certified over SHA-1', () => through({ digest: 'SHA-1' })],
    ['longer than an authority in it allows', () => through({ pathLength: 0 }, 1)],
    [
      'whose signer names another issuer than the next in it, though that one signed',
      async () => specOf({}, await certify(leafSpec, { ...between, name: 'CN=somebody else' }, null)),
    ],
    ['that skips the authority between', async () => specOf({ chain: [signer.der, root.der] })],
    ['in another order', async () => specOf({ chain: [signer.der, root.der, between.der] })],
    ['that ends before its root', async () => specOf({ chain: [signer.der, between.der] })],
    [
      'through somebody who is no authority',
      async () => {
        const plain = await certify({ subject: 'CN=plain', ...always }, between, null);
        const leaf = await certify({ subject: 'CN=leaf', usages: [codeSigning], ...always }, plain, null);
        return specOf({ chain: [leaf.der, plain.der, between.der, root.der] }, leaf);
      },
    ],
    [
      'of an authority that has another key than the named one',
      async () => {
        const twin = await certify({ subject: 'CN=between', isAuthority: true, ...always }, null, null);
        const leaf = await certify({ subject: 'CN=leaf', usages: [codeSigning], ...always }, twin, null);
        return specOf({ chain: [leaf.der, between.der, root.der] }, leaf);
      },
    ],
  ])('%s is refused', async (_name, make) => {
    const certificates = [authority, certificateMaterial(between.pem, 'notation')];
    const evidence = await evidenceOf(await jws(await make()), signedAt, certificates);
    expect(evidence).toMatchObject({ verified: false, problem: { code: 'certificate-invalid' } });
    expect(evidence?.problem?.message).toMatchSnapshot();
  });

  test.each<[string, () => Promise<NotationSpec>]>([
    ['whose signer', async () => specOf({}, await issue({ extensions: [unknown] }))],
    ['with an authority that', () => through({ extensions: [unknown] })],
  ])('%s has an unknown critical extension is neither good nor broken', async (_name, make) => {
    const evidence = await evidenceOf(await jws(await make()));
    expect(evidence).toMatchObject({ verified: false, problem: { code: 'unsupported' } });
    expect(evidence?.problem?.message).toContain('has the critical extension 1.2.3.4');
  });

  test('must have been valid as a whole', async () => {
    const over = await certify(
      { subject: 'CN=over', isAuthority: true, ...always, notAfter: later(signedAt, -60) },
      root,
      null,
    );
    const leaf = await certify({ subject: 'CN=leaf', usages: [codeSigning], ...always }, over, null);
    const found = await jws(specOf({ chain: [leaf.der, over.der, root.der] }, leaf));
    expect(await evidenceOf(found)).toMatchObject({ verified: false, problem: { code: 'certificate-expired' } });
  });

  test("must be the one that the manifest's fingerprints state", async () => {
    const found = await jws(specOf());
    const name = 'io.cncf.notary.x509chain.thumbprint#S256';
    const right = JSON.stringify([signer, between, root].map((certificate) => thumbprint(certificate.pem)));
    expect(await evidenceOf({ ...found, annotations: { [name]: right } })).toMatchObject({ verified: true });
    for (const others of [[root, between, signer], [signer, between], [signer, between, root, root], []]) {
      const wrong = JSON.stringify(others.map((certificate) => thumbprint(certificate.pem)));
      expect(await evidenceOf({ ...found, annotations: { [name]: wrong } })).toMatchObject({
        problem: { code: 'malformed' },
      });
    }
  });
});
