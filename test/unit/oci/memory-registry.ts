import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Descriptor, Digest, Environment } from '../../../src/model/index.ts';
import { mediaTypes } from '../../../src/oci/content/media-types.ts';

export interface Logged {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | null;
  readonly headers: IncomingMessage['headers'];
}

/** Answers a request in the registry's place; false lets the registry answer. */
export type Intercept = (request: IncomingMessage, response: ServerResponse) => boolean;

interface Kept {
  readonly bytes: Buffer;
  readonly mediaType: string;
}

/** A registry in memory for what a real one never does: it can be made to lie, to stall, to ask for credentials. */
export class MemoryRegistry {
  readonly log: Logged[] = [];
  readonly manifests = new Map<string, Kept>();
  readonly blobs = new Map<string, Buffer>();
  referrersApi = true;
  /** Whether it names manifests by `ETag`, and keeps to what a write says of it. */
  etags = false;
  intercept: Intercept = () => false;
  server: Server = createServer((request, response) => this.handle(request, response));

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get paths(): string[] {
    return this.log.map(({ method, path }) => `${method} ${path}`);
  }

  blob(content: string | Buffer, mediaType = 'application/octet-stream'): Descriptor {
    const bytes = Buffer.from(content);
    const descriptor = { mediaType, digest: sha256(bytes), size: bytes.length };
    this.blobs.set(descriptor.digest, bytes);
    return descriptor;
  }

  /** Keeps a manifest under its digest, and under a tag where one is given. */
  put(repository: string, document: unknown, tag?: string): Descriptor {
    const bytes = Buffer.isBuffer(document) ? document : Buffer.from(JSON.stringify(document));
    const parsed = JSON.parse(bytes.toString()) as { mediaType?: string; manifests?: unknown };
    const mediaType = parsed.mediaType ?? (parsed.manifests ? mediaTypes.ociIndex : mediaTypes.ociManifest);
    const digest = sha256(bytes);
    this.manifests.set(`${repository} ${digest}`, { bytes, mediaType });
    if (tag !== undefined) this.manifests.set(`${repository} ${tag}`, { bytes, mediaType });
    return { mediaType, digest, size: bytes.length };
  }

  /** A manifest with a configuration and one layer. */
  image(repository: string, tag?: string, config: object = { config: {} }, more: object = {}): Descriptor {
    const document = {
      schemaVersion: 2,
      mediaType: mediaTypes.ociManifest,
      config: this.blob(JSON.stringify(config), 'application/vnd.oci.image.config.v1+json'),
      layers: [this.blob(`layer of ${repository} ${tag}`, 'application/vnd.oci.image.layer.v1.tar')],
      ...more,
    };
    return this.put(repository, document, tag);
  }

  index(repository: string, manifests: readonly object[], tag?: string): Descriptor {
    return this.put(repository, { schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests }, tag);
  }

  /** A manifest with these layers, as signatures are kept; with a subject it refers to it. */
  artifact(repository: string, layers: readonly object[], more: object = {}, tag?: string): Descriptor {
    const config = this.blob('{}', 'application/vnd.oci.empty.v1+json');
    return this.put(repository, { schemaVersion: 2, mediaType: mediaTypes.ociManifest, config, layers, ...more }, tag);
  }

  /** Answers one request; also for a server of somebody else. */
  handle(request: IncomingMessage, response: ServerResponse): void {
    const { method = '', url = '' } = request;
    this.log.push({
      method,
      path: url,
      authorization: request.headers.authorization ?? null,
      headers: request.headers,
    });
    if (this.intercept(request, response)) return;
    const match = /^\/v2\/(.+)\/(manifests|blobs|referrers)\/([^/?]+)/.exec(url);
    const [, repository = '', kind = '', reference = ''] = match ?? [];
    if (method === 'POST' || method === 'PUT') {
      this.write(request, response, [repository, kind, reference]);
      return;
    }
    const tags = /^\/v2\/(.+)\/tags\/list/.exec(url)?.[1];
    if (tags !== undefined) {
      const all = [...this.manifests.keys()].filter((key) => key.startsWith(`${tags} `) && !key.includes(':'));
      response.end(JSON.stringify({ name: tags, tags: all.map((key) => key.slice(tags.length + 1)) }));
      return;
    }
    if (kind === 'manifests') this.send(method, response, this.manifests.get(`${repository} ${reference}`));
    else if (kind === 'blobs') {
      const bytes = this.blobs.get(reference);
      this.send(method, response, bytes && { bytes, mediaType: 'application/octet-stream' });
    } else if (kind === 'referrers' && this.referrersApi) this.referrers(response, repository, reference);
    else this.send(method, response, undefined);
  }

  /** Uploads as the specification has them: POST, then PUT with the digest; and manifests by PUT. */
  private write(request: IncomingMessage, response: ServerResponse, [repository, kind, reference]: string[]): void {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const bytes = Buffer.concat(parts);
      if (request.method === 'POST') {
        response.writeHead(202, { location: `/v2/${repository}/blobs/uploads/1?state=a` }).end();
      } else if (kind === 'blobs') {
        this.blobs.set(sha256(bytes), bytes);
        response.writeHead(201, { 'docker-content-digest': sha256(bytes) }).end();
      } else this.writeManifest(request, response, repository ?? '', reference ?? '', bytes);
    });
  }

  private writeManifest(
    { headers }: IncomingMessage,
    response: ServerResponse,
    repository: string,
    reference: string,
    bytes: Buffer,
  ): void {
    const known = this.manifests.get(`${repository} ${reference}`);
    const matches = headers['if-match'] === undefined || headers['if-match'] === (known && etagOf(known.bytes));
    if (this.etags && (!matches || (headers['if-none-match'] === '*' && known !== undefined))) {
      response.writeHead(412).end();
      return;
    }
    this.put(repository, bytes, reference.includes(':') ? undefined : reference);
    const { subject } = JSON.parse(bytes.toString()) as { subject?: { digest: string } };
    const listed = subject !== undefined && this.referrersApi ? { 'oci-subject': subject.digest } : {};
    response.writeHead(201, { 'docker-content-digest': sha256(bytes), ...listed }).end();
  }

  private referrers(response: ServerResponse, repository: string, digest: string): void {
    const manifests = [...this.manifests].flatMap(([key, { bytes, mediaType }]) => {
      const document = JSON.parse(bytes.toString()) as { subject?: { digest: string }; artifactType?: string };
      if (key !== `${repository} ${sha256(bytes)}` || document.subject?.digest !== digest) return [];
      return [{ mediaType, digest: sha256(bytes), size: bytes.length, artifactType: document.artifactType }];
    });
    response.setHeader('content-type', mediaTypes.ociIndex);
    response.end(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests }));
  }

  private send(method: string, response: ServerResponse, kept: Kept | undefined): void {
    if (kept === undefined) {
      response.statusCode = 404;
      response.end(JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'no' }] }));
      return;
    }
    response.setHeader('content-type', kept.mediaType);
    response.setHeader('docker-content-digest', sha256(kept.bytes));
    response.setHeader('content-length', kept.bytes.length);
    if (this.etags) response.setHeader('etag', etagOf(kept.bytes));
    response.end(method === 'HEAD' ? undefined : kept.bytes);
  }
}

function etagOf(bytes: Buffer): string {
  return `"${sha256(bytes)}"`;
}

export function sha256(bytes: string | Buffer): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest;
}

/** An environment without anything in it. */
export function bareEnvironment(more: Partial<Environment> = {}): Environment {
  return {
    variables: {},
    workingDirectory: '/',
    homeDirectory: '/nonexistent',
    platform: 'linux',
    architecture: 'x64',
    userId: 0,
    dockerFlags: [],
    dockerConfigDirectory: '/nonexistent/.docker',
    ...more,
  };
}
