import { bareHost, isLoopback, normalisedRegistry, VerifyError } from '../../model/index.ts';
import { apiHost } from '../transport/registry-host.ts';

/** Token services outside of a registry's own domain that user or machine listed, by registry host; all lower case, `docker.io` for Docker Hub. */
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
    hint: 'no credentials are sent there; ask who runs this registry',
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

/** Whether user or machine listed a realm for this registry. Only https goes there, but to this machine itself. */
export function isListedTokenService(registry: string, realm: URL, listed: ListedTokenServices): boolean {
  const name = normalisedRegistry(registry);
  const own = Object.hasOwn(listed, name) ? (listed[name] ?? []) : [];
  const isPrivate = realm.protocol === 'https:' || isLoopback(realm.host);
  return isPrivate && own.includes(realm.host);
}

/**
 * Whether stored credentials of `registry` may go to a realm that no setting allows by name: the registry's own host, or a host of the
 * same registrable domain (public suffixes of companies count, so that two customers of one cloud do not share a domain). On this machine
 * each port may belong to another user.
 */
export async function isOwnTokenService(registry: string, realm: URL): Promise<boolean> {
  const host = apiHost(registry);
  if (isLoopback(host)) return realm.host === new URL(`${realm.protocol}//${host}`).host;
  if (realm.protocol === 'http:') return false;
  if (realm.host === host || bareHost(realm.host) === bareHost(host)) return true;
  const { getDomain } = await import('tldts');
  const domainOf = (each: string): string | null =>
    getDomain(bareHost(each), { allowPrivateDomains: true, validateHostname: true });
  const domain = domainOf(host);
  return domain !== null && !sharedDomains.has(domain) && domain === domainOf(realm.host);
}
