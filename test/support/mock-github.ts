import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Comment {
  readonly id: number;
  body: string;
  readonly user: { readonly login: string };
}

/** A request that GitHub's API got. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly authorization: string;
  readonly body: unknown;
}

/** What stands in for api.github.com: comments, the head of a pull request, the tip of a branch, code scanning, and who asks. */
export interface MockGitHub {
  readonly address: string;
  readonly asked: readonly Asked[];
  readonly comments: Comment[];
  /** The commit that the pull request has now. */
  head: string;
  /** Where the base branch stands; null for a token that may not ask. */
  tip: string | null;
  /** What every request that writes is answered with, in place of success. */
  refusal: number | null;
  login: string | null;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  return text === '' ? null : JSON.parse(text);
}

type Answer = readonly [status: number, body: unknown];

function answerTo(github: MockGitHub, method: string, url: URL, body: unknown): Answer {
  const path = url.pathname.replace('/repos/acme/shop', '');
  if (path === '/graphql') return [200, { data: { viewer: github.login === null ? null : { login: github.login } } }];
  if (method !== 'GET' && github.refusal !== null)
    return [github.refusal, { message: 'Resource not accessible by integration' }];
  if (method === 'GET' && path.startsWith('/git/ref/heads/'))
    return github.tip === null ? [403, {}] : [200, { object: { sha: github.tip, type: 'commit' } }];
  if (method === 'GET' && /^\/pulls\/\d+$/.test(path)) return [200, { head: { sha: github.head } }];
  const text = (body as { body?: string } | null)?.body ?? '';
  if (/^\/issues\/\d+\/comments$/.test(path)) {
    if (method === 'POST')
      github.comments.push({
        id: github.comments.length + 1,
        body: text,
        user: { login: github.login ?? 'github-actions[bot]' },
      });
    const first = (Number(url.searchParams.get('page') ?? 1) - 1) * 100;
    return method === 'POST' ? [201, {}] : [200, github.comments.slice(first, first + 100)];
  }
  const own = github.comments.find(({ id }) => path === `/issues/comments/${id}`);
  if (method === 'PATCH' && own !== undefined) {
    own.body = text;
    return [200, own];
  }
  return path === '/code-scanning/sarifs' ? [202, {}] : [404, {}];
}

/** Starts it on a port of its own; gone with the test. */
export async function startGitHub(): Promise<MockGitHub> {
  const asked: Asked[] = [];
  const github: MockGitHub = {
    address: '',
    asked,
    comments: [],
    head: 'b'.repeat(40),
    tip: null,
    refusal: null,
    login: 'github-actions[bot]',
  };
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      const { method = '' } = request;
      asked.push({ method, path: url.pathname, authorization: request.headers.authorization ?? '', body });
      const [status, answer] = answerTo(github, method, url, body);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return Object.assign(github, { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}
