import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { lab } from '../support/lab.ts';

const type = 'application/vnd.docker-verify.policy.v1+yaml';

export function digestOfBytes(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

async function uploaded(repository: string, bytes: Uint8Array): Promise<object> {
  const { registry } = lab();
  const begun = await fetch(`http://${registry}/v2/${repository}/blobs/uploads/`, { method: 'POST' });
  const place = new URL(begun.headers.get('location') ?? '', `http://${registry}`);
  place.searchParams.set('digest', digestOfBytes(bytes));
  const ended = await fetch(place, {
    method: 'PUT',
    body: bytes,
    headers: { 'content-type': 'application/octet-stream' },
  });
  expect(ended.status).toBe(201);
  return { digest: digestOfBytes(bytes), size: bytes.length };
}

/** Publishes a policy as a bundle, as any client of registries can. */
export async function publishPolicy(repository: string, policy: string): Promise<string> {
  const { registry } = lab();
  const [config, layer] = await Promise.all(
    ['{}', policy].map((text) => uploaded(repository, new TextEncoder().encode(text))),
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType: type,
    config: { mediaType: 'application/vnd.oci.empty.v1+json', ...config },
    layers: [{ mediaType: type, ...layer }],
  };
  const answer = await fetch(`http://${registry}/v2/${repository}/manifests/1`, {
    method: 'PUT',
    body: JSON.stringify(manifest),
    headers: { 'content-type': manifest.mediaType },
  });
  expect(answer.status).toBe(201);
  return `${registry}/${repository}:1`;
}
