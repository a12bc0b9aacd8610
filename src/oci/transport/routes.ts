import { isIPv6 } from 'node:net';
import { bareHost, isLoopback, VerifyError } from '../../model/index.ts';
import type { PeerCheck } from './agents.ts';
import { apiHost, isListedInsecure } from './registry-host.ts';

/** One way to speak to a registry. */
export interface Route {
  readonly base: URL;
  readonly check: PeerCheck;
  /** Whether credentials may be used on it. */
  readonly credentials: boolean;
}

/**
 * The address of a registry's API. Docker's grammar has hosts that no URL can have (`app-1.0`, `1.2.3.400`, a port of 99999) or that
 * a URL would make another host of (`0x7f.1`, WHATWG URL, "host parsing"): an image of such a name can only be a local one.
 * @throws VerifyError `registry.impossible`
 */
function addressOf(scheme: 'https' | 'http', host: string): URL {
  const text = `${scheme}://${host}/`;
  const bare = bareHost(host);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && (url.hostname === bare || isIPv6(bare))) return url;
  throw new VerifyError('registry.impossible', `${host} cannot be asked: it is no host that a registry can have`, {
    hint: 'check the name of the image; Docker takes what stands before its first slash for a registry where it has a dot or a colon',
  });
}

/**
 * The ways to speak to a registry, in the order in which they are tried.
 * - everywhere: HTTPS with a certificate that is checked, and nothing else;
 * - loopback: plain HTTP, then HTTPS unchecked, since an answer can be forged only from this machine (Docker treats 127.0.0.0/8 as insecure);
 * - listed as insecure: HTTPS checked, and only without credentials HTTPS unchecked and plain HTTP.
 * @throws VerifyError `registry.impossible`
 */
export function routesTo(registry: string, insecure: readonly string[]): readonly Route[] {
  const host = apiHost(registry);
  const https = addressOf('https', host);
  const http = addressOf('http', host);
  if (isLoopback(host)) {
    return [
      { base: http, check: 'bundled', credentials: true },
      { base: https, check: 'none', credentials: true },
    ];
  }
  const secure: Route = { base: https, check: 'bundled', credentials: true };
  if (!isListedInsecure(registry, insecure)) return [secure];
  return [
    secure,
    { base: https, check: 'none', credentials: false },
    { base: http, check: 'bundled', credentials: false },
  ];
}
