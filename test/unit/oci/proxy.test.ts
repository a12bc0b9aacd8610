import { describe, expect, it } from 'vitest';
import { proxyFor } from '../../../src/oci/proxy.ts';

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
