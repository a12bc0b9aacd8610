import { type Digest, isDigest, VerifyError } from '../../model/index.ts';
import type { RegistrySession, Written } from '../auth/session.ts';
import { digestOf } from '../cache/digest-check.ts';
import type { RepositoryName } from '../content/image-source.ts';
import { bounds } from '../transport/bounds.ts';
import type { Answer } from '../transport/exchange.ts';
import { isWritten, writeFailure } from './write-failure.ts';

/**
 * Makes sure that a registry kept what it was sent.
 * @throws VerifyError `registry.untrustworthy`
 */
export function assertKept(answer: Answer, digest: Digest, what: string): void {
  const named = answer.headers['docker-content-digest']?.trim() ?? '';
  if (named === '' || named === digest) return;
  const said = isDigest(named) ? named : 'something that is no digest';
  throw new VerifyError('registry.untrustworthy', `${what} was written as ${digest}, but kept as ${said}`, {
    hint: 'the registry or something in front of it changes content; do not use it',
  });
}

/** With the digest added to the address as it stands: what a registry wrote there is its own, and not to be spelled anew. */
function finalAddress(answer: Answer, digest: Digest, what: string, registry: string): URL {
  const { location } = answer.headers;
  if (location === undefined || !URL.canParse(location, answer.url.href)) {
    throw new VerifyError('registry.failed', `${registry} does not say where ${what} is to be uploaded`, {
      hint: 'check that this is a container registry',
    });
  }
  const { href, search } = new URL(location, answer.url);
  return new URL(`${href.replace(/#.*$/, '')}${search === '' ? '?' : '&'}digest=${encodeURIComponent(digest)}`);
}

const nothing: Written = { type: 'application/octet-stream', bytes: new Uint8Array() };

async function upload(
  session: RegistrySession,
  place: RepositoryName,
  bytes: Uint8Array,
  digest: Digest,
): Promise<void> {
  const what = `the blob ${place.repository}@${digest}`;
  const common = { ...place, accept: '*/*', limit: bounds.errorBody };
  const path = `/v2/${place.repository}/blobs/uploads/`;
  const begun = await session.request({ ...common, method: 'POST', path, push: nothing });
  if (!isWritten(begun)) throw writeFailure(begun, what, place.registry);
  const address = finalAddress(begun, digest, what, place.registry);
  const written: Written = { type: 'application/octet-stream', bytes };
  const isAtHome = address.origin === begun.url.origin && address.username === '' && address.password === '';
  const done = isAtHome
    ? await session.request({ ...common, method: 'PUT', path: `${address.pathname}${address.search}`, push: written })
    : await session.writeElsewhere(address, begun.url, written);
  if (!isWritten(done)) throw writeFailure(done, what, place.registry);
  assertKept(done, digest, what);
}

/**
 * Brings a blob into a repository, unless it is there (OCI distribution-spec, "Pushing a blob monolithically": POST then PUT).
 * @throws VerifyError `registry.*`
 */
export async function pushBlob(session: RegistrySession, place: RepositoryName, bytes: Uint8Array): Promise<Digest> {
  const digest = digestOf(bytes);
  const path = `/v2/${place.repository}/blobs/${digest}`;
  const known = await session.request({ ...place, method: 'HEAD', path, accept: '*/*', limit: 0 });
  const size = known.headers['content-length'];
  if (known.status === 200 && (size === undefined || Number(size) === bytes.length)) return digest;
  await upload(session, place, bytes, digest);
  return digest;
}
