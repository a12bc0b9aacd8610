import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  Key,
  Metadata,
  MetadataKind,
  MetaFile,
  Root,
  Signature,
  Snapshot,
  TargetFile,
  Targets,
  Timestamp,
} from '@tufjs/models';

const specVersion = '1.0.31';
const future = '2099-01-01T00:00:00Z';
const roles = [MetadataKind.Root, MetadataKind.Targets, MetadataKind.Snapshot, MetadataKind.Timestamp];

/** A key that signs metadata. */
export interface TufKey {
  readonly key: Key;
  readonly secret: KeyObject;
}

export function newTufKey(): TufKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const bytes = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('hex');
  const keyID = createHash('sha256').update(bytes).digest('hex');
  return {
    key: new Key({ keyID, keyType: 'ed25519', scheme: 'ed25519', keyVal: { public: bytes } }),
    secret: privateKey,
  };
}

/** What differs from a sound publication. */
export interface Publication {
  readonly expires?: Partial<Record<'timestamp' | 'snapshot' | 'targets', string>>;
  readonly signedBy?: Partial<Record<'timestamp' | 'snapshot' | 'targets', TufKey>>;
}

/** A TUF repository with consistent snapshots, made of real metadata with real signatures, served from memory. */
export class TufRepository {
  /** By path below the repository's address. */
  readonly files = new Map<string, Buffer>();
  /** Paths that were asked for. */
  readonly requests: string[] = [];
  #rootKeys: readonly TufKey[] = [newTufKey()];
  readonly #online = newTufKey();
  #rootVersion = 0;
  #version = 0;

  constructor(trustedRoot: string) {
    this.rotate(this.#rootKeys);
    this.publish(trustedRoot);
  }

  /** The root of a version, for clients that start there. */
  root(version = this.#rootVersion): string {
    return this.files.get(`${version}.root.json`)?.toString('utf8') ?? '';
  }

  /** Publishes the next root: signed by its own keys, and by the former ones unless `alone`. */
  rotate(keys: readonly TufKey[], alone = false, expires = future): void {
    const root = new Root({ version: this.#rootVersion + 1, specVersion, expires, consistentSnapshot: true });
    for (const { key } of keys) root.addKey(key, MetadataKind.Root);
    for (const role of roles.slice(1)) root.addKey(this.#online.key, role);
    const signers = alone ? keys : new Set([...keys, ...this.#rootKeys]);
    this.#rootVersion += 1;
    this.#put(`${this.#rootVersion}.root.json`, new Metadata(root), [...signers]);
    this.#rootKeys = keys;
  }

  /** Publishes a trusted root in the next version of everything below the TUF root. */
  publish(trustedRoot: string, { expires = {}, signedBy = {} }: Publication = {}): void {
    this.#version += 1;
    const version = this.#version;
    const bytes = Buffer.from(trustedRoot, 'utf8');
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const path = 'trusted_root.json';
    const targets = new Targets({ version, specVersion, expires: expires.targets ?? future });
    targets.addTarget(new TargetFile({ path, length: bytes.length, hashes: { sha256 } }));
    const snapshot = new Snapshot({
      version,
      specVersion,
      expires: expires.snapshot ?? future,
      meta: { 'targets.json': new MetaFile({ version }) },
    });
    const timestamp = new Timestamp({
      version,
      specVersion,
      expires: expires.timestamp ?? future,
      snapshotMeta: new MetaFile({ version }),
    });
    this.files.set(`targets/${sha256}.${path}`, bytes);
    this.#put(`${version}.targets.json`, new Metadata(targets), [signedBy.targets ?? this.#online]);
    this.#put(`${version}.snapshot.json`, new Metadata(snapshot), [signedBy.snapshot ?? this.#online]);
    this.#put('timestamp.json', new Metadata(timestamp), [signedBy.timestamp ?? this.#online]);
  }

  /** Answers requests, as a handler of `node:http` and `node:https`. */
  readonly answer = (request: IncomingMessage, response: ServerResponse): void => {
    const path = (request.url ?? '').replace(/^\//, '');
    this.requests.push(path);
    const body = this.files.get(path);
    response.writeHead(body === undefined ? 404 : 200).end(body);
  };

  #put(path: string, metadata: Metadata<Root | Targets | Snapshot | Timestamp>, keys: readonly TufKey[]): void {
    for (const { key, secret } of keys) {
      metadata.sign((data) => new Signature({ keyID: key.keyID, sig: sign(null, data, secret).toString('hex') }));
    }
    this.files.set(path, Buffer.from(JSON.stringify(metadata.toJSON())));
  }
}
