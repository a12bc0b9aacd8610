import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { errorAnswer, type RegistryAnswer, type RegistryRequest } from './registry-answers.ts';

/** What goes wrong with an answer. */
export type FaultEffect =
  /** Another status in place of the answer: 5xx, 401, 403, 404, 429 with `retry-after`. */
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** Another body under the answer's own headers; one bit of the true body where none is given. */
  | { readonly kind: 'bytes'; readonly body?: string }
  /** Other headers, for instance a wrong `docker-content-digest`; an empty value takes one away. */
  | { readonly kind: 'headers'; readonly headers: Readonly<Record<string, string>> }
  /** A whole other answer. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  /** A redirect; `{path}` in the location stands for the request's own path and query. */
  | { readonly kind: 'redirect'; readonly location: string; readonly status?: number }
  /** The page names itself, or with `fresh` ever new pages, as the next. */
  | { readonly kind: 'endless-pages'; readonly fresh?: boolean }
  /** The body begins truly, and goes on with zeros for ever. */
  | { readonly kind: 'endless' }
  /** The body comes by so many bytes in so many milliseconds. */
  | { readonly kind: 'drip'; readonly bytes: number; readonly milliseconds: number }
  /** The connection is closed after so many bytes of the body. */
  | { readonly kind: 'cut'; readonly after: number }
  /** No answer at all. */
  | { readonly kind: 'hang' };

/** A fault and the requests that it strikes. */
export interface Fault {
  /** `GET`, `HEAD`, …; every method where nothing is said. */
  readonly method?: string;
  /** A regular expression on the path with its query. */
  readonly path: string;
  /** A regular expression on the client's user agent; every client where nothing is said. */
  readonly client?: string;
  /** So many matching requests are let through first: 1 makes an answer that changes on the second request. */
  readonly skip?: number;
  /** So many are struck, then no more; all of them where nothing is said. */
  readonly times?: number;
  readonly effect: FaultEffect;
}

interface ActiveFault extends Fault {
  readonly expression: RegExp;
  readonly clients: RegExp;
  seen: number;
}

/** The faults in force, oldest first; the first that matches strikes. */
export class FaultList {
  #active: ActiveFault[] = [];

  /** Answers a function that takes the fault away again. */
  add(fault: Fault): () => void {
    const active: ActiveFault = {
      ...fault,
      expression: new RegExp(fault.path),
      clients: new RegExp(fault.client ?? ''),
      seen: 0,
    };
    this.#active.push(active);
    return () => {
      this.#active = this.#active.filter((one) => one !== active);
    };
  }

  clear(): void {
    this.#active = [];
  }

  /** The effect on this request, which it counts. */
  strike(request: RegistryRequest): FaultEffect | null {
    const query = request.query.toString();
    const target = query === '' ? request.path : `${request.path}?${query}`;
    let effect: FaultEffect | null = null;
    for (const fault of this.#active) {
      const client = String(request.headers['user-agent'] ?? '');
      const meant = (fault.method ?? request.method) === request.method && fault.clients.test(client);
      if (!meant || !fault.expression.test(target)) {
        continue;
      }
      const number = fault.seen++ - (fault.skip ?? 0);
      if (number >= 0 && number < (fault.times ?? Number.POSITIVE_INFINITY)) {
        effect ??= fault.effect;
      }
    }
    return effect;
  }
}

function withHeaders(answer: RegistryAnswer, headers: Readonly<Record<string, string>>): RegistryAnswer {
  const merged = Object.entries({ ...answer.headers, ...headers }).filter(([, value]) => value !== '');
  return { ...answer, headers: Object.fromEntries(merged) };
}

/** The answer as the fault leaves it; faults of the transport change nothing here. */
export function spoil(answer: RegistryAnswer, effect: FaultEffect, request: RegistryRequest): RegistryAnswer {
  switch (effect.kind) {
    case 'status':
      return errorAnswer(effect.status, effect.status === 429 ? 'TOOMANYREQUESTS' : 'UNKNOWN', effect.headers);
    case 'bytes': {
      const body = Buffer.from(effect.body ?? answer.body);
      if (effect.body === undefined && body.length > 0) {
        body[body.length - 1] = (body.at(-1) ?? 0) ^ 1;
      }
      return { ...answer, body };
    }
    case 'headers':
      return withHeaders(answer, effect.headers);
    case 'answer':
      return { status: effect.status, headers: effect.headers, body: Buffer.from(effect.body) };
    case 'redirect': {
      const query = request.query.toString();
      const target = query === '' ? request.path : `${request.path}?${query}`;
      const location = effect.location.replaceAll('{path}', target);
      return { status: effect.status ?? 307, headers: { location }, body: Buffer.alloc(0) };
    }
    case 'endless-pages': {
      const turn = effect.fresh ? Number(request.query.get('turn') ?? 0) + 1 : 0;
      return withHeaders(answer, { link: `<${request.path}?n=1&turn=${turn}>; rel="next"` });
    }
    default:
      return answer;
  }
}

/** The body as it comes over the wire: slowly, or without an end. */
async function* slowBody(
  body: Buffer,
  effect: FaultEffect & { readonly kind: 'drip' | 'endless' },
): AsyncGenerator<Buffer> {
  if (effect.kind === 'drip') {
    for (let at = 0; at < body.length; at += effect.bytes) {
      yield body.subarray(at, at + effect.bytes);
      await delay(effect.milliseconds);
    }
    return;
  }
  yield body;
  const zeros = Buffer.alloc(65_536);
  while (true) {
    yield zeros;
  }
}

/** Writes the answer, with what the fault does to the connection. Rejects where the client goes away first. */
export async function send(
  response: ServerResponse,
  method: string,
  answer: RegistryAnswer,
  effect: FaultEffect | null,
): Promise<void> {
  if (effect?.kind === 'hang') {
    return;
  }
  const length = effect?.kind === 'endless' ? {} : { 'content-length': String(answer.body.length) };
  response.writeHead(answer.status, { ...length, ...answer.headers });
  if (method === 'HEAD') {
    response.end();
    return;
  }
  switch (effect?.kind) {
    case 'drip':
    case 'endless':
      await pipeline(slowBody(answer.body, effect), response);
      return;
    case 'cut':
      response.write(answer.body.subarray(0, effect.after), () => response.destroy());
      return;
    default:
      response.end(answer.body);
  }
}
