import { VerifyError } from '../model/index.ts';
import { apiHost, bareHost, isLoopback } from './registry-host.ts';

/** Token services outside of a registry's own domain that user or machine listed, by registry host. */
export type ListedTokenServices = Readonly<Record<string, readonly string[]>>;

/** Domains in which each customer of a registry has a host of their own, and which the public suffix list does not know as such. */
const sharedDomains = new Set([
  'amazonaws.com',
  'azurecr.cn',
  'azurecr.io',
  'azurecr.us',
  'cloudsmith.io',
  'gcr.io',
  'jfrog.io',
  'ocir.io',
  'pkg.dev',
]);

function refused(registry: string, reason: string): VerifyError {
  return new VerifyError('registry.untrustworthy', `${registry} names a token service that ${reason}`, {
    hint: 'if this is right, list the token service for this registry in your own configuration',
  });
}

/** Parses the realm of a Bearer challenge; throws `registry.untrustworthy` where it is no place to ask for a token at all. */
export function parseRealm(registry: string, realm: string): URL {
  if (!URL.canParse(realm)) throw refused(registry, 'is not a URL');
  const url = new URL(realm);
  if (url.username !== '' || url.password !== '') throw refused(registry, 'carries credentials in its address');
  if (url.protocol === 'https:') return url;
  if (url.protocol !== 'http:') throw refused(registry, `is spoken to over ${url.protocol}`);
  // A remote registry must not make us talk to a service of this machine.
  if (!isLoopback(url.host) || !isLoopback(apiHost(registry))) throw refused(registry, 'is spoken to over plain HTTP');
  return url;
}

/**
 * Whether stored credentials of `registry` may go to a realm: the registry's own host, a host of the same registrable
 * domain (public suffixes of companies count, so that two customers of one cloud are strangers), or one that is listed.
 */
export async function isOwnTokenService(registry: string, realm: URL, listed: ListedTokenServices): Promise<boolean> {
  const host = apiHost(registry);
  if (realm.protocol === 'http:') return isLoopback(realm.host) && isLoopback(host);
  if (realm.host === host || bareHost(realm.host) === bareHost(host)) return true;
  const own = listed[registry] ?? listed[registry.toLowerCase()] ?? [];
  if (own.some((each) => each.toLowerCase() === realm.host)) return true;
  const { getDomain } = await import('tldts');
  const domainOf = (each: string): string | null =>
    getDomain(bareHost(each), { allowPrivateDomains: true, validateHostname: true });
  const domain = domainOf(host);
  return domain !== null && !sharedDomains.has(domain) && domain === domainOf(realm.host);
}
