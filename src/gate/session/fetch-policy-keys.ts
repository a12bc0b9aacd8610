import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { messageOf, readBoundedFile } from '../../model/index.ts';
import type { WebClient } from '../../oci/index.ts';
import { type KeyFetch, type PolicySet, withFetchedKeys } from '../../policy/index.ts';
import { keepFile } from './keep-file.ts';
import { cacheFolder, openWebClient, type Session } from './session.ts';

const largestKey = 64 * 1024;

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** One GET without redirects or credentials: a key's address is the policy's own word. */
async function download(client: WebClient, url: string): Promise<Buffer> {
  const { status, body } = await client.request({ url, limit: largestKey });
  if (status !== 200) throw new Error(`${url} answered ${status}`);
  return body;
}

async function cached(path: string, sha256: string): Promise<Buffer | null> {
  try {
    const bytes = await readBoundedFile(path, largestKey);
    return bytes !== null && digestOf(bytes) === sha256 ? bytes : null;
  } catch {
    return null;
  }
}

async function fetchKey(
  session: Session,
  client: WebClient,
  fetch: KeyFetch,
): Promise<readonly [string, Uint8Array] | null> {
  const path = join(cacheFolder(session), 'keys', fetch.sha256);
  const known = session.own.refresh ? null : await cached(path, fetch.sha256);
  if (known !== null) return [fetch.url, known];
  if (session.own.offline) return null;
  try {
    const bytes = await download(client, fetch.url);
    if (digestOf(bytes) === fetch.sha256) await keepFile(path, bytes);
    return [fetch.url, bytes];
  } catch (error) {
    session.warn(`the key ${fetch.name} could not be fetched: ${messageOf(error)}`);
    return null;
  }
}

/**
 * The policies with the keys that they want from the network. One that cannot be had stays pending: what only it could prove is then
 * "could not be verified".
 * @throws VerifyError `policy.invalid` where what was fetched is not what the policy names
 */
export async function fetchPolicyKeys(session: Session, policies: PolicySet): Promise<PolicySet> {
  if (policies.fetches.length === 0) return policies;
  const client = openWebClient(session);
  try {
    const fetched = await Promise.all(policies.fetches.map((fetch) => fetchKey(session, client, fetch)));
    return withFetchedKeys(policies, new Map(fetched.filter((entry) => entry !== null)));
  } finally {
    client.close();
  }
}
