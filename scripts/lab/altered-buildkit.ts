// A BuildKit that differs from the real one behind it in one thing: it says that it is of another version, it loses
// the source policy on the way, or it keeps no history. Everything else it hands on, so that it builds.
import {
  type ClientHttp2Session,
  connect,
  constants,
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { BuildKitEndpoint } from './buildkit-endpoint.ts';

export interface AlteredBuildKitOptions {
  /** The real one: `tcp://host:port`. */
  readonly behind: string;
  /** What it says of its version, for instance `v0.11.6`; left out: nothing is changed. */
  readonly version?: string;
  /** Whether it ignores source policies, as one before 0.11 does. */
  readonly deaf?: boolean;
  /** Whether it keeps no history of builds, which an option of 0.33 and later does: it then lists no record. */
  readonly forgetful?: boolean;
}

const control = '/moby.buildkit.v1.Control';
// a message of gRPC begins with a byte for its compression and four for its length
const prefixLength = 5;
const sourcePolicyField = 12;

function readVarint(bytes: Buffer, start: number): readonly [value: number, end: number] {
  let value = 0;
  for (let at = start, factor = 1; ; at += 1, factor *= 128) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return [value, at + 1];
  }
}

function endOfField(bytes: Buffer, wireType: number, start: number): number {
  if (wireType === 1) return start + 8;
  if (wireType === 5) return start + 4;
  const [value, end] = readVarint(bytes, start);
  return wireType === 2 ? end + value : end;
}

/** A protobuf message without one of its fields. */
function withoutField(message: Buffer, field: number): Buffer {
  const kept: Buffer[] = [];
  for (let at = 0; at < message.length; ) {
    const [tag, start] = readVarint(message, at);
    const end = endOfField(message, tag % 8, start);
    if (Math.floor(tag / 8) !== field) kept.push(message.subarray(at, end));
    at = end;
  }
  return Buffer.concat(kept);
}

function frame(message: Buffer): Buffer {
  const prefix = Buffer.alloc(prefixLength);
  prefix.writeUInt32BE(message.length, 1);
  return Buffer.concat([prefix, message]);
}

/** `InfoResponse` with a `BuildkitVersion` of this version (api/services/control/control.proto). */
function infoOf(version: string): Buffer {
  const text = Buffer.from(version);
  const inner = Buffer.concat([Buffer.from([0x12, text.length]), text]);
  return frame(Buffer.concat([Buffer.from([0x0a, inner.length]), inner]));
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

function answer(client: ServerHttp2Stream, messages: Buffer): void {
  client.on('wantTrailers', () => client.sendTrailers({ 'grpc-status': '0' }));
  client.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  client.end(messages);
}

/** The headers with each of their values: a session names every method that it offers in a header of its own. */
function repeatable(raw: readonly string[]): OutgoingHttpHeaders {
  const headers: Record<string, string[]> = {};
  for (let at = 0; at < raw.length; at += 2) {
    const [name = '', value = ''] = raw.slice(at, at + 2);
    headers[name] = [...(headers[name] ?? []), value];
  }
  return Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, values[1] ? values : values[0]]));
}

/** Hands one call on, both ways, with its trailers. */
function handOn(
  client: ServerHttp2Stream,
  headers: OutgoingHttpHeaders,
  real: ClientHttp2Session,
  deaf: boolean,
): void {
  const call = real.request(headers, { endStream: false });
  let trailers: IncomingHttpHeaders = {};
  call.on('response', (response, flags) => {
    if (client.destroyed) return;
    if ((flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0) {
      client.respond(response, { endStream: true });
      return;
    }
    client.on('wantTrailers', () => client.sendTrailers(trailers));
    client.respond(response, { waitForTrailers: true });
    call.pipe(client);
  });
  call.on('trailers', (received) => {
    trailers = received;
  });
  call.on('error', () => client.destroy());
  client.on('error', () => call.destroy());
  client.on('close', () => call.close(constants.NGHTTP2_CANCEL));
  if (!deaf || headers[':path'] !== `${control}/Solve`) {
    client.pipe(call);
    return;
  }
  void readAll(client).then((body) => call.end(frame(withoutField(body.subarray(prefixLength), sourcePolicyField))));
}

/** Listens on a free port of loopback. */
export async function startAlteredBuildKit(options: AlteredBuildKitOptions): Promise<BuildKitEndpoint> {
  const sessions = new Set<ServerHttp2Session>();
  let connections = 0;
  const server = createServer();
  server.on('session', (session) => {
    connections += 1;
    sessions.add(session);
    const real = connect(options.behind.replace('tcp://', 'http://'));
    real.on('error', () => session.destroy());
    session.on('error', () => real.destroy());
    session.on('close', () => {
      sessions.delete(session);
      real.destroy();
    });
    session.on('stream', (client, headers, _flags, raw) => {
      const { version, deaf = false, forgetful = false } = options;
      const path = headers[':path'];
      if (version !== undefined && path === `${control}/Info`) answer(client, infoOf(version));
      else if (forgetful && path === `${control}/ListenBuildHistory`) answer(client, Buffer.alloc(0));
      else handOn(client, repeatable(raw), real, deaf);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    address: `tcp://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    get connections() {
      return connections;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const session of sessions) session.destroy();
      }),
  };
}
