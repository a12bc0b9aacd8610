import {
  type Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { type Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { VerifyError } from '../../model/index.ts';
import { bounds } from './bounds.ts';
import { abortError } from './network-fault.ts';

/** One request, to be sent as it is. */
export interface Exchange {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly url: URL;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
  /** The most bytes that a good answer may have; more are refused. */
  readonly limit: number;
  readonly signal: AbortSignal;
  /** Called with the host that a redirect leads to, where that is another one; what is sent there is not repeated. */
  readonly onElsewhere?: (host: string) => void;
}

/** One answer, read whole. Of an answer that is no success only the beginning is kept. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  readonly url: URL;
  /** Set where it refuses the name and the password that were sent. */
  readonly loginRefused?: true;
}

function tooLarge(url: URL, limit: number): VerifyError {
  return new VerifyError(
    'registry.untrustworthy',
    `${url.host} sends more than the ${limit} bytes that are allowed here`,
    {
      hint: 'nothing that is signed is this large; look at what the registry sends',
    },
  );
}

function headersOf(message: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

/** Reads a body up to the limit; calls `refuse` at the first byte beyond. */
function readBody(
  message: IncomingMessage,
  exchange: Exchange,
  done: (body: Buffer) => void,
  refuse: (error: Error) => void,
): void {
  const good = message.statusCode !== undefined && message.statusCode >= 200 && message.statusCode < 300;
  const limit = good ? exchange.limit : bounds.errorBody;
  const encoding = message.headers['content-encoding'] ?? 'identity';
  const chunks: Buffer[] = [];
  let size = 0;
  if (good && exchange.method !== 'HEAD') {
    if (encoding !== 'identity') {
      refuse(new VerifyError('registry.failed', `${exchange.url.host} compresses its answer, which was not asked for`));
      return;
    }
    if (Number(message.headers['content-length'] ?? 0) > limit) {
      refuse(tooLarge(exchange.url, limit));
      return;
    }
  }
  message.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else if (good) refuse(tooLarge(exchange.url, limit));
    else message.destroy();
  });
  message.on('close', () => {
    // An error body may be cut off; a good one has arrived whole or not at all.
    if (message.complete || !good) done(Buffer.concat(chunks));
    else refuse(Object.assign(new Error('the answer was cut off'), { code: 'ECONNRESET' }));
  });
}

function slow(url: URL, doing: string): Error {
  return Object.assign(new Error(`${url.host} took too long ${doing}`), { code: 'ETIMEDOUT' });
}

/**
 * Sends one request and reads its answer, within the time limits of `bounds`.
 * @param time until the answer has arrived whole, milliseconds
 * @param timeLeft until the signal will fire, milliseconds
 * Rejects with Node's own network errors, and with VerifyError where a bound is exceeded or the signal fires.
 */
export function exchangeOnce(
  exchange: Exchange,
  agent: HttpAgent | HttpsAgent,
  time: number = bounds.requestTime,
  timeLeft: number = Number.POSITIVE_INFINITY,
): Promise<Answer> {
  const { url, signal } = exchange;
  return new Promise<Answer>((resolve, reject) => {
    if (signal.aborted) {
      reject(abortError(signal));
      return;
    }
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(url, {
      method: exchange.method,
      headers: exchange.headers,
      agent,
      maxHeaderSize: bounds.headers,
      // Ends a tunnel through a proxy that never answers, which outlives the request: that would keep the process alive.
      timeout: Math.min(bounds.connectTime, Math.max(0, timeLeft) + 100),
    });
    const connecting = setTimeout(() => fail(slow(url, 'to connect')), bounds.connectTime);
    const whole = setTimeout(() => fail(slow(url, 'to answer')), time);
    const onAbort = (): void => fail(abortError(signal));
    const settle = (): void => {
      clearTimeout(connecting);
      clearTimeout(whole);
      signal.removeEventListener('abort', onAbort);
    };
    const fail = (error: Error): void => {
      settle();
      reject(error);
      request.destroy();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    request.on('error', fail);
    request.on('socket', (socket) => {
      // A connection that is used again stands already; a listener each time would pile up on it.
      if (!socket.connecting) clearTimeout(connecting);
      else socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => clearTimeout(connecting));
    });
    request.on('response', (message) => {
      clearTimeout(connecting);
      message.on('error', fail);
      const done = (body: Buffer): void => {
        settle();
        resolve({ status: message.statusCode ?? 0, headers: headersOf(message), body, url });
      };
      readBody(message, exchange, done, fail);
    });
    request.end(exchange.body);
  });
}
