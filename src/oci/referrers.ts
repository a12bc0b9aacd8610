import { type Descriptor, type Digest, isVerifyError, VerifyError } from '../model/index.ts';
import { bounds } from './bounds.ts';
import type { Answer } from './exchange.ts';
import { formatRepository, type ReferrersListing, type RepositoryName } from './image-source.ts';
import { parseReferrersPage } from './manifest.ts';
import { bareMediaType, mediaTypes } from './media-types.ts';
import { registryFailure } from './registry-failure.ts';
import type { Session } from './session.ts';

/** What registries without the referrers API answer with. */
const unsupported = new Set([400, 404, 405, 406, 415, 501]);

function untrustworthy(repository: RepositoryName, reason: string): VerifyError {
  return new VerifyError('registry.untrustworthy', `the referrers that ${repository.registry} lists ${reason}`, {
    hint: 'what was found before still counts; look at what is attached to this image',
  });
}

/** The path of the next page from a `Link` header (RFC 8288), on the same registry; null for the last page. */
export function nextPage(link: string | undefined, from: URL): string | null {
  const match = /<([^<>]*)>[ \t]*;[^,<]*\brel[ \t]*=[ \t]*"?next\b/i.exec((link ?? '').slice(0, 8192));
  if (match === null) return null;
  const target = match[1] ?? '';
  if (!URL.canParse(target, from.href)) return null;
  const url = new URL(target, from);
  if (url.host !== from.host || !url.pathname.startsWith('/v2/')) {
    throw new VerifyError(
      'registry.untrustworthy',
      `${from.host} continues its listing at ${url.host}${url.pathname.slice(0, 100)}`,
    );
  }
  return `${url.pathname}${url.search}`;
}

interface Listed {
  readonly found: Map<Digest, Descriptor>;
  pages: number;
}

/** Adds a page's entries; throws where it is no progress or beyond the bound. */
function addPage(listed: Listed, answer: Answer, repository: RepositoryName, isFirst: boolean): void {
  const { manifests } = parseReferrersPage(answer.body, `listing of referrers at ${formatRepository(repository)}`);
  const before = listed.found.size;
  for (const descriptor of manifests) {
    if (listed.found.has(descriptor.digest)) continue;
    if (listed.found.size >= bounds.referrers) throw untrustworthy(repository, `are more than ${bounds.referrers}`);
    listed.found.set(descriptor.digest, descriptor);
  }
  if (!isFirst && listed.found.size === before) throw untrustworthy(repository, 'go on for ever without anything new');
}

async function addFurtherPages(
  session: Session,
  repository: RepositoryName,
  listed: Listed,
  first: Answer,
): Promise<void> {
  let answer = first;
  for (;;) {
    const path = nextPage(answer.headers['link'], answer.url);
    if (path === null) return;
    if (listed.pages >= bounds.referrerPages)
      throw untrustworthy(repository, `have more than ${bounds.referrerPages} pages`);
    listed.pages += 1;
    answer = await session.request({ ...request(repository), path });
    if (answer.status !== 200)
      throw registryFailure(answer, `referrers of ${repository.repository}`, repository.registry);
    addPage(listed, answer, repository, false);
  }
}

function request(repository: RepositoryName) {
  return { ...repository, method: 'GET', accept: mediaTypes.ociIndex, limit: bounds.manifest } as const;
}

/**
 * Lists what refers to a digest (OCI distribution-spec, "Listing Referrers"), page by page within the bounds.
 * @throws VerifyError where the first page cannot be had; later ones become the listing's `problem`
 */
export async function listReferrers(
  session: Session,
  repository: RepositoryName,
  digest: Digest,
): Promise<ReferrersListing> {
  const path = `/v2/${repository.repository}/referrers/${digest}`;
  const answer = await session.request({ ...request(repository), path });
  if (unsupported.has(answer.status)) return { manifests: [], supported: false, problem: null };
  if (answer.status !== 200) {
    throw registryFailure(answer, `referrers of ${repository.repository}@${digest}`, repository.registry);
  }
  if (bareMediaType(answer.headers['content-type'] ?? '') !== mediaTypes.ociIndex) {
    return { manifests: [], supported: false, problem: null };
  }
  const listed: Listed = { found: new Map(), pages: 1 };
  let problem: VerifyError | null = null;
  try {
    addPage(listed, answer, repository, true);
    await addFurtherPages(session, repository, listed, answer);
  } catch (error) {
    if (!isVerifyError(error)) throw error;
    problem = error;
  }
  return { manifests: [...listed.found.values()], supported: true, problem };
}
