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
