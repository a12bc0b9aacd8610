import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How the server behaves beside asking for a token. */
export interface TokenLogOptions {
  /** 127.0.0.1 where nothing is said. */
  readonly address?: string;
  /** Whether tokens are only given for GET. */
  readonly refusesForms?: boolean;
  /** The address of the token service, if not this server's own. */
  readonly realm?: string;
  /** Whether it asks for name and password rather than for a token. */
  readonly basic?: boolean;
  /** Whether it moves manifests to another path of its own before it asks for anything. */
  readonly moves?: boolean;
  /** Where requests with a token, or for one, are sent on to. */
  readonly sendsOn?: { readonly manifests?: string; readonly tokens?: string };
}

interface TokenAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const issued = 'issued-by-the-test';

async function bodyOf(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

function basicOf(header: string): string | null {
  if (!/^basic /i.test(header)) return null;
  const text = Buffer.from(header.slice(6), 'base64').toString('utf8');
  return text.startsWith(':') ? `secret ${text.slice(1)}` : `name and secret ${text}`;
}

/** A registry with a token service, which has nothing and writes down what it is shown. */
export class TokenLog {
  /** What it was shown, each once: a name with its secret, a secret alone, a token of somebody else, or nothing. */
  readonly shown = new Set<string>();
  /** Every `Authorization` header, and every form with a secret, as it came. */
  readonly raw: string[] = [];
  host = '';
  readonly #options: TokenLogOptions;
  #server: Server | null = null;

  private constructor(options: TokenLogOptions) {
    this.#options = options;
  }

  static async start(options: TokenLogOptions = {}): Promise<TokenLog> {
    const log = new TokenLog(options);
    const server = createServer((request, response) => {
      log.#answer(request).then(
        ({ status, headers, body }) => response.writeHead(status, headers).end(body),
        () => response.writeHead(500).end(),
      );
    });
    log.#server = server;
    const address = options.address ?? '127.0.0.1';
    await new Promise<void>((resolve) => void server.listen(0, address, resolve));
    log.host = `${address}:${(server.address() as AddressInfo).port}`; // it listens on TCP
    return log;
  }

  stop(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  async #answer(request: IncomingMessage): Promise<TokenAnswer> {
    const { authorization = '' } = request.headers;
    if (authorization !== '') this.raw.push(authorization);
    const { sendsOn = {}, realm = `http://${this.host}/token` } = this.#options;
    if (request.url?.startsWith('/token') === true) {
      if (sendsOn.tokens !== undefined) return { status: 307, headers: { location: sendsOn.tokens }, body: '' };
      return await this.#token(request, authorization);
    }
    if (this.#options.moves === true && request.url?.startsWith('/v2/app/manifests/') === true) {
      return { status: 307, headers: { location: request.url.replace('/app/', '/moved/') }, body: '' };
    }
    if (this.#options.basic === true) {
      const given = basicOf(authorization);
      if (given === null) return { status: 401, headers: { 'www-authenticate': 'Basic realm="test"' }, body: '' };
      this.shown.add(given);
      return { status: 404, headers: {}, body: '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}' };
    }
    const bearer = /^bearer (.*)$/i.exec(authorization)?.[1];
    if (bearer === undefined) {
      return { status: 401, headers: { 'www-authenticate': `Bearer realm="${realm}",service="test"` }, body: '' };
    }
    if (bearer !== issued) this.shown.add(`token ${bearer}`);
    if (sendsOn.manifests !== undefined) return { status: 307, headers: { location: sendsOn.manifests }, body: '' };
    return { status: 404, headers: {}, body: '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}' };
  }

  async #token(request: IncomingMessage, authorization: string): Promise<TokenAnswer> {
    if (request.method === 'POST') {
      const form = await bodyOf(request);
      const secret = form.get('refresh_token') ?? form.get('password') ?? '';
      if (secret !== '') this.raw.push(secret);
      if (this.#options.refusesForms === true) return { status: 404, headers: {}, body: '' };
      const name = form.get('username') ?? '';
      this.shown.add(name === '' ? `secret ${secret}` : `name and secret ${name}:${secret}`);
    } else this.shown.add(basicOf(authorization) ?? 'nothing');
    const body = JSON.stringify({ token: issued, access_token: issued, expires_in: 300 });
    return { status: 200, headers: { 'content-type': 'application/json' }, body };
  }
}
