import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { startGitDaemon } from '../support/git-daemon.ts';
import { lab, mustRun, temporaryFolder, writeFiles } from '../support/lab.ts';

const identity = ['-c', 'user.name=lab', '-c', 'user.email=lab@example.test', '-c', 'protocol.file.allow=always'];

/** A repository that tests write to and that is served to the builder. */
export interface TestRepository {
  readonly folder: string;
  /** Runs git in it and gives what it prints. */
  git(...parameters: readonly string[]): Promise<string>;
  /** Writes files and commits everything; gives the commit. */
  commit(files: Readonly<Record<string, string | Uint8Array>>): Promise<string>;
}

/** An empty repository on the branch `main`, in a folder of its own called `context.git`. */
export async function createRepository(options: readonly string[] = []): Promise<TestRepository> {
  const folder = await writeFiles(join(await temporaryFolder(), 'context.git'), { '.keep': '' });
  const git = async (...parameters: readonly string[]): Promise<string> =>
    (await mustRun(lab(), 'git', [...identity, ...parameters], { cwd: folder })).trim();
  await git('init', '--quiet', '--initial-branch=main', ...options);
  return {
    folder,
    git,
    async commit(files) {
      await writeFiles(folder, files);
      await git('add', '--all');
      await git('commit', '--quiet', '--allow-empty', '-m', 'Change');
      return await git('rev-parse', 'HEAD');
    },
  };
}

/** Something that serves a repository. */
export interface Served {
  /** Without a fragment. */
  readonly url: string;
  close(): Promise<void>;
}

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port; // it listens on TCP
}

/** By git's own protocol. */
export async function serveByDaemon({ folder }: TestRepository): Promise<Served> {
  const daemon = await startGitDaemon(join(folder, '..'));
  return { ...daemon, url: `${daemon.url}/context.git` };
}

/** Hands one request to `git http-backend`, which answers as a CGI program does. */
function answerByBackend(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const backend = spawn('git', ['http-backend'], {
    env: {
      ...lab().environment,
      GIT_PROJECT_ROOT: join(folder, '..'),
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
      REQUEST_METHOD: request.method ?? '',
      PATH_INFO: path,
      QUERY_STRING: query,
      CONTENT_TYPE: String(request.headers['content-type'] ?? ''),
    },
  });
  backend.stdin.on('error', () => undefined);
  request.pipe(backend.stdin);
  const chunks: Buffer[] = [];
  backend.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  backend.on('close', () => {
    const answer = Buffer.concat(chunks);
    const end = answer.indexOf('\r\n\r\n');
    const headers = answer.subarray(0, end).toString('latin1').split('\r\n');
    for (const header of headers) {
      const [name = '', value = ''] = header.split(/: (.*)/s);
      if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.end(answer.subarray(end + 4));
  });
}

/** By HTTP on loopback, as the large hosts do; `allowed` may refuse a request. */
export async function serveByHttp(
  { folder }: TestRepository,
  allowed: (request: IncomingMessage) => boolean = () => true,
): Promise<Served> {
  const server = createServer((request, response) => {
    if (allowed(request)) answerByBackend(folder, request, response);
    else response.writeHead(401, { 'www-authenticate': 'Basic realm="test"' }).end();
  });
  const port = await portOf(server);
  return {
    url: `http://127.0.0.1:${port}/context.git`,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

/** By HTTPS, with a certificate that only those trust who are configured to. */
export async function serveByHttps(
  { folder }: TestRepository,
  { key, certificate }: { readonly key: string; readonly certificate: string },
): Promise<Served> {
  const server = createSecureServer({ key, cert: certificate }, (request, response) =>
    answerByBackend(folder, request, response),
  );
  const port = await portOf(server);
  return {
    url: `https://127.0.0.1:${port}/context.git`,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
