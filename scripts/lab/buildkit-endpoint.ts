// The BuildKit inside a Docker engine, offered at an address of its own as a `buildkitd` is: what buildx's remote and
// docker-container drivers speak to. Docker gives it out behind an upgrade (moby, api/server/router/grpc: POST /grpc).
import { connect, createServer, type Server, type Socket } from 'node:net';
import { parseArgs } from 'node:util';

const upgrade = [
  'POST /grpc HTTP/1.1',
  'Host: docker',
  'Connection: Upgrade',
  'Upgrade: h2c',
  'Content-Length: 0',
  '\r\n',
].join('\r\n');
const endOfHead = '\r\n\r\n';
const largestHead = 8192;

/** A BuildKit that listens. */
export interface BuildKitEndpoint {
  /** `tcp://127.0.0.1:port` or `unix:///path`, as `docker buildx create --driver remote` takes it. */
  readonly address: string;
  /** How many connections were made so far. */
  readonly connections: number;
  /** Ends it and everything that goes through it. */
  close(): Promise<void>;
}

export interface BuildKitEndpointOptions {
  /** The engine: `unix:///path` or `tcp://host:port`, without TLS. */
  readonly engine: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** The path of a socket in place of a port. */
  readonly socket?: string;
}

function connectTo(engine: string): Socket {
  const url = new URL(engine);
  return url.protocol === 'unix:' ? connect(url.pathname) : connect(Number(url.port), url.hostname);
}

/** Strips the head of the engine's answer from what it sends, and ends both where the engine does not upgrade. */
function afterHead(engine: Socket, client: Socket): void {
  let head = Buffer.alloc(0);
  const read = (part: Buffer): void => {
    head = Buffer.concat([head, part]);
    const end = head.indexOf(endOfHead);
    if (end < 0 && head.length <= largestHead) return;
    engine.off('data', read);
    if (!head.subarray(0, end).toString('latin1').startsWith('HTTP/1.1 101 ')) {
      client.destroy(new Error('the engine does not give out its BuildKit'));
      return;
    }
    client.write(head.subarray(end + endOfHead.length));
    engine.pipe(client);
    client.pipe(engine);
  };
  engine.on('data', read);
}

function join(client: Socket, engine: Socket): void {
  for (const [one, other] of [
    [client, engine],
    [engine, client],
  ] as const) {
    one.on('error', () => other.destroy());
    one.on('close', () => other.destroy());
  }
  afterHead(engine, client);
  engine.write(upgrade);
}

function listen(server: Server, options: BuildKitEndpointOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    if (options.socket !== undefined) {
      const { socket } = options;
      server.listen(socket, () => resolve(`unix://${socket}`));
      return;
    }
    server.listen(options.port ?? 0, '127.0.0.1', () => {
      const address = server.address();
      resolve(`tcp://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`);
    });
  });
}

/** Listens on loopback, or at a socket, and hands each connection to the engine's BuildKit. */
export async function startBuildKitEndpoint(options: BuildKitEndpointOptions): Promise<BuildKitEndpoint> {
  const open = new Set<Socket>();
  let connections = 0;
  const server = createServer((client) => {
    connections += 1;
    open.add(client);
    client.on('close', () => open.delete(client));
    join(client, connectTo(options.engine));
  });
  const address = await listen(server, options);
  return {
    address,
    get connections() {
      return connections;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { engine: { type: 'string' }, port: { type: 'string' } } });
  const endpoint = await startBuildKitEndpoint({ engine: values.engine ?? '', port: Number(values.port ?? '0') });
  process.stdout.write(`${endpoint.address}\n`);
}

if (process.argv[1] === import.meta.filename) await main();
