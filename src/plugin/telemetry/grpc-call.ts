import { type ClientHttp2Session, connect } from 'node:http2';
import { connect as connectTo } from 'node:net';

function sessionOf(endpoint: string): ClientHttp2Session {
  const { protocol, origin, pathname } = new URL(endpoint);
  if (protocol === 'unix:') return connect('http://localhost', { createConnection: () => connectTo(pathname) });
  if (protocol === 'http:' || protocol === 'https:') return connect(origin);
  throw new Error(`not a collector's address: ${protocol}`);
}

/** One message as gRPC frames it: not compressed, and its length before it (grpc, PROTOCOL-HTTP2: Length-Prefixed-Message). */
function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/**
 * Calls a method that takes one message and answers with one, over a connection of its own. What is answered is not looked at.
 * @param endpoint `http://host:port`, `https://host:port` or `unix:///path`
 * @param mostTime milliseconds, for all of it
 * @throws Error where it cannot be reached in time or refuses
 */
export async function callOnce(endpoint: string, method: string, message: Uint8Array, mostTime: number): Promise<void> {
  const session = sessionOf(endpoint);
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer in ${mostTime} ms`)), mostTime);
      const call = session.request({
        ':method': 'POST',
        ':path': method,
        'content-type': 'application/grpc',
        te: 'trailers',
        'grpc-timeout': `${mostTime}m`,
      });
      const settle = (error: Error | null): void => {
        clearTimeout(timer);
        if (error === null) resolve();
        else reject(error);
      };
      const judge = (headers: Readonly<Record<string, unknown>>): void => {
        const { [':status']: status = 200, 'grpc-status': result } = headers;
        if (status !== 200 || (result !== undefined && result !== '0')) settle(new Error('the collector refuses'));
        else if (result !== undefined) settle(null);
      };
      session.once('error', settle);
      call.once('error', settle).once('response', judge).once('trailers', judge);
      call.resume().end(framed(message));
    });
  } finally {
    session.destroy();
  }
}
