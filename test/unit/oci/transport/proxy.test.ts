import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createWebClient } from '../../../../src/oci/index.ts';
import { proxyFor } from '../../../../src/oci/transport/proxy.ts';
import { bareEnvironment } from '../memory-registry.ts';

const proxy = 'http://proxy.example.com:3128';

describe('the proxy for a host', () => {
  const cases: readonly [string, Record<string, string>, string | null][] = [
    ['https://ghcr.io/', {}, null],
    ['https://ghcr.io/', { HTTPS_PROXY: proxy }, proxy],
    ['https://ghcr.io/', { https_proxy: proxy }, proxy],
    ['https://ghcr.io/', { HTTPS_PROXY: 'proxy:1' }, 'http://proxy:1'],
    ['https://ghcr.io/', { HTTP_PROXY: proxy }, null],
    ['http://ghcr.io/', { HTTP_PROXY: proxy }, proxy],
    ['https://127.0.0.1:5000/', { HTTPS_PROXY: proxy }, null],
    ['http://localhost:5000/', { HTTP_PROXY: proxy }, null],
    ['http://[::1]:5000/', { HTTP_PROXY: proxy }, null],
    ['https://ghcr.io/', { HTTPS_PROXY: proxy, NO_PROXY: '*' }, null],
    ['https://ghcr.io/', { HTTPS_PROXY: proxy, NO_PROXY: 'ghcr.io' }, null],
    ['https://ghcr.io/', { HTTPS_PROXY: proxy, no_proxy: 'a.b, GHCR.io' }, null],
    ['https://a.ghcr.io/', { HTTPS_PROXY: proxy, NO_PROXY: 'ghcr.io' }, null],
    ['https://ghcr.io/', { HTTPS_PROXY: proxy, NO_PROXY: '.ghcr.io' }, proxy],
    ['https://a.ghcr.io/', { HTTPS_PROXY: proxy, NO_PROXY: '*.ghcr.io' }, null],
    ['https://evilghcr.io/', { HTTPS_PROXY: proxy, NO_PROXY: 'ghcr.io' }, proxy],
    ['https://ghcr.io/', { HTTPS_PROXY: proxy, NO_PROXY: 'ghcr.io:443' }, null],
    ['https://ghcr.io/', { HTTPS_PROXY: proxy, NO_PROXY: 'ghcr.io:8443' }, proxy],
    ['https://10.1.2.3/', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8' }, null],
    ['https://11.1.2.3/', { HTTPS_PROXY: proxy, NO_PROXY: '10.0.0.0/8' }, proxy],
    ['https://10.1.2.3/', { HTTPS_PROXY: proxy, NO_PROXY: '10.1.2.3' }, null],
    ['https://[fd00::1]/', { HTTPS_PROXY: proxy, NO_PROXY: 'fd00::/8' }, null],
    ['https://[fd00::1]/', { HTTPS_PROXY: proxy, NO_PROXY: 'fd00::1' }, null],
    ['https://ghcr.io/', { HTTPS_PROXY: proxy, NO_PROXY: '/,:,' }, proxy],
  ];
  it.each(cases)('%s with %o is %s', (url, variables, expected) => {
    expect(proxyFor(new URL(url), variables)).toBe(expected);
  });
});

describe('a proxy that never answers', () => {
  it('does not keep its connection past the time of the run', async () => {
    let end: (time: number) => void = () => undefined;
    const ended = new Promise<number>((resolve) => {
      end = resolve;
    });
    const proxy = createServer((socket) => {
      socket.on('error', () => undefined).on('close', () => end(Date.now()));
      socket.resume();
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', () => resolve()));
    onTestFinished(() => void proxy.close());
    const address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const environment = { ...bareEnvironment(), variables: { HTTPS_PROXY: address } };
    const begun = Date.now();
    const { signal } = new AbortController();
    const client = createWebClient({ environment, signal, timeout: 300, version: '0' });
    await expect(client.request({ url: 'https://example.test/', limit: 1 })).rejects.toMatchObject({ code: 'timeout' });
    client.close();
    expect((await ended) - begun).toBeLessThan(3_000);
  });
});
