import type { PeerCheck } from './agents.ts';
import { apiHost, isListedInsecure, isLoopback } from './registry-host.ts';

/** One way to speak to a registry. */
export interface Route {
  readonly base: URL;
  readonly check: PeerCheck;
  /** Whether credentials may be used on it. */
  readonly credentials: boolean;
}

/**
 * The ways to speak to a registry, in the order in which they are tried.
 * - everywhere: HTTPS with a certificate that is checked, and nothing else;
 * - loopback: plain HTTP, then HTTPS unchecked, since whoever could forge it is on this machine (Docker treats 127.0.0.0/8 as insecure);
 * - listed as insecure: HTTPS checked, and only without credentials HTTPS unchecked and plain HTTP.
 */
export function routesTo(registry: string, insecure: readonly string[]): readonly Route[] {
  const host = apiHost(registry);
  const https = new URL(`https://${host}/`);
  const http = new URL(`http://${host}/`);
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
