import { describe, expect, test } from 'vitest';
import { verifyAttachments } from '../../../src/signature/index.ts';
import { hasSharedData, localAttachments, localImage, localMaterial, signingDay } from './shared-data.ts';

describe.skipIf(!hasSharedData)('signatures made by real cosign and notation', () => {
  const keyless = { kind: 'keyless', identity: 'builder@example.test', issuer: 'https://issuer.example.test' };
  const wabbit = { kind: 'certificate', subject: 'CN=wabbit-networks.test,O=Notary,L=Seattle,ST=WA,C=US' };
  const attested = { form: 'attestation', signer: keyless };

  test.each([
    ['v2key', { form: 'cosign-signature', signer: { kind: 'key', name: 'cosign.pub' }, timeSource: null, log: null }],
    ['v2keyrekor', { form: 'cosign-signature', signer: { kind: 'key', name: 'cosign.pub' }, timeSource: 'log' }],
    ['v2keyless', { form: 'cosign-signature', signer: keyless, timeSource: 'log' }],
    ['v2keyless-tsa', { form: 'cosign-signature', signer: keyless, timeSource: 'log' }],
    ['v2keyless-tsaonly', { form: 'cosign-signature', signer: keyless, timeSource: 'timestamp', log: null }],
    ['v2keyless-oci11', { form: 'cosign-signature', signer: keyless, timeSource: 'log' }],
    ['v2attest', { ...attested, predicateType: 'https://example.test/p/v1', timeSource: 'log' }],
    ['v2attest-intoto', { ...attested, predicateType: 'https://slsa.dev/provenance/v0.2', timeSource: 'log' }],
    ['v2attest-tsa', { ...attested, timeSource: 'timestamp', log: null }],
    ['v3key', { form: 'cosign-bundle', signer: { kind: 'key', name: 'cosign.pub' }, repository: null }],
    ['v3attest', { ...attested, predicateType: 'https://example.test/p/v1', timeSource: 'log' }],
    ['v3fake-sc1', { form: 'cosign-bundle', signer: keyless, timeSource: 'log' }],
    ['v3fake-sc2', { form: 'cosign-bundle', signer: keyless, timeSource: 'timestamp', log: { index: 0 } }],
    ['v3fake-sc-tsa', { form: 'cosign-bundle', signer: keyless, timeSource: 'timestamp', log: null }],
    ['k2-ed25519', { form: 'cosign-signature', signer: { kind: 'key', name: 'ed25519.pub.pem' } }],
    ['k2-rsa4096', { form: 'cosign-signature', signer: { kind: 'key', name: 'rsa4096.pub.pem' } }],
    ['k3-p384', { form: 'cosign-bundle', signer: { kind: 'key', name: 'p384.pub.pem' } }],
    ['k3-p521', { form: 'cosign-bundle', signer: { kind: 'key', name: 'p521.pub.pem' } }],
    ['not-jws', { form: 'notation', signer: wabbit, timeSource: null }],
    ['not-cose', { form: 'notation', signer: wabbit, timeSource: null }],
  ])('accepts %s', async (folder, expected) => {
    const evidence = await verifyAttachments(localAttachments(folder), localMaterial(), { now: signingDay });
    expect(evidence).toHaveLength(1);
    expect(evidence[0]).toMatchObject({ ...expected, verified: true, problem: null, subject: localImage });
  });
});
