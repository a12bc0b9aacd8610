import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Descriptor, parseCanonicalName } from '../../../../src/model/index.ts';
import { collectAttachments, openLayout, resolveImage } from '../../../../src/oci/index.ts';
import { temporaryFolder } from '../harness.ts';
import { MemoryRegistry, sha256 } from '../memory-registry.ts';
import { signatureTypes } from '../signature-types.ts';

const name = parseCanonicalName('context:1');

/** A layout with all that a registry holds, and this index. */
async function layoutOf(registry: MemoryRegistry, manifests: readonly object[]): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'blobs', 'sha256'), { recursive: true });
  const contents = [...registry.blobs.values(), ...[...registry.manifests.values()].map(({ bytes }) => bytes)];
  for (const bytes of contents) await writeFile(join(folder, 'blobs', 'sha256', sha256(bytes).slice(7)), bytes);
  await writeFile(join(folder, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  return folder;
}

const tagged = (entry: Descriptor, tag: string) => ({
  ...entry,
  annotations: { 'org.opencontainers.image.ref.name': tag },
});

describe('an OCI layout', () => {
  it('resolves by tag, by its only entry, and by digest', async () => {
    const registry = new MemoryRegistry();
    const [one, two] = [registry.image('a', 'x', { config: { OnBuild: ['RUN x'] } }), registry.image('a', 'y')];
    const both = await openLayout(await layoutOf(registry, [tagged(two, '2'), tagged(one, '1')]));
    const resolved = await resolveImage(both, { name, platforms: ['linux/amd64'] });
    expect(resolved).toMatchObject({
      root: { digest: one.digest },
      source: 'layout',
      onbuild: { 'linux/amd64': ['RUN x'] },
    });
    const single = await openLayout(await layoutOf(registry, [tagged(two, 'else')]));
    expect((await resolveImage(single, { name, platforms: [] })).root.digest).toBe(two.digest);
    const byDigest = await resolveImage(both, { name: parseCanonicalName(`context@${two.digest}`), platforms: [] });
    expect(byDigest.root.digest).toBe(two.digest);
  });

  it('resolves by the name that containerd gives an entry before the other, as buildx does', async () => {
    const registry = new MemoryRegistry();
    const [one, two] = [registry.image('a', 'x'), registry.image('a', 'y')];
    const named = { ...two, annotations: { 'io.containerd.image.name': '1' } };
    const layout = await openLayout(await layoutOf(registry, [tagged(one, '1'), named]));
    expect((await resolveImage(layout, { name, platforms: [] })).root.digest).toBe(two.digest);
  });

  it('refuses an index.json with a field that Go would read as another', async () => {
    const registry = new MemoryRegistry();
    const [good, evil] = [registry.image('a', 'x'), registry.image('a', 'y')];
    const layout = await openLayout(await layoutOf(registry, [{ ...good, Digest: evil.digest }]));
    await expect(resolveImage(layout, { name, platforms: [] })).rejects.toMatchObject({ code: 'layout.invalid' });
  });

  it('refuses a tag that none of several entries has', async () => {
    const registry = new MemoryRegistry();
    const entries = [tagged(registry.image('a', 'x'), '2'), tagged(registry.image('a', 'y'), '3')];
    const layout = await openLayout(await layoutOf(registry, entries));
    await expect(resolveImage(layout, { name, platforms: [] })).rejects.toMatchObject({ code: 'registry.not-found' });
  });

  it('has the signatures that its own index lists', async () => {
    const registry = new MemoryRegistry();
    const [image, other] = [registry.image('a', 'x'), registry.image('a', 'y')];
    const sign = ({ mediaType, digest, size }: Descriptor, content: string) =>
      registry.artifact('a', [registry.blob(content, 'application/vnd.dev.sigstore.bundle.v0.3+json')], {
        subject: { mediaType, digest, size },
      });
    const entries = [tagged(image, '1'), sign(image, 'ours'), sign(other, 'of another'), tagged(other, '2')];
    const cosign = registry.artifact('a', [registry.blob('saved', signatureTypes.simpleSigning)]);
    const layout = await openLayout(
      await layoutOf(registry, [...entries, { ...cosign, annotations: { kind: 'dev.cosignproject.cosign/sigs' } }]),
    );
    const { attachments, problems } = await collectAttachments(
      layout,
      await resolveImage(layout, { name, platforms: [] }),
    );
    expect(problems).toEqual([]);
    expect(attachments.map(({ content }) => Buffer.from(content, 'base64').toString()).sort()).toEqual([
      'ours',
      'saved',
    ]);
  });

  it.each<[string, (folder: string, image: Descriptor) => Promise<void>]>([
    [
      'changed',
      (folder, image) =>
        writeFile(join(folder, 'blobs', 'sha256', image.digest.slice(7)), '{"schemaVersion":2,"manifests":[]}'),
    ],
    ['without an index', (folder) => writeFile(join(folder, 'index.json'), '{}')],
    ['too large', (folder) => writeFile(join(folder, 'index.json'), Buffer.alloc(5_000_000))],
  ])('that is %s is refused', async (_what, damage) => {
    const registry = new MemoryRegistry();
    const image = registry.image('a', 'x');
    const folder = await layoutOf(registry, [image]);
    await damage(folder, image);
    const attempt = openLayout(folder).then((layout) => resolveImage(layout, { name, platforms: [] }));
    await expect(attempt).rejects.toMatchObject({
      code: 'layout.invalid',
    });
  });

  it('that is not there is refused', async () => {
    await expect(openLayout('/nonexistent/layout')).rejects.toMatchObject({ code: 'layout.invalid' });
  });
});
