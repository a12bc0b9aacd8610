import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { decide, parseAuthority } from '../../../../src/policy/index.ts';
import { parseCertificates, parsePublicKey } from '../../../../src/policy/load/files/key-material.ts';
import { knownIdentifiers } from '../../../../src/policy/publishers/known-identifiers.ts';
import { knownPublishers } from '../../../../src/policy/publishers/known-publishers.ts';
import * as publisherKeys from '../../../../src/policy/publishers/publisher-keys.ts';
import { embeddedTrustedRoots } from '../../../../src/trust/embedded-roots.ts';
import { byKey, inputOf } from '../support/evidence.ts';
import { policiesOf } from '../support/policies.ts';
import { acme, files, other, verdict } from '../support/verdict.ts';

/** Some authority that no catalogue knows: only its bytes matter here. */
const [, rawRoot = ''] = /"rawBytes":\s*"(MII[A-Za-z0-9+/=]+)"/.exec(embeddedTrustedRoots()[0]?.json ?? '') ?? [];
const otherRoot = `-----BEGIN CERTIFICATE-----\n${rawRoot.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;

describe('publisher', () => {
  it('stands for its signers, each for the images that it signs', async () => {
    const publishers = `version: 1\npublishers:\n  acme:\n    entries:\n      - {images: ["**/app"], signedBy: [{key: acme.pub}]}\n      - {images: ["**/tool"], signedBy: [{key: other.pub}]}\n`;
    const project = `version: 1\npublishers: p.yaml\nrules: [{images: ["**"], signedBy: [{publisher: acme}]}]\n`;
    const layers = { files: { ...files, 'p.yaml': publishers } };
    expect(await verdict(project, inputOf('x.example.com/app', [byKey(acme)]), layers)).toMatchObject({
      status: 'allow',
    });
    expect(await verdict(project, inputOf('x.example.com/app', [byKey(other)]), layers)).toMatchObject({
      status: 'block',
    });
    expect(await verdict(project, inputOf('x.example.com/tool', [byKey(other)]), layers)).toMatchObject({
      status: 'allow',
    });
    expect(await verdict(project, inputOf('x.example.com/mirrored', [byKey(other)]), layers)).toMatchObject({
      status: 'allow',
    });
  });
});

describe('the built-in catalogue', () => {
  it.each(Object.entries(publisherKeys))('knows %s by what it is called where it is parsed', (_, pem) => {
    const parsed = pem.includes('CERTIFICATE') ? parseCertificates(pem, null, 'notation') : parsePublicKey(pem, null);
    expect(parsed).toMatchObject({ ok: true, value: { id: knownIdentifiers.get(pem), pem } });
  });

  it('counts a key that a policy names too as that policy’s', async () => {
    const project = `version: 1\nrules: [{images: ["**"], signedBy: [{key: istio.pub}]}]\n`;
    const ours = await policiesOf({ project, files: { 'istio.pub': publisherKeys.istioKey } });
    const id = knownIdentifiers.get(publisherKeys.istioKey);
    expect(ours.material.keys.filter((each) => each.id === id)).toMatchObject([{ name: 'istio', isPublishers: false }]);
    const none = await policiesOf({});
    expect(none.material.keys.filter((each) => each.id === id)).toMatchObject([{ isPublishers: true }]);
  });

  const fingerprint = (pem: string): string =>
    new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();

  it("holds Microsoft's two roots as its documentation prints them", () => {
    // dotnet/dotnet-docker, documentation/image-signatures.md
    expect(fingerprint(publisherKeys.microsoftSupplyChainRoot)).toBe(
      '23ffe2b8bdb9a1711515d4cffda04bc7f793d513c76c243f1020507d8669b7db',
    );
    expect(fingerprint(publisherKeys.microsoftRoot2010)).toBe(
      'df545bf919a2439c36983b54cdfc903dfa4f37d3996d8d84b4c31eec6f3c163e',
    );
  });

  it('says of every publisher where that was found, and when it was last read', () => {
    for (const { sources, checked } of Object.values(knownPublishers.publishers)) {
      expect(sources).not.toEqual([]);
      expect(checked).toMatch(/^2026-11-2[12]$/);
    }
  });

  it.each([
    'mcr.microsoft.com/dotnet/sdk:10.0',
    'gcr.io/istio-release/pilot:1.20.0',
    'ghcr.io/linkerd/proxy:edge-26.6.3',
  ])('warns of an unsigned %s, and never blocks it', async (image) => {
    expect(decide(inputOf(image), await policiesOf({})).status).toBe('warn');
  });
});

describe('a timestamp authority for Notation', () => {
  const authority = parseAuthority(publisherKeys.microsoftSupplyChainRoot, null);
  const tsa = parseAuthority(publisherKeys.microsoftRoot2010, null);
  const idOf = (material: typeof authority): string => (material.ok ? material.value.id : '');
  const subject = 'CN=acme';
  const stamped = (id: string) =>
    byKey(acme, {
      form: 'notation',
      signer: { kind: 'certificate', subject },
      timeSource: 'timestamp',
      materials: [idOf(authority), id],
    });
  const rule = (more: string): string =>
    `version: 1\ndefault: allow\nrules: [{images: ["**"], signedBy: [{notation: {subject: ${subject}, ca: ca.pem${more}}}]}]\n`;
  const pems = { 'ca.pem': publisherKeys.microsoftSupplyChainRoot, 'tsa.pem': otherRoot };
  const machine = { '10.yaml': rule(''), ...pems };
  const own = idOf(parseAuthority(otherRoot, null));

  it('dates for the layer that names it and for those after it', async () => {
    const image = inputOf('registry.example.com/app:1', [stamped(own)]);
    const status = async (layers: Parameters<typeof policiesOf>[0]) => decide(image, await policiesOf(layers)).status;
    expect(await status({ project: rule(', tsa: tsa.pem'), files: pems })).toBe('allow');
    expect(await status({ project: rule(''), files: pems })).toBe('block');
    expect(
      await status({ machine: { ...machine, '10.yaml': rule(', tsa: tsa.pem') }, project: rule(''), files: pems }),
    ).toBe('allow');
  });

  it('of a project never revives what the machine would take for expired', async () => {
    const image = inputOf('registry.example.com/app:1', [stamped(own)]);
    const policies = await policiesOf({ machine, project: rule(', tsa: tsa.pem'), files: pems });
    expect(decide(image, policies)).toMatchObject({
      status: 'block',
      decisions: [
        { layer: 'machine', status: 'block' },
        { layer: 'project', status: 'allow' },
      ],
    });
  });

  it('of the built-in catalogue counts everywhere', async () => {
    const image = inputOf('registry.example.com/app:1', [stamped(idOf(tsa))]);
    expect(decide(image, await policiesOf({ machine })).status).toBe('allow');
  });
});
