import { randomUUID } from 'node:crypto';
import { type RegistryStore, sha256Digest } from './registry-store.ts';

/** A request, read whole. */
export interface RegistryRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface RegistryAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** How the endpoints behave. */
export interface EndpointOptions {
  /** Whether the referrers API is there. */
  readonly referrers: boolean;
  /** Whether `artifactType` filters on the registry's side. */
  readonly filter: boolean;
  /** The most items in one page of referrers or tags. */
  readonly pageSize: number;
}

/** An answer with a JSON body. */
export function jsonAnswer(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): RegistryAnswer {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify(body)),
  };
}

/** An error as the distribution specification writes it. */
export function errorAnswer(
  status: number,
  code: string,
  headers: Readonly<Record<string, string>> = {},
): RegistryAnswer {
  return jsonAnswer(status, { errors: [{ code, message: code.toLowerCase().replaceAll('_', ' ') }] }, headers);
}

const empty = Buffer.alloc(0);

/** One page of `items`, from after the item whose key is `last`, and the Link header to the next. */
function page<T>(
  items: readonly T[],
  key: (item: T) => string,
  request: RegistryRequest,
  pageSize: number,
): { items: readonly T[]; headers: Record<string, string> } {
  const last = request.query.get('last');
  const size = Math.min(Number(request.query.get('n') ?? pageSize) || pageSize, pageSize);
  const from = last === null ? 0 : items.findIndex((item) => key(item) === last) + 1;
  const shown = items.slice(from, from + size);
  const end = shown.at(-1);
  if (end === undefined || from + size >= items.length) {
    return { items: shown, headers: {} };
  }
  const query = new URLSearchParams(request.query);
  query.set('last', key(end));
  query.set('n', String(size));
  return { items: shown, headers: { link: `<${request.path}?${query.toString()}>; rel="next"` } };
}

/** The endpoints of the distribution specification 1.1 over a store. Not found is a 404, anything unknown too. */
export class RegistryEndpoints {
  readonly #store: RegistryStore;
  readonly #options: EndpointOptions;
  readonly #uploads = new Map<string, Buffer>();

  constructor(store: RegistryStore, options: EndpointOptions) {
    this.#store = store;
    this.#options = options;
  }

  answer(request: RegistryRequest): RegistryAnswer {
    if (request.path === '/v2/' || request.path === '/v2') {
      return jsonAnswer(200, {}, { 'docker-distribution-api-version': 'registry/2.0' });
    }
    if (request.path === '/v2/_catalog') {
      return jsonAnswer(200, { repositories: this.#store.repositories() });
    }
    const match = /^\/v2\/(.+?)\/(manifests|blobs|referrers|tags)\/(.*)$/.exec(request.path);
    const [, name, kind, rest] = match ?? [];
    if (name === undefined || rest === undefined) {
      return errorAnswer(404, 'NOT_FOUND');
    }
    switch (kind) {
      case 'manifests':
        return this.#manifest(request, name, rest);
      case 'referrers':
        return this.#referrers(request, name, rest);
      case 'tags':
        return this.#tags(request, name);
      default:
        return rest.startsWith('uploads/') ? this.#upload(request, name, rest.slice(8)) : this.#blob(request, rest);
    }
  }

  #manifest(request: RegistryRequest, name: string, reference: string): RegistryAnswer {
    if (request.method === 'PUT') {
      const mediaType = String(request.headers['content-type'] ?? 'application/vnd.oci.image.manifest.v1+json');
      const byDigest = reference.includes(':');
      if (byDigest && sha256Digest(request.body) !== reference) {
        return errorAnswer(400, 'DIGEST_INVALID');
      }
      const { digest, subject } = this.#store.putManifest(name, byDigest ? null : reference, mediaType, request.body);
      const acknowledged = subject !== null && this.#options.referrers ? { 'oci-subject': subject } : {};
      const location = `/v2/${name}/manifests/${digest}`;
      return { status: 201, headers: { location, 'docker-content-digest': digest, ...acknowledged }, body: empty };
    }
    if (request.method === 'DELETE') {
      return this.#store.remove(name, reference)
        ? { status: 202, headers: {}, body: empty }
        : errorAnswer(404, 'MANIFEST_UNKNOWN');
    }
    const found = this.#store.manifest(name, reference);
    return found === undefined
      ? errorAnswer(404, 'MANIFEST_UNKNOWN')
      : {
          status: 200,
          headers: { 'content-type': found.mediaType, 'docker-content-digest': found.digest },
          body: found.bytes,
        };
  }

  #blob(request: RegistryRequest, digest: string): RegistryAnswer {
    const found = this.#store.blob(digest);
    if (found === undefined) {
      return errorAnswer(404, 'BLOB_UNKNOWN');
    }
    const headers = { 'content-type': 'application/octet-stream', 'docker-content-digest': digest };
    const range = /^bytes=(\d+)-(\d*)$/.exec(String(request.headers['range'] ?? ''));
    if (range === null) {
      return { status: 200, headers, body: found };
    }
    const from = Number(range[1]);
    const body = found.subarray(from, range[2] ? Number(range[2]) + 1 : undefined);
    return {
      status: 206,
      headers: { ...headers, 'content-range': `bytes ${from}-${from + body.length - 1}/${found.length}` },
      body,
    };
  }

  #referrers(request: RegistryRequest, name: string, subject: string): RegistryAnswer {
    if (!this.#options.referrers) {
      return errorAnswer(404, 'NOT_FOUND');
    }
    const wanted = this.#options.filter ? request.query.get('artifactType') : null;
    const all = this.#store.referrers(name, subject);
    const matching = wanted === null ? all : all.filter(({ artifactType }) => artifactType === wanted);
    const { items, headers } = page(matching, ({ digest }) => digest, request, this.#options.pageSize);
    const mediaType = 'application/vnd.oci.image.index.v1+json';
    const filtered = wanted === null ? {} : { 'oci-filters-applied': 'artifactType' };
    const body = { schemaVersion: 2, mediaType, manifests: items };
    return jsonAnswer(200, body, { 'content-type': mediaType, ...filtered, ...headers });
  }

  #tags(request: RegistryRequest, name: string): RegistryAnswer {
    const tags = this.#store.tags(name);
    if (tags === null) {
      return errorAnswer(404, 'NAME_UNKNOWN');
    }
    const { items, headers } = page(tags, (tag) => tag, request, this.#options.pageSize);
    return jsonAnswer(200, { name, tags: items }, headers);
  }

  /** Both ways to upload: in one request, or a session of POST, PATCH and PUT; and a mount out of another repository. */
  #upload(request: RegistryRequest, name: string, session: string): RegistryAnswer {
    const digest = request.query.get('digest');
    const mount = request.query.get('mount');
    const created = (stored: string): RegistryAnswer => ({
      status: 201,
      headers: { location: `/v2/${name}/blobs/${stored}`, 'docker-content-digest': stored },
      body: empty,
    });
    if (request.method === 'POST' && mount !== null && this.#store.blob(mount) !== undefined) {
      return created(mount);
    }
    const id = session || randomUUID();
    const bytes = Buffer.concat([this.#uploads.get(id) ?? empty, request.body]);
    if (digest !== null) {
      this.#uploads.delete(id);
      return sha256Digest(bytes) === digest ? created(this.#store.putBlob(bytes)) : errorAnswer(400, 'DIGEST_INVALID');
    }
    this.#uploads.set(id, bytes);
    const range = `0-${Math.max(0, bytes.length - 1)}`;
    const status = request.method === 'GET' ? 204 : 202;
    return {
      status,
      headers: { location: `/v2/${name}/blobs/uploads/${id}`, range, 'docker-upload-uuid': id },
      body: empty,
    };
  }
}
