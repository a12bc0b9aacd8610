import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../../../src/model/index.ts';
import { mediaTypes } from '../../../src/oci/media-types.ts';
import { collect, nameAt, newClient, startRegistry } from './harness.ts';
import type { MemoryRegistry } from './memory-registry.ts';

const slsa = 'https://slsa.dev/provenance/v0.2';

interface Shape {
  readonly predicateType?: string;
  readonly layerType?: string;
  /** What the attestation manifest says that it is about. */
  readonly subject?: (platform: Descriptor, other: Descriptor) => object | null;
  /** The digest that the index's annotation names. */
  readonly named?: (platform: Descriptor, other: Descriptor) => string;
  readonly type?: string;
}

const plain = ({ mediaType, digest, size }: Descriptor) => ({ mediaType, digest, size });

/** An index of two images, with an attestation manifest for the first that is signed under its tag. */
function build(registry: MemoryRegistry, shape: Shape = {}) {
  const [platform, other] = [registry.image('a', 'x'), registry.image('a', 'y')];
  const layer = {
    ...registry.blob('statement', shape.layerType ?? mediaTypes.inToto),
    annotations: { 'in-toto.io/predicate-type': shape.predicateType ?? slsa },
  };
  const subject = shape.subject?.(platform, other) ?? null;
  const attestation = registry.artifact('a', [layer], subject === null ? {} : { subject });
  const entry = {
    ...attestation,
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: {
      'vnd.docker.reference.type': shape.type ?? 'attestation-manifest',
      'vnd.docker.reference.digest': shape.named?.(platform, other) ?? platform.digest,
    },
  };
  const arm = { ...other, platform: { os: 'linux', architecture: 'arm64' } };
  registry.index('a', [{ ...platform, platform: { os: 'linux', architecture: 'amd64' } }, arm, entry], '1');
  registry.artifact(
    'a',
    [registry.blob('signature', mediaTypes.simpleSigning)],
    {},
    `${attestation.digest.replace(':', '-')}.sig`,
  );
  return { platform, other, attestation };
}

const at = (registry: MemoryRegistry, platform = 'linux/amd64') =>
  collect(newClient(), nameAt(registry, 'a:1'), {}, platform);

describe("a signature on BuildKit's attestation manifest", () => {
  it.each<[string, Shape]>([
    ['without a subject', {}],
    ['with the platform manifest as its subject', { subject: (platform) => plain(platform) }],
  ])('vouches for the platform manifest, %s', async (_what, shape) => {
    const registry = await startRegistry();
    const { platform, attestation } = build(registry, shape);
    const { attachments, unsigned, problems } = await at(registry);
    expect(problems).toEqual([]);
    expect(attachments).toMatchObject([
      { subject: attestation.digest, vouchesFor: platform.digest, form: 'cosign-signature' },
    ]);
    expect(unsigned).toMatchObject([{ subject: platform.digest, manifest: attestation.digest, predicateType: slsa }]);
  });

  it('does not vouch for another platform', async () => {
    const registry = await startRegistry();
    build(registry);
    expect(await at(registry, 'linux/arm64')).toEqual({ attachments: [], unsigned: [], problems: [] });
  });

  it.each<[string, Shape]>([
    ['whose subject is another manifest', { subject: (_platform, other) => plain(other) }],
    ['whose subject has another size', { subject: (platform) => ({ ...plain(platform), size: 1 }) }],
    [
      'whose subject has another type',
      { subject: (platform) => ({ ...plain(platform), mediaType: mediaTypes.dockerManifest }) },
    ],
  ])('does not count on one %s, and that is a problem', async (_what, shape) => {
    const registry = await startRegistry();
    const { attestation } = build(registry, shape);
    const { attachments, problems } = await at(registry);
    expect(attachments).toEqual([]);
    expect(problems).toMatchObject([{ error: { code: 'registry.untrustworthy' }, subject: attestation.digest }]);
  });

  it.each<[string, Shape]>([
    ['that holds no provenance', { predicateType: 'https://spdx.dev/Document' }],
    ['that holds something that is no statement', { layerType: 'application/octet-stream' }],
    ['that names a manifest outside of the index', { named: () => `sha256:${'0'.repeat(64)}` }],
    ['that is not marked as one', { type: 'else' }],
  ])('does not count on one %s', async (_what, shape) => {
    const registry = await startRegistry();
    build(registry, shape);
    const { attachments, problems } = await at(registry);
    expect(attachments).toEqual([]);
    expect(problems).toEqual([]);
  });
});
