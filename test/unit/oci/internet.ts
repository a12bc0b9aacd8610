import { webcrypto } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './harness.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const signing = { name: 'ECDSA', hash: 'SHA-256', namedCurve: 'P-256' } as const;

/** A self-signed certificate for these hosts, with its key; PEM. */
export async function certificateFor(
  hosts: readonly string[],
): Promise<{ readonly cert: string; readonly key: string }> {
  const keys = await webcrypto.subtle.generateKey(signing, true, ['sign', 'verify']);
  const names = hosts.map((value) => ({ type: /^[\d.]+$/.test(value) ? ('ip' as const) : ('dns' as const), value }));
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=internet of tests',
    notBefore: new Date(Date.now() - 86_400_000),
    notAfter: new Date(Date.now() + 86_400_000),
    signingAlgorithm: signing,
    keys,
    extensions: [new x509.BasicConstraintsExtension(true, 1, true), new x509.SubjectAlternativeNameExtension(names)],
  });
  const exported = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const key = `-----BEGIN PRIVATE KEY-----\n${exported.replace(/(.{64})/g, '$1\n')}\n-----END PRIVATE KEY-----\n`;
  return { cert: certificate.toString('pem'), key };
}

/** Hosts of any name over HTTPS, reached through a proxy; it also sees who asks for them over plain HTTP. */
export interface Internet {
  /** For the environment of a client. */
  readonly variables: Record<string, string>;
  /** For its certificateFolders. */
  readonly certificates: string;
  /** `host:port` of each tunnel that was asked for. */
  readonly tunnels: string[];
  /** URL of each request in plain HTTP. */
  readonly plain: string[];
}

/** Serves hosts by name, each with its handler, until the test ends. */
export async function startInternet(hosts: Readonly<Record<string, Handler>>): Promise<Internet> {
  const { cert, key } = await certificateFor(Object.keys(hosts));
  const certificates = await temporaryFolder();
  for (const host of Object.keys(hosts)) {
    await mkdir(join(certificates, host), { recursive: true });
    await writeFile(join(certificates, host, 'ca.crt'), cert);
  }
  const secure = createSecureServer({ cert, key }, (request, response) => {
    hosts[request.headers.host ?? '']?.(request, response);
  });
  const tunnels: string[] = [];
  const plain: string[] = [];
  const proxy = createServer((request, response) => {
    plain.push(request.url ?? '');
    response.statusCode = 502;
    response.end();
  });
  const sockets = new Set<Socket>();
  proxy.on('connect', (request, client: Socket) => {
    tunnels.push(request.url ?? '');
    if (hosts[(request.url ?? '').replace(/:443$/, '')] === undefined) {
      client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      return;
    }
    const server = connect((secure.address() as AddressInfo).port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      server.pipe(client).pipe(server);
    });
    for (const socket of [client, server]) sockets.add(socket.on('error', () => undefined));
  });
  await Promise.all([listen(secure), listen(proxy)]);
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await Promise.all([stop(secure), stop(proxy)]);
  });
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  return { variables: { HTTPS_PROXY: url, HTTP_PROXY: url }, certificates, tunnels, plain };
}

function listen(server: Pick<Server, 'listen'>): Promise<void> {
  return new Promise((resolve) => void server.listen(0, '127.0.0.1', () => resolve()));
}

function stop(server: Pick<Server, 'close' | 'closeAllConnections'>): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => void server.close(() => resolve()));
}
