import { type Descriptor, type Digest, VerifyError } from '../../model/index.ts';
import { checkContent } from '../cache/digest-check.ts';
import { bounds } from '../transport/bounds.ts';
import type { ImageSource, StoredManifest } from './image-source.ts';
import { parseManifest } from './manifest.ts';
import { onceEach } from './once-each.ts';

function refuseLarge(size: number, digest: Digest, limit: number): void {
  if (size <= limit) return;
  throw new VerifyError('registry.untrustworthy', `${digest} has ${size} bytes; ${limit} are allowed`);
}

/**
 * Images that somebody holds who gives content by its digest alone, such as a builder what it made. Nothing of what he gives is
 * believed but bytes that have their digest. Tags and referrers there are none.
 * @param read asked once for each digest
 */
export function openHeldContent(read: (digest: Digest) => Promise<Buffer>): ImageSource {
  const once = onceEach();
  const checked = async (digest: Digest, size: number | null, limit: number): Promise<Buffer> => {
    if (size !== null) refuseLarge(size, digest, limit);
    const bytes = await once(`content ${digest}`, () => read(digest));
    refuseLarge(bytes.length, digest, limit);
    checkContent(bytes, { digest, size }, `content ${digest}`);
    return bytes;
  };
  return {
    kind: 'layout',
    offline: false,
    async manifest(_repository, digest: Digest, expected?: Descriptor): Promise<StoredManifest> {
      const bytes = await checked(digest, expected?.size ?? null, bounds.manifest);
      const manifest = parseManifest(bytes, expected?.mediaType ?? null, `manifest ${digest}`);
      return { descriptor: { mediaType: manifest.mediaType, digest, size: bytes.length }, manifest, bytes };
    },
    tagged: (_repository, tag) =>
      Promise.reject(new VerifyError('registry.not-found', `content by its digest alone has no ${tag}`)),
    blob: (_repository, { digest, size }, limit) => checked(digest, size, limit),
    referrers: () => Promise.resolve({ manifests: [], supported: true, malformed: 0, problem: null }),
    once,
    readListing: () => Promise.resolve(null),
    writeListing: () => Promise.resolve(),
  };
}
