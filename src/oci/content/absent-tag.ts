import { randomBytes } from 'node:crypto';
import type { VerifyError } from '../../model/index.ts';
import type { RegistrySession } from '../auth/session.ts';
import { bounds } from '../transport/bounds.ts';
import type { Answer } from '../transport/exchange.ts';
import { registryFailure } from '../transport/registry-failure.ts';
import { ignored } from './collect-problem.ts';
import { formatRepository, type RepositoryName } from './image-source.ts';
import { acceptedManifests } from './media-types.ts';

/** What a registry may mean "not there" by, where it does not say so: refusals that do not change on a second request. */
function mayMeanAbsent(status: number): boolean {
  return status >= 400 && status < 500 && ![404, 408, 425, 429].includes(status);
}

function ask(
  session: RegistrySession,
  place: RepositoryName,
  method: 'GET' | 'HEAD',
  reference: string,
): Promise<Answer> {
  const path = `/v2/${place.repository}/manifests/${reference}`;
  return session.request({ ...place, method, path, accept: acceptedManifests, limit: bounds.manifest });
}

/**
 * Whether the registry lets us read the tag's subject in this repository, and answers with the same status for a tag that is surely not
 * there. That one is not in the form of a signature's, which alone may be forbidden to us.
 */
async function isAnswerToAbsent(
  session: RegistrySession,
  place: RepositoryName,
  tag: string,
  status: number,
): Promise<boolean> {
  const [, hex] = /sha256-([0-9a-f]{64})/.exec(tag) ?? [];
  if (hex === undefined) return false;
  const imaginary = `docker-verify-${randomBytes(16).toString('hex')}`;
  const [readable, absent] = await Promise.all([
    ask(session, place, 'HEAD', `sha256:${hex}`),
    ask(session, place, 'GET', imaginary),
  ]);
  return readable.status === 200 && absent.status === status;
}

/** Makes the error of an answer for a signature's tag that is no success. */
export type SignatureTagFailure = (place: RepositoryName, tag: string, answer: Answer) => Promise<VerifyError>;

/**
 * Some registries (Artifactory) answer 403 or 406 for a tag that is not there. Whether this one does is found out by asking for a tag
 * that cannot exist, once for each repository and status: only then is a refusal taken for "not there", and a note says so.
 */
export function signatureTagFailures(session: RegistrySession): SignatureTagFailure {
  const known = new Map<string, Promise<boolean>>();
  return async (place, tag, answer) => {
    const failure = registryFailure(answer, `${place.repository}:${tag}`, place.registry);
    const { status } = answer;
    if (!mayMeanAbsent(status)) return failure;
    const key = `${formatRepository(place)} ${status}`;
    const asked = known.get(key) ?? isAnswerToAbsent(session, place, tag, status).catch(() => false);
    known.set(key, asked);
    if (!(await asked)) return failure;
    return ignored(
      `${place.registry} answers ${status} for tags that are surely not there, so that is what it means of signatures too`,
    );
  };
}
