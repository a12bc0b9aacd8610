import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Descriptor, type Digest, isVerifyError, VerifyError } from '../../model/index.ts';
import { checkContent } from '../cache/digest-check.ts';
import { bounds } from '../transport/bounds.ts';
import type { ImageSource, ReferrersListing, RepositoryName, StoredManifest, TagUse } from './image-source.ts';
import { type IndexManifest, type Manifest, parseManifest } from './manifest.ts';
import { manifestKind } from './media-types.ts';
import { onceEach } from './once-each.ts';

/** Annotations that name an entry, in the order in which buildx looks (buildkit, client/ociindex). */
const referenceNames = ['io.containerd.image.name', 'org.opencontainers.image.ref.name'];
/** How `cosign save` marks what it puts beside an image. */
const cosignKinds: Readonly<Record<string, string>> = {
  '.sig': 'dev.cosignproject.cosign/sigs',
  '.att': 'dev.cosignproject.cosign/atts',
};

function invalid(path: string, reason: string, cause?: unknown): VerifyError {
  return new VerifyError('layout.invalid', `the OCI layout ${path} ${reason}`, {
    hint: 'make it anew, for instance with "docker buildx build --output type=oci,tar=false,dest=…"',
    place: { file: path },
    cause,
  });
}

/** Reads a file of the layout that may have at most `limit` bytes. */
async function readBounded(layout: string, file: string, limit: number): Promise<Buffer> {
  try {
    const found = await stat(file);
    if (!found.isFile()) throw invalid(layout, `has something else than a file at ${file}`);
    if (found.size > limit)
      throw invalid(layout, `has a file of ${found.size} bytes where ${limit} are allowed: ${file}`);
    return await readFile(file);
  } catch (error) {
    if (isVerifyError(error)) throw error;
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw invalid(layout, `${missing ? 'lacks' : 'cannot be read at'} ${file}`, error);
  }
}

async function readChecked(layout: string, digest: Digest, size: number | null, limit: number): Promise<Buffer> {
  const [algorithm = '', hex = ''] = digest.split(':');
  const bytes = await readBounded(layout, join(layout, 'blobs', algorithm, hex), limit);
  try {
    checkContent(bytes, { digest, size }, `content ${digest}`);
  } catch (error) {
    throw invalid(layout, `is damaged: ${error instanceof Error ? error.message : String(error)}`, error);
  }
  return bytes;
}

function parse(layout: string, bytes: Buffer, mediaType: string | null, what: string): Manifest {
  try {
    return parseManifest(bytes, mediaType, what);
  } catch (error) {
    throw invalid(layout, `is damaged: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

async function readManifest(layout: string, digest: Digest, expected?: Descriptor): Promise<StoredManifest> {
  const bytes = await readChecked(layout, digest, expected?.size ?? null, bounds.manifest);
  const manifest = parse(layout, bytes, expected?.mediaType ?? null, `manifest ${digest}`);
  return { descriptor: { mediaType: manifest.mediaType, digest, size: bytes.length }, manifest, bytes };
}

async function readIndex(layout: string): Promise<IndexManifest> {
  const bytes = await readBounded(layout, join(layout, 'index.json'), bounds.manifest);
  const index = parse(layout, bytes, null, 'index.json');
  if (index.kind === 'manifest') throw invalid(layout, 'has an index.json that is no index');
  return index;
}

/** The entry for a tag, as buildx chooses it: by its name, else the only one. A signature's tag is never "the only one". */
function entryFor(index: IndexManifest, tag: string, use: TagUse): Descriptor | null {
  for (const name of referenceNames) {
    const named = index.manifests.find((entry) => entry.annotations?.[name] === tag);
    if (named !== undefined) return named;
  }
  if (use === 'image') return index.manifests.length === 1 ? (index.manifests[0] ?? null) : null;
  const kind = cosignKinds[tag.slice(-'.sig'.length)];
  const marked = index.manifests.find((entry) => kind !== undefined && entry.annotations?.['kind'] === kind);
  return marked ?? null;
}

/** The manifests that the index lists and that say of themselves that they refer to `digest`. */
async function referrersIn(layout: string, index: IndexManifest, digest: Digest): Promise<ReferrersListing> {
  const found: Descriptor[] = [];
  let problem: VerifyError | null = null;
  for (const entry of index.manifests.filter(({ mediaType }) => manifestKind(mediaType) === 'manifest')) {
    try {
      const { manifest } = await readManifest(layout, entry.digest, entry);
      if (manifest.subject?.digest === digest) found.push(entry);
    } catch (error) {
      if (!isVerifyError(error)) throw error;
      problem ??= error;
    }
  }
  return { manifests: found, supported: true, malformed: 0, problem };
}

/**
 * Opens an OCI layout on disk (OCI image-spec, image-layout.md) as a source of images, with the checks that registries get.
 * The repository in a reference plays no part; a tag is the `org.opencontainers.image.ref.name` of an entry, or the only entry.
 * What it says is believed of nothing but its own bytes, each checked against its digest.
 * @param path absolute
 * @throws VerifyError `layout.invalid`
 */
export async function openLayout(path: string): Promise<ImageSource> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw invalid(path, 'does not exist');
  let index: Promise<IndexManifest> | null = null;
  const indexOnce = (): Promise<IndexManifest> => {
    index ??= readIndex(path);
    return index;
  };
  return {
    kind: 'layout',
    offline: false,
    manifest: (_repository, digest, expected) => readManifest(path, digest, expected),
    async tagged(_repository: RepositoryName, tag: string, use: TagUse) {
      const entry = entryFor(await indexOnce(), tag, use);
      if (entry !== null) return readManifest(path, entry.digest, entry);
      throw new VerifyError('registry.not-found', `the OCI layout ${path} has no ${tag}`, {
        hint: 'name a tag or a digest that its index.json lists',
      });
    },
    async blob(_repository, descriptor, limit) {
      if (descriptor.size > limit)
        throw invalid(path, `says ${descriptor.size} bytes of ${descriptor.digest}; ${limit} are allowed`);
      return readChecked(path, descriptor.digest, descriptor.size, limit);
    },
    referrers: async (_repository, digest) => referrersIn(path, await indexOnce(), digest),
    once: onceEach(),
    readListing: () => Promise.resolve(null),
    writeListing: () => Promise.resolve(),
  };
}
