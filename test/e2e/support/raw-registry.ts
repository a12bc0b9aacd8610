import { createHash } from 'node:crypto';
import { expect } from 'vitest';

/** Speaks to a registry as any client can, to put there what ours never would. */
export function rawRegistry(image: string) {
  const [, host = '', repository = ''] = /^([^/]+)\/(.+):[^:/]+$/.exec(image) ?? [];
  const root = `http://${host}/v2/${repository}`;
  const sha256 = (bytes: string): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  return {
    async manifest(
      digest: string,
    ): Promise<{ layers: [{ digest: string; size: number }]; subject: { digest: string } }> {
      const headers = { accept: 'application/vnd.oci.image.manifest.v1+json' };
      return (await (await fetch(`${root}/manifests/${digest}`, { headers })).json()) as never;
    },
    async blob(digest: string): Promise<string> {
      return await (await fetch(`${root}/blobs/${digest}`)).text();
    },
    async put(content: string): Promise<{ digest: string; size: number }> {
      const begun = await fetch(`${root}/blobs/uploads/`, { method: 'POST' });
      const url = new URL(begun.headers.get('location') ?? '', root);
      url.searchParams.set('digest', sha256(content));
      const headers = { 'content-type': 'application/octet-stream' };
      expect((await fetch(url, { method: 'PUT', body: content, headers })).status).toBe(201);
      return { digest: sha256(content), size: Buffer.byteLength(content) };
    },
    /** Attaches a manifest, in the fallback tag too. */
    async attach(document: { subject: { digest: string } }): Promise<void> {
      const body = JSON.stringify(document);
      const mediaType = 'application/vnd.oci.image.manifest.v1+json';
      await fetch(`${root}/manifests/${sha256(body)}`, { method: 'PUT', body, headers: { 'content-type': mediaType } });
      const tag = `${root}/manifests/${document.subject.digest.replace(':', '-')}`;
      const index = 'application/vnd.oci.image.index.v1+json';
      const found = await fetch(tag, { headers: { accept: index } });
      const listing = found.ok ? ((await found.json()) as { manifests: object[] }) : { manifests: [] };
      const entry = { mediaType, digest: sha256(body), size: Buffer.byteLength(body) };
      const text = JSON.stringify({ schemaVersion: 2, mediaType: index, manifests: [...listing.manifests, entry] });
      await fetch(tag, { method: 'PUT', body: text, headers: { 'content-type': index } });
    },
  };
}
