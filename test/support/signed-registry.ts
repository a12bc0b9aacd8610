import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { Descriptor } from '../../src/model/index.ts';
import { MemoryRegistry } from '../unit/oci/memory-registry.ts';

/** Somebody who signs as `cosign sign --key` does, without a log. */
export interface KeyHolder {
  readonly pem: string;
  readonly privateKey: KeyObject;
}

export function newKeyHolder(): KeyHolder {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(), privateKey };
}

/** A registry on loopback that goes with the test. */
export async function startRegistry(): Promise<MemoryRegistry> {
  const registry = await new MemoryRegistry().start();
  onTestFinished(() => registry.stop());
  return registry;
}

/** An image for linux/amd64; `layers` are its contents, the lowest first. */
export function addImage(registry: MemoryRegistry, repository: string, tag = '1', more: object = {}): Descriptor {
  const diff = (index: number): string => `sha256:${String(index).repeat(64)}`;
  const config = { os: 'linux', architecture: 'amd64', config: {}, rootfs: { type: 'layers', diff_ids: [diff(1)] } };
  return registry.image(repository, tag, { ...config, ...more });
}

/** Signs an image by its tag, as cosign 2 does. */
export function signImage(registry: MemoryRegistry, repository: string, image: Descriptor, by: KeyHolder): void {
  const payload = JSON.stringify({
    critical: {
      identity: { 'docker-reference': `${registry.host}/${repository}` },
      image: { 'docker-manifest-digest': image.digest },
      type: 'cosign container image signature',
    },
    optional: null,
  });
  const layer = {
    ...registry.blob(payload, 'application/vnd.dev.cosign.simplesigning.v1+json'),
    annotations: {
      'dev.cosignproject.cosign/signature': sign('sha256', Buffer.from(payload), by.privateKey).toString('base64'),
    },
  };
  registry.artifact(repository, [layer], {}, `${image.digest.replace(':', '-')}.sig`);
}

/** Attaches a document as `oras attach` does. */
export function attach(
  registry: MemoryRegistry,
  repository: string,
  image: Descriptor,
  document: object,
  mediaType: string,
): Descriptor {
  const { mediaType: type, digest, size } = image;
  return registry.artifact(repository, [registry.blob(JSON.stringify(document), mediaType)], {
    subject: { mediaType: type, digest, size },
    artifactType: mediaType,
  });
}

/** An SBOM in SPDX with these packages, `name@version` of Alpine. */
export function spdxOf(...packages: readonly string[]): object {
  return {
    spdxVersion: 'SPDX-2.3',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: 'image',
    packages: packages.map((each, index) => {
      const [name = '', version = ''] = each.split('@');
      const locator = `pkg:apk/alpine/${name}@${version}?arch=x86_64&distro=alpine-3.20`;
      return {
        SPDXID: `SPDXRef-${index}`,
        name,
        versionInfo: version,
        externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: locator }],
      };
    }),
  };
}

/** A policy that asks for signatures by this key on every image of a registry, without a log. */
export function policyFor(registry: MemoryRegistry, { pem }: KeyHolder, ...repositories: readonly string[]): string {
  const key = pem.trim().replaceAll('\n', '\n          ');
  const images = repositories.map((each) => JSON.stringify(`${registry.host}/${each}`)).join(', ');
  return `version: 1\nmode: enforce\ndefault: deny\nrules:\n  - images: [${images}]\n    signedBy:\n      - key: |\n          ${key}\n        log: optional\n`;
}

/** Attests to an image in a DSSE envelope, as `cosign attest --key` of cosign 2 does. */
export function attestImage(
  registry: MemoryRegistry,
  repository: string,
  image: Descriptor,
  by: KeyHolder,
  { predicateType, predicate }: { readonly predicateType: string; readonly predicate: object },
): void {
  const type = 'application/vnd.in-toto+json';
  const subject = [{ name: `${registry.host}/${repository}`, digest: { sha256: image.digest.slice(7) } }];
  const statement = { _type: 'https://in-toto.io/Statement/v0.1', predicateType, subject, predicate };
  const payload = Buffer.from(JSON.stringify(statement));
  const signed = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload]);
  const sig = sign('sha256', signed, by.privateKey).toString('base64');
  const envelope = { payloadType: type, payload: payload.toString('base64'), signatures: [{ keyid: '', sig }] };
  const layer = {
    ...registry.blob(JSON.stringify(envelope), 'application/vnd.dsse.envelope.v1+json'),
    annotations: { 'dev.cosignproject.cosign/signature': '', predicateType },
  };
  registry.artifact(repository, [layer], {}, `${image.digest.replace(':', '-')}.att`);
}

/** An index of one image for linux/amd64 with statements that BuildKit made, which are unsigned. */
export function addIndex(
  registry: MemoryRegistry,
  repository: string,
  tag: string,
  statements: readonly { readonly predicateType: string; readonly predicate: object }[],
): Descriptor {
  const image = addImage(registry, repository, `${tag}-amd64`);
  const layers = statements.map(({ predicateType, predicate }) => {
    const subject = [{ name: 'pkg:docker/x', digest: { sha256: image.digest.slice(7) } }];
    const text = JSON.stringify({ _type: 'https://in-toto.io/Statement/v0.1', predicateType, subject, predicate });
    const annotations = { 'in-toto.io/predicate-type': predicateType };
    return { ...registry.blob(text, 'application/vnd.in-toto+json'), annotations };
  });
  const attestation = registry.artifact(repository, layers);
  const annotations = {
    'vnd.docker.reference.type': 'attestation-manifest',
    'vnd.docker.reference.digest': image.digest,
  };
  const entries = [
    { ...image, platform: { os: 'linux', architecture: 'amd64' } },
    { ...attestation, platform: { os: 'unknown', architecture: 'unknown' }, annotations },
  ];
  return registry.index(repository, entries, tag);
}

/** The files of an OCI layout that holds one image of a registry. */
export function layoutOf(registry: MemoryRegistry, repository: string, image: Descriptor): Record<string, Buffer> {
  const file = (digest: string): string => `blobs/${digest.replace(':', '/')}`;
  const manifest = registry.manifests.get(`${repository} ${image.digest}`)?.bytes ?? Buffer.of();
  const { config, layers } = JSON.parse(manifest.toString()) as { config: Descriptor; layers: Descriptor[] };
  const blobs = [config, ...layers].map(
    ({ digest }) => [file(digest), registry.blobs.get(digest) ?? Buffer.of()] as const,
  );
  const annotations = { 'org.opencontainers.image.ref.name': 'latest' };
  const index = { schemaVersion: 2, manifests: [{ ...image, annotations }] };
  return {
    'oci-layout': Buffer.from('{"imageLayoutVersion":"1.0.0"}'),
    'index.json': Buffer.from(JSON.stringify(index)),
    [file(image.digest)]: manifest,
    ...Object.fromEntries(blobs),
  };
}
