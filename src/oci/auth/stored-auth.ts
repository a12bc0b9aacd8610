import type { Credential } from './credential-helper.ts';
import type { StoredAuth } from './docker-config-schema.ts';

/** Name and password in `auth`; null where it does not hold both (docker/cli, cli/config/configfile: decodeAuth). */
export function decodeAuth(auth: string): { readonly username: string; readonly password: string } | null {
  const decoded = Buffer.from(auth, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 1) return null;
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1).replace(/^\x00+|\x00+$/g, '') };
}

/** A name with its password; without a name the secret is one that the token service is shown (buildkit, session/auth/authprovider). */
function namedSecret(username: string, secret: string): Credential | null {
  if (secret === '') return null;
  return username === '' ? { username, secret, kind: 'identity-token' } : { username, secret, kind: 'password' };
}

/** What an entry of `auths` holds: tokens before `auth`, and that before name and password beside it. A registry's token is none where `forToken` is false: that is no answer to a registry that asks for name and password. */
export function storedCredential(entry: StoredAuth, { forToken }: { readonly forToken: boolean }): Credential | null {
  if (forToken && entry.registrytoken) return { username: '', secret: entry.registrytoken, kind: 'registry-token' };
  if (entry.identitytoken) return { username: '', secret: entry.identitytoken, kind: 'identity-token' };
  if (!entry.auth) return namedSecret(entry.username ?? '', entry.password ?? '');
  const decoded = decodeAuth(entry.auth);
  return decoded === null ? null : namedSecret(decoded.username, decoded.password);
}

/** The host that a key of `auths` is about, which may be a URL with a path of old (docker/cli, credentials.ConvertToHostname). */
function hostOfKey(key: string): string {
  return key.replace(/^[a-z][a-z0-9+.-]*:\/\//, '').split('/')[0] ?? '';
}

/** The entry for a server's address, by that itself or else as a host alone: letters count as they are written. */
export function entryFor<Entry>(auths: Readonly<Record<string, Entry>>, address: string): Entry | undefined {
  if (Object.hasOwn(auths, address)) return auths[address];
  return Object.entries(auths).find(([key]) => hostOfKey(key) === address)?.[1];
}
