// SBOMs for the lab's images, in every carrier that they come in.
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mustRun, type RunningLab, temporaryFolder } from './lab.ts';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** A package by its URL, with the layer that brings it where that is said. */
export interface Package {
  readonly purl: string;
  readonly layer?: string;
}

function nameOf(purl: string): string {
  return /([^/@]+)@/.exec(purl)?.[1] ?? purl;
}

/** An SPDX document as syft, which BuildKit's scanner runs, writes it. */
export function spdxOf(packages: readonly Package[]): Readonly<Record<string, unknown>> {
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: 'sbom',
    documentNamespace: 'https://example.test/sbom',
    creationInfo: { created: '2026-01-01T00:00:00Z', creators: ['Tool: test'] },
    packages: packages.map(({ purl }, index) => ({
      SPDXID: `SPDXRef-Package-${index}`,
      name: nameOf(purl),
      downloadLocation: 'NOASSERTION',
      versionInfo: decodeURIComponent(/@([^?]+)/.exec(purl)?.[1] ?? ''),
      externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
    })),
    files: packages.flatMap(({ layer }, index) =>
      layer === undefined
        ? []
        : [{ SPDXID: `SPDXRef-File-${index}`, fileName: `/f${index}`, comment: `layerID: ${layer}` }],
    ),
    relationships: packages.flatMap(({ layer }, index) =>
      layer === undefined
        ? []
        : [
            {
              spdxElementId: `SPDXRef-Package-${index}`,
              relatedSpdxElement: `SPDXRef-File-${index}`,
              relationshipType: 'OTHER',
              comment: 'evident-by: indicates the package is evident by the given file',
            },
          ],
    ),
  };
}

/** A CycloneDX document. */
export function cycloneDxOf(packages: readonly Package[]): Readonly<Record<string, unknown>> {
  const components = packages.map(({ purl }) => ({
    type: 'library',
    name: nameOf(purl),
    version: decodeURIComponent(/@([^?]+)/.exec(purl)?.[1] ?? ''),
    purl,
  }));
  return { bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, components };
}

async function must(request: Promise<Response>): Promise<Response> {
  const response = await request;
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
  return response;
}

function sha256(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

function partsOf(reference: string): readonly [registry: string, repository: string, tag: string] {
  const [, registry = '', repository = '', tag = ''] = /^([^/]+)\/(.+):([^:/]+)$/.exec(reference) ?? [];
  return [registry, repository, tag];
}

async function pushBlob(base: string, text: string, mediaType: string): Promise<Descriptor> {
  const started = await must(fetch(`${base}/blobs/uploads/`, { method: 'POST' }));
  const url = new URL(started.headers.get('location') ?? '', base);
  url.searchParams.set('digest', sha256(text));
  await must(fetch(url, { method: 'PUT', body: text, headers: { 'content-type': 'application/octet-stream' } }));
  return { mediaType, digest: sha256(text), size: Buffer.byteLength(text) };
}

async function pushManifest(base: string, tag: string | null, content: object): Promise<Descriptor> {
  const text = JSON.stringify(content);
  const mediaType = 'manifests' in content ? indexType : manifestType;
  const url = `${base}/manifests/${tag ?? sha256(text)}`;
  await must(fetch(url, { method: 'PUT', body: text, headers: { 'content-type': mediaType } }));
  return { mediaType, digest: sha256(text), size: Buffer.byteLength(text) };
}

/** Puts the image at a tag into an index beside an attestation manifest with an SBOM, as BuildKit does. `text` overrides the document. */
export async function putIntoIndex(lab: RunningLab, reference: string, sbom: object, about?: string): Promise<void> {
  const [registry, repository, tag] = partsOf(reference);
  const base = `http://${registry}/v2/${repository}`;
  const raw = await mustRun(lab, lab.crane, ['manifest', '--insecure', reference]);
  const image = {
    mediaType: (JSON.parse(raw) as Descriptor).mediaType,
    digest: sha256(raw),
    size: Buffer.byteLength(raw),
  };
  const statement = JSON.stringify({
    _type: 'https://in-toto.io/Statement/v0.1',
    predicateType: 'https://spdx.dev/Document',
    subject: [{ name: '_', digest: { sha256: (about ?? image.digest).replace('sha256:', '') } }],
    predicate: sbom,
  });
  const layer = await pushBlob(base, statement, 'application/vnd.in-toto+json');
  const attestation = await pushManifest(base, null, {
    schemaVersion: 2,
    mediaType: manifestType,
    config: await pushBlob(base, '{}', 'application/vnd.oci.image.config.v1+json'),
    layers: [{ ...layer, annotations: { 'in-toto.io/predicate-type': 'https://spdx.dev/Document' } }],
  });
  await pushManifest(base, tag, {
    schemaVersion: 2,
    mediaType: indexType,
    manifests: [
      { ...image, platform: { os: 'linux', architecture: 'amd64' } },
      {
        ...attestation,
        platform: { os: 'unknown', architecture: 'unknown' },
        annotations: {
          'vnd.docker.reference.type': 'attestation-manifest',
          'vnd.docker.reference.digest': image.digest,
        },
      },
    ],
  });
}

/** Attaches a document as it is, with oras: by the referrers API or the fallback tag, as the registry has it. */
export async function attachAsIs(lab: RunningLab, reference: string, type: string, text: string): Promise<void> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'sbom.json'), text);
  const args = ['attach', '--plain-http', '--artifact-type', type, reference, `sbom.json:${type}`];
  await mustRun(lab, lab.oras, args, { cwd: folder });
}

/** The uncompressed digests of an image's layers, from the bottom. */
export async function layersOf(lab: RunningLab, reference: string): Promise<readonly string[]> {
  const config = await mustRun(lab, lab.crane, ['config', '--insecure', '--platform', 'linux/amd64', reference]);
  return (JSON.parse(config) as { readonly rootfs: { readonly diff_ids: readonly string[] } }).rootfs.diff_ids;
}
