import { createHash } from 'node:crypto';

/** Something in a registry. */
export interface Pushed {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

function described(bytes: Uint8Array, mediaType: string): Pushed {
  return { mediaType, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`, size: bytes.length };
}

async function refused(response: Response): Promise<Error> {
  return new Error(`${response.url}: ${response.status} ${await response.text()}`);
}

/** Pushes bytes to a registry on loopback (`host:port`). */
export async function pushBlob(
  registry: string,
  repository: string,
  content: string | Uint8Array,
  mediaType: string,
): Promise<Pushed> {
  const bytes = Buffer.from(content);
  const blob = described(bytes, mediaType);
  const started = await fetch(`http://${registry}/v2/${repository}/blobs/uploads/`, { method: 'POST' });
  if (!started.ok) throw await refused(started);
  const url = new URL(started.headers.get('location') ?? '', `http://${registry}`);
  url.searchParams.set('digest', blob.digest);
  const headers = { 'content-type': 'application/octet-stream' };
  const ended = await fetch(url, { method: 'PUT', body: bytes, headers });
  if (!ended.ok) throw await refused(ended);
  return blob;
}

/** Pushes the text of a manifest or an index as it is, under its digest where no tag is given. Null where the registry refuses it. */
export async function pushManifestText(
  registry: string,
  repository: string,
  text: string,
  mediaType: string,
  tag?: string,
): Promise<Pushed | null> {
  const pushed = described(Buffer.from(text), mediaType);
  const url = `http://${registry}/v2/${repository}/manifests/${tag ?? pushed.digest}`;
  const response = await fetch(url, { method: 'PUT', body: text, headers: { 'content-type': mediaType } });
  await response.arrayBuffer();
  return response.ok ? pushed : null;
}
