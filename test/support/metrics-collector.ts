import { Server, ServerCredentials, status } from '@grpc/grpc-js';

/** A collector of metrics that speaks real gRPC, and keeps each request's bytes. */
export interface MetricsCollector {
  readonly port: number;
  readonly requests: Buffer[];
  close(): void;
}

/** Starts one on loopback, or at a `unix:` address; `refusing` answers each call with an error. */
export async function startCollector(
  options: { readonly address?: string; readonly refusing?: boolean } = {},
): Promise<MetricsCollector> {
  const requests: Buffer[] = [];
  const server = new Server();
  const plain = (bytes: Buffer): Buffer => bytes;
  server.addService(
    {
      export: {
        path: '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export',
        requestStream: false,
        responseStream: false,
        requestSerialize: plain,
        requestDeserialize: plain,
        responseSerialize: plain,
        responseDeserialize: plain,
      },
    },
    {
      export: (call: { request: Buffer }, answer: (error: object | null, bytes?: Buffer) => void) => {
        requests.push(call.request);
        if (options.refusing === true) answer({ code: status.UNAVAILABLE, details: 'full' });
        else answer(null, Buffer.alloc(0));
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(options.address ?? '127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  return { port, requests, close: () => server.forceShutdown() };
}
