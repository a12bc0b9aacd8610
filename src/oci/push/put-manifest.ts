import type { Descriptor } from '../../model/index.ts';
import type { RegistrySession, Written } from '../auth/session.ts';
import { digestOf } from '../cache/digest-check.ts';
import type { RepositoryName } from '../content/image-source.ts';
import { bounds } from '../transport/bounds.ts';
import type { Answer } from '../transport/exchange.ts';
import { assertKept } from './push-blob.ts';
import { isWritten, writeFailure } from './write-failure.ts';

/** A manifest that was put, with the answer. */
export interface PutManifest {
  readonly descriptor: Descriptor;
  readonly answer: Answer;
}

/**
 * Puts a manifest under a tag, or under its digest where none is given (OCI distribution-spec, "Pushing Manifests").
 * @returns with null in place of a descriptor where the condition did not hold (412)
 * @throws VerifyError `registry.*`
 */
export async function putManifest(
  session: RegistrySession,
  place: RepositoryName,
  document: { readonly mediaType: string; readonly bytes: Uint8Array; readonly artifactType?: string },
  tag: string | null,
  condition?: Written['condition'],
): Promise<PutManifest | null> {
  const { mediaType, bytes, artifactType } = document;
  const digest = digestOf(bytes);
  const reference = tag ?? digest;
  const what = `the manifest ${place.repository}${tag === null ? '@' : ':'}${reference}`;
  const answer = await session.request({
    ...place,
    method: 'PUT',
    path: `/v2/${place.repository}/manifests/${reference}`,
    accept: '*/*',
    limit: bounds.errorBody,
    push: { type: mediaType, bytes, ...(condition === undefined ? {} : { condition }) },
  });
  if (answer.status === 412 && condition !== undefined) return null;
  if (!isWritten(answer)) throw writeFailure(answer, what, place.registry);
  assertKept(answer, digest, what);
  const descriptor = { mediaType, digest, size: bytes.length, ...(artifactType === undefined ? {} : { artifactType }) };
  return { descriptor, answer };
}
