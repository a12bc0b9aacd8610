import { createHash } from 'node:crypto';
import { type BuildRecord, type Digest, parseDigest, type RecordedImage } from '../../../src/model/index.ts';
import { createUlid, openBlobStore, writeImageNote } from '../../../src/records/index.ts';
import { newFolder } from '../../support/new-folder.ts';

/** A folder for state, gone when the test file is over. */
export function newStateFolder(): string {
  return newFolder('verify-records');
}

/** A digest that a name stands for. */
export function digestFor(name: string): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(name).digest('hex')}`);
}

export function image(name: string, role: RecordedImage['role'] = 'runtime-base'): RecordedImage {
  return {
    name,
    digest: digestFor(name),
    platforms: [{ platform: 'linux/amd64', digest: digestFor(`${name} linux/amd64`) }],
    role,
    status: 'allow',
    basis: 'signature',
    verified: true,
    signer: null,
    rule: 'all',
    bases: [],
    sboms: [],
  };
}

let minute = 0;

/** A record of a build, a minute after the one before. */
export function record(tag: string, images: readonly RecordedImage[], more: Partial<BuildRecord> = {}): BuildRecord {
  minute += 1;
  const time = new Date(Date.UTC(2026, 0, 1, 0, minute));
  return {
    schemaVersion: 1,
    id: createUlid(time),
    time: time.toISOString(),
    tool: '0.0.0',
    verb: 'build',
    target: 'default',
    stage: null,
    ref: null,
    imageId: digestFor(`config of ${tag}`),
    digest: digestFor(tag),
    tags: [tag],
    pushed: [],
    platforms: ['linux/amd64'],
    context: { kind: 'folder', source: '.', remote: null, commit: null, dirty: null, subdirectory: null },
    dockerfile: { path: 'Dockerfile', sha256: null },
    arguments: { build: {}, contexts: {}, secrets: [], ssh: [] },
    images,
    exceptions: [],
    breakGlass: null,
    verdict: 'allow',
    ...more,
  };
}

/** An SPDX document that lists these package URLs, each with its layer where one is given. */
export function spdx(packages: readonly (string | readonly [purl: string, layer: string])[]): string {
  const listed = packages.map((each) => (typeof each === 'string' ? ([each, null] as const) : each));
  return JSON.stringify({
    spdxVersion: 'SPDX-2.3',
    packages: listed.map(([purl], index) => ({
      SPDXID: `SPDXRef-${index}`,
      name: /([^/@]+)(?:@|\?|$)/.exec(purl)?.[1],
      externalRefs: [{ referenceType: 'purl', referenceLocator: purl }],
    })),
    files: listed.flatMap(([, layer], index) =>
      layer === null ? [] : [{ SPDXID: `SPDXRef-File-${index}`, comment: `layerID: ${layer}` }],
    ),
    relationships: listed.flatMap(([, layer], index) =>
      layer === null
        ? []
        : [
            {
              spdxElementId: `SPDXRef-${index}`,
              relatedSpdxElement: `SPDXRef-File-${index}`,
              relationshipType: 'OTHER',
              comment: 'evident-by: the package is evident by the file',
            },
          ],
    ),
  });
}

/** Notes what is inside an image, as it is after its SBOM was fetched. */
export async function noteImage(
  folder: string,
  name: string,
  sbom: string | null,
  more: {
    readonly trust?: 'signed' | 'unsigned';
    readonly layers?: readonly string[];
    readonly problem?: string;
    readonly subject?: Digest;
  } = {},
): Promise<void> {
  const digest = digestFor(name);
  const sboms =
    sbom === null
      ? []
      : [
          {
            digest: await openBlobStore(folder).write(Buffer.from(sbom)),
            subject: more.subject ?? digest,
            trust: more.trust ?? 'signed',
            signer: null,
          },
        ];
  await writeImageNote(folder, {
    schemaVersion: 1,
    digest,
    time: '2026-01-01T00:00:00Z',
    sboms,
    layers: { [digestFor(`${name} linux/amd64`)]: more.layers ?? [] },
    problem: more.problem ?? null,
  });
}
