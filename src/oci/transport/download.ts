import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { type Environment, isLoopback, VerifyError } from '../../model/index.ts';
import { type Agents, createAgents } from './agents.ts';
import { bounds } from './bounds.ts';
import { certificateFolders } from './certificates.ts';
import { abortError } from './network-fault.ts';

/** A file that is to be fetched by URL, outside of any registry. */
export interface DownloadRequest {
  readonly url: string;
  readonly environment: Environment;
  readonly version: string;
  readonly signal: AbortSignal;
}

/** Bytes on their way. */
export interface Download {
  readonly stream: IncomingMessage;
  /** Ends it and lets the connection go. To be called in every case. */
  close(): void;
}

const redirecting = new Set([301, 302, 303, 307, 308]);

function refused(url: URL, reason: string): VerifyError {
  return new VerifyError('registry.failed', `${url.host} ${reason}`);
}

function addressOf(text: string, base?: URL): URL {
  if (!URL.canParse(text, base?.href)) throw new VerifyError('context.invalid', 'what should be a URL is none');
  const url = new URL(text, base);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused(url, `leads to ${url.protocol}`);
  if (url.protocol === 'http:' && !isLoopback(url.host)) throw refused(url, 'is spoken to without encryption');
  return url;
}

async function once(url: URL, request: DownloadRequest, agents: Agents): Promise<IncomingMessage> {
  const { signal } = request;
  const agent = await agents.agentFor(url, 'system');
  return await new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const headers = { 'accept-encoding': 'identity', 'user-agent': `docker-verify/${request.version}` };
    const sent = send(url, { headers, agent, maxHeaderSize: bounds.headers, signal });
    sent.once('response', resolve);
    sent.on('error', (error) => reject(signal.aborted ? abortError(signal) : error));
    sent.end();
  });
}

/** Follows redirects, never to plain HTTP but on loopback. */
async function follow(request: DownloadRequest, agents: Agents): Promise<IncomingMessage> {
  let url = addressOf(request.url);
  for (let hops = 0; hops <= bounds.redirects; hops += 1) {
    // the answer to each request names the address of the next
    // oxlint-disable-next-line no-await-in-loop
    const answer = await once(url, request, agents);
    const { statusCode = 0, headers } = answer;
    if (statusCode === 200) {
      if ((headers['content-encoding'] ?? 'identity') === 'identity') return answer;
      answer.destroy();
      throw refused(url, 'compresses its answer, which was not asked for');
    }
    answer.destroy();
    if (!redirecting.has(statusCode)) throw refused(url, `answers ${statusCode}`);
    if (headers.location === undefined) throw refused(url, 'redirects to nowhere');
    url = addressOf(headers.location, url);
  }
  throw refused(url, `redirects more than ${bounds.redirects} times`);
}

/**
 * Begins to fetch a file, by https or on loopback by http too, through the proxy that the environment names and with the system's
 * authorities. No credentials are sent but those that the URL itself carries.
 * @throws VerifyError `registry.failed`, `context.invalid`, `timeout`, `cancelled`; Node's network errors
 */
export async function openDownload(request: DownloadRequest): Promise<Download> {
  const agents = createAgents(request.environment, certificateFolders(request.environment));
  try {
    const stream = await follow(request, agents);
    return {
      stream,
      close: () => {
        stream.destroy();
        agents.close();
      },
    };
  } catch (error) {
    agents.close();
    throw error;
  }
}
