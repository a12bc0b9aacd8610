// A small OCI distribution registry on loopback, in memory, for tests: started in a test's own process, or as a program.
// It has the referrers API, token authentication, a latency of its own, and faults on demand; and it counts what it is asked.
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { jsonAnswer, type RegistryAnswer, RegistryEndpoints, type RegistryRequest } from './registry-answers.ts';
import { type Fault, FaultList, send, spoil } from './registry-faults.ts';
import { answerInMode, type RegistryMode } from './registry-modes.ts';
import { RegistryStore } from './registry-store.ts';
import { type AuthenticationOptions, RegistryTokens } from './registry-tokens.ts';

export type { Fault, FaultEffect } from './registry-faults.ts';
export { type RegistryMode, registryModes } from './registry-modes.ts';
export { RegistryStore, sha256Digest } from './registry-store.ts';
export type { AuthenticationOptions } from './registry-tokens.ts';

export interface TestRegistryOptions {
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** Milliseconds before each answer. */
  readonly latency?: number;
  /** False: the referrers API answers 404, as registries before the specification 1.1 do. */
  readonly referrers?: boolean;
  /** False: `artifactType` is ignored, as the specification allows. */
  readonly filter?: boolean;
  /** The most items in a page; 100 where nothing is said. */
  readonly pageSize?: number;
  readonly authentication?: AuthenticationOptions;
  /** As which registry it differs from the specification; in nothing where none is named. */
  readonly mode?: RegistryMode;
  /** PEM; HTTPS in place of HTTP. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** What another registry holds already. */
  readonly store?: RegistryStore;
}

/** A request as it came in, with the status it was given (0 where none was). */
export interface LoggedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Milliseconds since the epoch. */
  readonly time: number;
  status: number;
}

export interface TestRegistry {
  /** `127.0.0.1:port`, as it stands in a reference. */
  readonly host: string;
  /** With the scheme. */
  readonly url: string;
  readonly store: RegistryStore;
  /** All requests since the start or the last `forget`, in order. */
  readonly requests: readonly LoggedRequest[];
  /** Manifests got since the start or the last `forget`, which Docker Hub counts as pulls. */
  readonly pulls: () => number;
  forget(): void;
  /** Answers a function that takes the fault away again. */
  addFault(fault: Fault): () => void;
  clearFaults(): void;
  setLatency(milliseconds: number): void;
  close(): Promise<void>;
}

async function readRequest(incoming: IncomingMessage): Promise<RegistryRequest> {
  const parts: Buffer[] = [];
  for await (const part of incoming) {
    parts.push(part as Buffer); // no encoding is set, so the parts are bytes
  }
  const [path = '/', query = ''] = (incoming.url ?? '/').split('?', 2);
  return {
    method: incoming.method ?? 'GET',
    path: decodeURIComponent(path),
    query: new URLSearchParams(query),
    headers: incoming.headers,
    body: Buffer.concat(parts),
  };
}

/** A registry that stands for days keeps the newest requests only. */
const mostLogged = 50_000;

class Registry {
  readonly requests: LoggedRequest[] = [];
  readonly faults = new FaultList();
  readonly store: RegistryStore;
  latency: number;
  origin = '';
  pulls = 0;
  readonly #mode: RegistryMode | null;
  readonly #endpoints: RegistryEndpoints;
  readonly #tokens: RegistryTokens | null;

  constructor(options: TestRegistryOptions) {
    this.store = options.store ?? new RegistryStore();
    this.latency = options.latency ?? 0;
    this.#mode = options.mode ?? null;
    const { referrers = true, filter = true, pageSize = 100 } = options;
    this.#endpoints = new RegistryEndpoints(this.store, { referrers, filter, pageSize });
    this.#tokens = options.authentication === undefined ? null : new RegistryTokens(options.authentication);
  }

  async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = '/', method = 'GET', headers } = incoming;
    const request = await readRequest(incoming);
    if (request.path.startsWith('/_lab/')) {
      await send(response, method, this.#control(request), null);
      return;
    }
    const logged: LoggedRequest = { method, path: url, headers, time: Date.now(), status: 0 };
    this.requests.push(logged);
    this.requests.splice(0, this.requests.length - mostLogged);
    const effect = this.faults.strike(request);
    if (this.latency > 0) {
      await delay(this.latency);
    }
    const honest = this.#answer(request);
    const answer = effect === null ? honest : spoil(honest, effect, request);
    logged.status = effect?.kind === 'hang' ? 0 : answer.status;
    await send(response, method, answer, effect);
  }

  #answer(request: RegistryRequest): RegistryAnswer {
    if (this.#tokens !== null && request.path === '/token') {
      return this.#tokens.token(request);
    }
    return this.#tokens?.refusal(request, this.origin) ?? this.#inMode(request, this.#endpoints.answer(request));
  }

  #inMode(request: RegistryRequest, honest: RegistryAnswer): RegistryAnswer {
    if (this.#mode === null) {
      return honest;
    }
    const { store } = this;
    const host = new URL(this.origin).host;
    return answerInMode(this.#mode, request, honest, { store, host, countPull: () => ++this.pulls });
  }

  /** What a test's own process calls directly, another one asks for over HTTP: /_lab/requests, /_lab/faults, /_lab/latency. */
  #control(request: RegistryRequest): RegistryAnswer {
    const remove = request.method === 'DELETE';
    if (request.path === '/_lab/requests') {
      const requests = remove ? this.requests.splice(0) : this.requests;
      return jsonAnswer(200, requests);
    }
    if (request.path === '/_lab/faults') {
      if (remove) {
        this.faults.clear();
      } else {
        this.faults.add(JSON.parse(request.body.toString()));
      }
      return jsonAnswer(200, {});
    }
    if (request.path === '/_lab/latency') {
      this.latency = Number(request.body.toString());
      return jsonAnswer(200, {});
    }
    return jsonAnswer(404, {});
  }
}

/** Starts a registry on 127.0.0.1. */
export async function startTestRegistry(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const registry = new Registry(options);
  const listener: RequestListener = (incoming, response) => {
    registry
      .handle(incoming, response)
      .catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  };
  const server = options.tls === undefined ? createServer(listener) : createSecureServer(options.tls, listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`; // listening on TCP
  registry.origin = `${options.tls === undefined ? 'http' : 'https'}://${host}`;
  return {
    host,
    url: registry.origin,
    store: registry.store,
    requests: registry.requests,
    pulls: () => registry.pulls,
    forget: () => {
      registry.requests.length = 0;
      registry.pulls = 0;
    },
    addFault: (fault) => registry.faults.add(fault),
    clearFaults: () => registry.faults.clear(),
    setLatency: (milliseconds) => {
      registry.latency = milliseconds;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      latency: { type: 'string', default: '0' },
      'page-size': { type: 'string', default: '100' },
      'no-referrers': { type: 'boolean', default: false },
      authentication: { type: 'string' },
      user: { type: 'string', default: 'lab' },
      password: { type: 'string', default: 'lab' },
    },
  });
  const kind = values.authentication;
  if (kind !== undefined && kind !== 'bearer' && kind !== 'basic') {
    throw new Error(`--authentication is bearer or basic, not ${kind}`);
  }
  const { url } = await startTestRegistry({
    port: Number(values.port),
    latency: Number(values.latency),
    pageSize: Number(values['page-size']),
    referrers: !values['no-referrers'],
    ...(kind === undefined ? {} : { authentication: { kind, user: values.user, password: values.password } }),
  });
  console.log(`ready ${url}`);
}

if (process.argv[1] === import.meta.filename) {
  await main();
}
