import { errorAnswer, type RegistryAnswer, type RegistryRequest } from './registry-answers.ts';
import { type RegistryStore, sha256Digest } from './registry-store.ts';

/** How registries in use differ from the specification, each in the one way that its name tells. */
export type RegistryMode =
  /** distribution and other registries of before 1.1: no referrers API. */
  | 'no-api'
  /** GHCR: what lists referrers leads to a website, by a digest that is cut short, and that allows no more requests. */
  | 'ghcr'
  /** GitLab: no referrers API, and the tag `sha256-HEX` is taken for the digest `sha256:HEX`. */
  | 'gitlab'
  /** Artifactory: 403 for a tag that is not there, 406 for referrers. */
  | 'artifactory'
  /** The same, and 406 for a tag too. */
  | 'artifactory-406'
  /** Harbor and proxies: an empty list of referrers, whatever there is. */
  | 'empty-listing'
  /** A list of referrers that is null, as Go writes an empty one. */
  | 'null-listing'
  /** A listing goes on naming a referrer that was deleted. */
  | 'dangling'
  /** A listing names referrers of other images of the repository. */
  | 'foreign'
  /** A listing whose `Link` header makes no sense, so that it may go on. */
  | 'unreadable-link'
  /** A portal or proxy before the registry: a page of its own in place of a listing, with success. */
  | 'referrers-page'
  /** A listing without its media type. */
  | 'unlabelled-listing'
  /** The referrers API answers with this status and nothing else. */
  | `referrers-${401 | 403 | 410 | 429 | 500}`
  /** Tags of signatures cannot be had, whether they are there or not. */
  | 'signature-tags-500'
  /** Docker Hub: manifests that are got count as pulls, ten an hour are free; a HEAD is. */
  | 'hub';

/** What a mode knows beside request and answer. */
export interface ModeContext {
  readonly store: RegistryStore;
  /** `127.0.0.1:port`. */
  readonly host: string;
  /** Counts a pull; answers how many that makes. */
  readonly countPull: () => number;
}

type Behaviour = (request: RegistryRequest, honest: RegistryAnswer, context: ModeContext) => RegistryAnswer;

const digestTag = /^(.*\/manifests\/)sha256-([0-9a-f]{64})$/;

function isTag({ path }: RegistryRequest): boolean {
  return /\/manifests\/(?!sha256:)/.test(path);
}

function isReading({ method }: RegistryRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

function listing(answer: RegistryAnswer, change: (manifests: readonly object[]) => unknown): RegistryAnswer {
  const document: { readonly manifests?: readonly object[] } = JSON.parse(answer.body.toString());
  const manifests = change(document.manifests ?? []);
  return { ...answer, body: Buffer.from(JSON.stringify({ ...document, manifests })) };
}

/** Only what lists referrers differs: the API's answer, and with `tag` the fallback tag's too. */
function referrers(change: Behaviour, tag = false): Behaviour {
  return (request, honest, context) => {
    const isListing = request.path.includes('/referrers/') || (tag && digestTag.test(request.path));
    return isReading(request) && isListing && honest.status === 200 ? change(request, honest, context) : honest;
  };
}

function absentTags(tag: number, api: number): Behaviour {
  return (request, honest) => {
    if (!isReading(request)) return honest;
    if (request.path.includes('/referrers/')) return errorAnswer(api, 'UNSUPPORTED');
    return isTag(request) && honest.status === 404 ? errorAnswer(tag, 'DENIED') : honest;
  };
}

const website = '/-/v2/packages/';
const gone = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest: sha256Digest('gone'), size: 700 };
const freePulls = 10;

const ghcr: Behaviour = (request, honest, { host }) => {
  if (request.path.startsWith(website)) return errorAnswer(429, 'TOOMANYREQUESTS');
  const [, name, digest] = /^\/v2\/(.+)\/referrers\/(.+)$/.exec(request.path) ?? [];
  if (name === undefined || digest === undefined) return honest;
  // another name of this machine is another host
  const location = `http://${host.replace('127.0.0.1', 'localhost')}${website}${name}/${digest.slice(0, 19)}`;
  return { status: 303, headers: { location }, body: Buffer.alloc(0) };
};

const hub: Behaviour = (request, honest, { countPull }) => {
  const isPull = request.method === 'GET' && request.path.includes('/manifests/') && honest.status === 200;
  if (!isPull || countPull() <= freePulls) return honest;
  return errorAnswer(429, 'TOOMANYREQUESTS', { 'ratelimit-limit': `${freePulls};w=3600`, 'retry-after': '3600' });
};

const behaviours: Readonly<Record<Exclude<RegistryMode, `referrers-${number}`>, Behaviour>> = {
  'no-api': referrers(() => errorAnswer(404, 'NOT_FOUND')),
  ghcr,
  gitlab: (request, honest, { store }) => {
    if (isReading(request) && request.path.includes('/referrers/')) return errorAnswer(404, 'NOT_FOUND');
    const [, path, hex] = digestTag.exec(request.path) ?? [];
    const name = /^\/v2\/(.+)\/manifests\/$/.exec(path ?? '')?.[1];
    const found = name === undefined ? undefined : store.manifest(name, `sha256:${hex}`);
    if (!isReading(request) || found === undefined) return honest;
    const headers = { 'content-type': found.mediaType, 'docker-content-digest': found.digest };
    return { status: 200, headers, body: found.bytes };
  },
  artifactory: absentTags(403, 406),
  'artifactory-406': absentTags(406, 406),
  'empty-listing': referrers((_request, honest) => listing(honest, () => [])),
  'null-listing': referrers((_request, honest) => listing(honest, () => null)),
  dangling: referrers((_request, honest) => listing(honest, (manifests) => [gone, ...manifests]), true),
  foreign: referrers((request, honest, { store }) => {
    const name = /^\/v2\/(.+)\/(?:referrers|manifests)\//.exec(request.path)?.[1] ?? '';
    return listing(honest, () => store.allReferrers(name));
  }, true),
  'unreadable-link': referrers((_request, honest) => ({
    ...honest,
    headers: { ...honest.headers, link: 'page=2; rel="next"' },
  })),
  'referrers-page': referrers(() => ({
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: Buffer.from('<!doctype html><title>Log in</title>'),
  })),
  'unlabelled-listing': referrers((_request, honest) => ({ ...honest, headers: {} })),
  'signature-tags-500': (request, honest) =>
    isReading(request) && /\/manifests\/sha256-/.test(request.path) ? errorAnswer(500, 'UNKNOWN') : honest,
  hub,
};

/** The answer as a registry of this mode gives it. */
export function answerInMode(
  mode: RegistryMode,
  request: RegistryRequest,
  honest: RegistryAnswer,
  context: ModeContext,
): RegistryAnswer {
  const [, status] = /^referrers-(\d+)$/.exec(mode) ?? [];
  if (status !== undefined) {
    return request.path.includes('/referrers/') ? errorAnswer(Number(status), 'UNKNOWN') : honest;
  }
  // every other mode has its behaviour
  return behaviours[mode as keyof typeof behaviours](request, honest, context);
}

/** Every mode that makes a difference to what can be found, for tables. */
export const registryModes: readonly Exclude<RegistryMode, 'hub'>[] = [
  'no-api',
  'ghcr',
  'gitlab',
  'artifactory',
  'artifactory-406',
  'empty-listing',
  'null-listing',
  'dangling',
  'foreign',
  'unreadable-link',
  'referrers-page',
  'unlabelled-listing',
  'referrers-401',
  'referrers-403',
  'referrers-410',
  'referrers-429',
  'referrers-500',
  'signature-tags-500',
];
