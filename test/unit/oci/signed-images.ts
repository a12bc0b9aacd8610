import type { Descriptor } from '../../../src/model/index.ts';
import { collect, nameAt, newClient } from './harness.ts';
import type { MemoryRegistry } from './memory-registry.ts';
import { signatureTypes } from './signature-types.ts';

export const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
/** The tag that stands for a digest. */
export const tagOf = ({ digest }: Descriptor) => digest.replace(':', '-');
export const amd64 = { os: 'linux', architecture: 'amd64' };

/** A cosign 2 signature under its tag. */
export function signByTag(
  registry: MemoryRegistry,
  image: Descriptor,
  payload = 'payload',
  repository = 'a',
  prefix = '',
): Descriptor {
  const layer = {
    ...registry.blob(payload, signatureTypes.simpleSigning),
    annotations: { 'dev.cosignproject.cosign/signature': 'x' },
  };
  return registry.artifact(repository, [layer], {}, `${prefix}${tagOf(image)}.sig`);
}

/** A bundle that refers to an image. */
export function refer(
  registry: MemoryRegistry,
  subject: Descriptor,
  content = 'bundle',
  more: object = {},
): Descriptor {
  const { mediaType, digest, size } = subject;
  return registry.artifact('a', [registry.blob(content, bundleType)], {
    subject: { mediaType, digest, size },
    artifactType: bundleType,
    ...more,
  });
}

/** Every path answered with a status. */
export function failing(registry: MemoryRegistry, pattern: RegExp, status: number): void {
  registry.intercept = (request, response) => {
    if (!pattern.test(request.url ?? '')) return false;
    response.writeHead(status).end();
    return true;
  };
}

/** Collects what is attached to `a:1`. */
export const at = (registry: MemoryRegistry) => collect(newClient(), nameAt(registry, 'a:1'), {}, 'linux/amd64');
/** What attachments hold, as text. */
export const contents = ({ attachments }: { readonly attachments: readonly { readonly content: string }[] }) =>
  attachments.map(({ content }) => Buffer.from(content, 'base64').toString()).sort();
