import { type Descriptor, type Digest, isVerifyError, VerifyError } from '../../model/index.ts';
import type { RegistrySession } from '../auth/session.ts';
import { bounds } from '../transport/bounds.ts';
import type { Answer } from '../transport/exchange.ts';
import { registryFailure } from '../transport/registry-failure.ts';
import { brokenDocument, parseDocument } from './document.ts';
import { formatRepository, type ReferrersListing, type RepositoryName } from './image-source.ts';
import { parseReferrersPage } from './manifest.ts';
import { bareMediaType, mediaTypes } from './media-types.ts';

/** What registries without the referrers API answer with. */
const unsupported = new Set([400, 404, 405, 406, 410, 415, 501]);

const lookHint = 'what was found before still counts; look at what is attached to this image';

function untrustworthy(repository: RepositoryName, reason: string): VerifyError {
  return new VerifyError('registry.untrustworthy', `the referrers that ${repository.registry} lists ${reason}`, {
    hint: lookHint,
  });
}

const linkValue =
  /[ \t,]*<([^<>]*)>((?:[ \t]*;[ \t]*[\w!#$%&'*+.^`|~-]+(?:[ \t]*=[ \t]*(?:"(?:[^"\\]|\\.)*"|[^\s",;<>]+))?)*)[ \t]*(?:,|$)/y;

/** The target of the first link to the next page in a `Link` header (RFC 8288 section 3); null for none, undefined where the header cannot be read. */
function linkedNext(header: string): string | null | undefined {
  if (header.length > 8192) return undefined;
  for (let at = 0; at < header.length; at = linkValue.lastIndex) {
    linkValue.lastIndex = at;
    const [, target, parameters = ''] = linkValue.exec(header) ?? [];
    if (target === undefined) return /^[ \t,]*$/.test(header.slice(at)) ? null : undefined;
    const relation = /;[ \t]*rel[ \t]*=[ \t]*(?:"([^"]*)"|([^\s";]+))/i.exec(parameters);
    const names = (relation?.[1] ?? relation?.[2] ?? '').toLowerCase().split(/\s+/);
    if (names.includes('next')) return target;
  }
  return null;
}

/**
 * The path of the next page from a `Link` header (RFC 8288), on the same registry; null for the last page.
 * @throws VerifyError `registry.untrustworthy` for one that cannot be read, which may lead on, or that leads to another host
 */
export function nextPage(link: string | undefined, from: URL): string | null {
  const target = linkedNext(link ?? '');
  if (target === null) return null;
  if (target === undefined || !URL.canParse(target, from.href)) {
    throw new VerifyError(
      'registry.untrustworthy',
      `${from.host} says in a way that cannot be read where its listing goes on`,
      {
        hint: lookHint,
      },
    );
  }
  const url = new URL(target, from);
  if (url.host !== from.host || !url.pathname.startsWith('/v2/')) {
    throw new VerifyError(
      'registry.untrustworthy',
      `${from.host} continues its listing at ${url.host}${url.pathname.slice(0, 100)}`,
      { hint: lookHint },
    );
  }
  return `${url.pathname}${url.search}`;
}

interface Listed {
  readonly found: Map<Digest, Descriptor>;
  pages: number;
  /** Entries that make no sense. */
  malformed: number;
}

/** Adds a page's entries; throws where it is no progress or beyond the bound. */
function addPage(listed: Listed, answer: Answer, repository: RepositoryName, place: 'first' | 'further'): void {
  const what = `listing of referrers at ${formatRepository(repository)}`;
  const { manifests, malformed } = parseReferrersPage(answer.body, what);
  listed.malformed += malformed;
  const before = listed.found.size;
  for (const descriptor of manifests) {
    if (listed.found.has(descriptor.digest)) continue;
    if (listed.found.size >= bounds.referrers) throw untrustworthy(repository, `are more than ${bounds.referrers}`);
    listed.found.set(descriptor.digest, descriptor);
  }
  if (place === 'further' && listed.found.size === before)
    throw untrustworthy(repository, 'go on for ever without anything new');
}

async function addFurtherPages(
  session: RegistrySession,
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
    addPage(listed, answer, repository, 'further');
  }
}

function request(repository: RepositoryName) {
  return { ...repository, method: 'GET', accept: mediaTypes.ociIndex, limit: bounds.manifest } as const;
}

const missing: ReferrersListing = { manifests: [], supported: false, malformed: 0, problem: null };

/**
 * Makes sure that what is answered with success is a listing: under its media type, or, from registries that forget that, a document that
 * can be nothing else. The page of a portal or a proxy is neither, and says nothing of what is signed.
 * @throws VerifyError `registry.untrustworthy`
 */
function assertListing(answer: Answer, repository: RepositoryName): void {
  const mediaType = bareMediaType(answer.headers['content-type'] ?? '');
  if (mediaType === mediaTypes.ociIndex) return;
  const what = `listing of referrers at ${formatRepository(repository)}`;
  const document = parseDocument(answer.body, what);
  const isIndex = (document['mediaType'] ?? mediaTypes.ociIndex) === mediaTypes.ociIndex;
  if (isIndex && Array.isArray(document['manifests'])) return;
  throw brokenDocument(what, `its media type is ${mediaType === '' ? 'not said' : mediaType.slice(0, 100)}`);
}

/** The first page; null where the registry does not have the API, or leads to another host that has no listing for us. */
async function firstPage(session: RegistrySession, repository: RepositoryName, digest: Digest): Promise<Answer | null> {
  const path = `/v2/${repository.repository}/referrers/${digest}`;
  let elsewhere = false;
  const onElsewhere = (): void => {
    elsewhere = true;
  };
  try {
    const answer = await session.request({ ...request(repository), path, onElsewhere });
    if (answer.status === 200) {
      assertListing(answer, repository);
      return answer;
    }
    if (elsewhere || unsupported.has(answer.status)) return null;
    throw registryFailure(answer, `referrers of ${repository.repository}@${digest}`, repository.registry);
  } catch (error) {
    if (elsewhere && isVerifyError(error, 'registry.unreachable', 'registry.untrustworthy')) return null;
    throw error;
  }
}

/**
 * Lists what refers to a digest (OCI distribution-spec, "Listing Referrers"), page by page within the bounds. A redirect to another host
 * is followed, without credentials; where that host has no listing, the registry is one without the API (GHCR leads to its website).
 * @throws VerifyError where the first page cannot be had; later ones become the listing's `problem`
 */
export async function listReferrers(
  session: RegistrySession,
  repository: RepositoryName,
  digest: Digest,
): Promise<ReferrersListing> {
  const answer = await firstPage(session, repository, digest);
  if (answer === null) return missing;
  const listed: Listed = { found: new Map(), pages: 1, malformed: 0 };
  let problem: VerifyError | null = null;
  try {
    addPage(listed, answer, repository, 'first');
    await addFurtherPages(session, repository, listed, answer);
  } catch (error) {
    if (!isVerifyError(error)) throw error;
    problem = error;
  }
  return { manifests: [...listed.found.values()], supported: true, malformed: listed.malformed, problem };
}
