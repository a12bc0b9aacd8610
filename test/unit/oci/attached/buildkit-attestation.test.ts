import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../../../../src/model/index.ts';
import { mediaTypes } from '../../../../src/oci/content/media-types.ts';
import { collect, nameAt, newClient, startRegistry } from '../harness.ts';
import type { MemoryRegistry } from '../memory-registry.ts';
import { signatureTypes } from '../signature-types.ts';

const slsa = 'https://slsa.dev/provenance/v0.2';

interface Shape {
  readonly predicateType?: string;
  readonly layerType?: string;
  /** What the attestation manifest says that it is about. */
  readonly subject?: (platform: Descriptor, other: Descriptor) => object | null;
  /** The digest that the index's annotation names. */
  readonly named?: (platform: Descriptor, other: Descriptor) => string;
  readonly type?: string;
  /** The statements, where they are not one about the platform manifest. */
  readonly statements?: (platform: Descriptor, other: Descriptor) => readonly string[];
}

/** An in-toto statement about these digests. */
const about = (...subjects: readonly Descriptor[]) =>
  JSON.stringify({ subject: subjects.map(({ digest }) => ({ name: '_', digest: { sha256: digest.slice(7) } })) });

const plain = ({ mediaType, digest, size }: Descriptor) => ({ mediaType, digest, size });

/** An index of two images, with an attestation manifest for the first that is signed under its tag. */
function build(registry: MemoryRegistry, shape: Shape = {}) {
  const [platform, other] = [registry.image('a', 'x'), registry.image('a', 'y')];
  const layers = (shape.statements?.(platform, other) ?? [about(platform)]).map((statement) => ({
    ...registry.blob(statement, shape.layerType ?? mediaTypes.inToto),
    annotations: { 'in-toto.io/predicate-type': shape.predicateType ?? slsa },
  }));
  const subject = shape.subject?.(platform, other) ?? null;
  const attestation = registry.artifact('a', layers, subject === null ? {} : { subject });
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
    [registry.blob('signature', signatureTypes.simpleSigning)],
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
    [
      'with its own subject, whatever its statements say',
      { subject: (platform) => plain(platform), statements: () => ['?'] },
    ],
    [
      'with a subject for each name that it was pushed under',
      { statements: (platform) => [about(platform, platform)] },
    ],
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
    expect(problems).toMatchObject([{ error: { code: 'attachment.ignored' }, subject: attestation.digest }]);
  });

  it.each<[string, Shape]>([
    ['is about another manifest, though the index lists it for this one', { statements: (_, other) => [about(other)] }],
    ['is about another manifest beside one about this', { statements: (own, other) => [about(own), about(other)] }],
    ['is about two manifests', { statements: (own, other) => [about(own, other)] }],
    ['names nothing', { statements: () => [about()] }],
    ['is no JSON', { statements: () => ['statement'] }],
    [
      'has its subject twice',
      { statements: (own, other) => [`{"subject":[],${about(own).slice(1, -1)},${about(other).slice(1)}`] },
    ],
  ])('does not count without a subject where a statement %s, and that is a problem', async (_what, shape) => {
    const registry = await startRegistry();
    const { attestation } = build(registry, shape);
    const { attachments, problems } = await at(registry);
    expect(attachments).toEqual([]);
    expect(problems).toMatchObject([{ error: { code: 'attachment.ignored' }, subject: attestation.digest }]);
  });

  it('is read no further where it is unsigned', async () => {
    const registry = await startRegistry();
    build(registry, { statements: (_, other) => [about(other)] });
    for (const key of registry.manifests.keys()) if (key.endsWith('.sig')) registry.manifests.delete(key);
    expect(await at(registry)).toMatchObject({ attachments: [], problems: [] });
    expect(registry.paths.filter((path) => path.includes('/blobs/'))).toHaveLength(1);
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
