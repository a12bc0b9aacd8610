import { looseText, readLoose } from '../oracle/loose-json.ts';
import type { Random } from '../oracle/seeded-random.ts';
import type { Cast, Role } from './cast.ts';
import { mutateBytes } from './mutate-bytes.ts';
import { mutateLoose } from './mutate-json.ts';
import type { Lie } from './stage.ts';
import { type Document, Stock } from './stock.ts';

/** A repository as an attacker fills it, and what was done to it, for people. */
export interface Attack {
  readonly role: Role;
  readonly stock: Stock;
  readonly lies: readonly Lie[];
  readonly steps: readonly string[];
}

interface Draft {
  readonly random: Random;
  readonly role: Role;
  /** Another image of the cast, whose signatures and documents may stand in for the role's. */
  readonly other: Role;
  readonly stock: Stock;
  readonly lies: Lie[];
}

type Step = (draft: Draft) => string;

function pickOf<T>(random: Random, list: readonly T[]): T | undefined {
  return list[random.number(list.length || 1)];
}

const isIndex = (mediaType: string): boolean => mediaType.includes('index') || mediaType.includes('manifest.list');

function signatureTag(digest: string, suffix: string): string {
  return `${digest.replace(':', '-')}${suffix}`;
}

function rootOf({ stock }: Draft): string {
  return stock.tags.get('1') ?? '';
}

/** Another document of the same media type, to take parts out of. */
function donorOf({ random, stock }: Draft, { mediaType, bytes }: Document): Document | undefined {
  return pickOf(
    random,
    [...stock.documents.values()].filter((each) => each.mediaType === mediaType && !each.bytes.equals(bytes)),
  );
}

function mutated(draft: Draft, document: Document): Buffer {
  const { random, role, other } = draft;
  const donor = donorOf(draft, document)?.bytes ?? Buffer.from('{}');
  const loose = random.chance(85) ? readLoose(document.bytes.toString('utf8')) : null;
  if (loose === null) return mutateBytes(random, document.bytes, donor);
  const digests: [string, ...string[]] = [
    role.evil.root,
    role.good.root,
    ...role.evil.vouched,
    ...role.good.vouched,
    other.good.root,
  ];
  mutateLoose(random, loose, { donor: readLoose(donor.toString('utf8')), digests });
  return Buffer.from(looseText(loose));
}

/** Changes a document that the choice names, and mostly all that leads to it. */
function changing(what: string, choose: (draft: Draft) => readonly string[]): Step {
  return (draft) => {
    const { random, stock } = draft;
    const digest = pickOf(random, choose(draft));
    const document = digest === undefined ? undefined : stock.documents.get(digest);
    if (digest === undefined || document === undefined) return `no ${what}`;
    const bytes = mutated(draft, document);
    const kept = random.chance(12);
    if (kept) stock.documents.set(digest, { ...document, bytes });
    else stock.change(digest, bytes, document.mediaType, { attached: random.chance(25) });
    return `${what} ${digest}${kept ? ', under its old digest' : ''}: ${bytes.toString('latin1').slice(0, 3000)}`;
  };
}

/** What belongs to the image that is built, as far as signatures do not. */
function ofImage(draft: Draft, matches: (mediaType: string) => boolean): readonly string[] {
  const { stock } = draft;
  return [...stock.reachable(rootOf(draft))].filter((each) => matches(stock.documents.get(each)?.mediaType ?? ''));
}

const changeIndex = changing('index', (draft) => ofImage(draft, isIndex));
const changeImage = changing('image document', (draft) => ofImage(draft, (type) => type.includes('json')));
const changeAnything = changing('document', ({ stock }) => [...stock.documents.keys()]);
const changeAttached = changing('attached document', ({ stock }) => [...stock.attached]);

/** The tag names another image of the repository. */
const retag: Step = ({ random, role, other, stock }) => {
  const root = random.pick([role.evil.root, role.evil.root, role.evil.vouched[0] ?? '', other.evil.root] as const);
  stock.tags.set('1', root);
  return `1 names ${root}`;
};

/** Signatures of one image are shown for another, beside or in place of its own. */
const reattach: Step = (draft) => {
  const { random, role, other, stock } = draft;
  const targets = [rootOf(draft), role.evil.root, ...role.evil.vouched];
  const sources = [role.good.root, ...role.good.vouched, other.good.root, ...other.good.vouched];
  const sourcesToo = [...stock.listings.keys(), ...sources];
  const [to, from] = [pickOf(random, targets) ?? '', pickOf(random, sourcesToo) ?? ''];
  for (const suffix of ['', '.sig', '.att']) {
    const tagged = stock.tags.get(signatureTag(from, suffix));
    if (tagged !== undefined) stock.tags.set(signatureTag(to, suffix), tagged);
  }
  const listing = stock.listings.get(from);
  if (listing !== undefined) stock.listings.set(to, listing);
  return `what is attached to ${from} is shown for ${to}`;
};

/** The list of what is attached says something else. */
const relist: Step = (draft) => {
  const { random, stock } = draft;
  const subject = pickOf(random, [...stock.listings.keys()]);
  if (subject === undefined) return 'no listing';
  const bytes = stock.listings.get(subject) ?? Buffer.alloc(0);
  const page = mutated(draft, { mediaType: 'application/vnd.oci.image.index.v1+json', bytes });
  stock.listings.set(subject, page);
  return `listing for ${subject}: ${page.toString('latin1').slice(0, 3000)}`;
};

/** An index of both: the attacker's entries and the signer's, in any order. */
const splice: Step = (draft) => {
  const { random, role, other, stock } = draft;
  const mediaType = 'application/vnd.oci.image.index.v1+json';
  const entries = [role.good, role.evil, random.chance(50) ? role.evil : other.good].flatMap(({ root, stock: own }) => {
    const { bytes, mediaType: type } = own.documents.get(root) ?? { bytes: Buffer.alloc(0), mediaType: '' };
    const platform = { os: 'linux', architecture: 'amd64' };
    if (!isIndex(type)) return [{ mediaType: type, digest: root, size: bytes.length, platform }];
    // made by the cast
    return (JSON.parse(bytes.toString()) as { readonly manifests: readonly object[] }).manifests;
  });
  const kept = entries.filter(() => random.chance(60));
  for (let place = kept.length - 1; place > 0; place -= 1) {
    const from = random.number(place + 1);
    [kept[place], kept[from]] = [kept[from] ?? {}, kept[place] ?? {}];
  }
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests: kept }));
  const root = stock.put(bytes, mediaType);
  stock.tags.set('1', root);
  return `1 names an index of both: ${bytes.toString()}`;
};

/** A document is served under another media type. */
const retype: Step = (draft) => {
  const { random, stock } = draft;
  const digest = pickOf(random, [...ofImage(draft, (type) => type.includes('json')), ...stock.attached]) ?? '';
  const mediaType = pickOf(random, [...new Set([...stock.documents.values()].map((each) => each.mediaType))]) ?? '';
  const document = stock.documents.get(digest);
  if (document === undefined) return 'nothing to retype';
  stock.documents.set(digest, { ...document, mediaType: random.chance(80) ? mediaType : mediaType.toUpperCase() });
  return `${digest} is served as ${mediaType}`;
};

/** The registry says one thing to us and another to the builder, or another thing later. */
const lie: Step = (draft) => {
  const { random, role, stock } = draft;
  const root = rootOf(draft);
  const all = [...stock.reachable(root)];
  const paths = [
    'manifests/1',
    'manifests/1',
    `manifests/${root}`,
    `referrers/${root}`,
    `manifests/${pickOf(random, all)}`,
    `blobs/${pickOf(random, all)}`,
  ];
  const about = pickOf(random, paths) ?? '';
  const truth = stock.documents.get(about.split('/').at(-1) ?? '') ?? stock.documents.get(root);
  const evil = stock.documents.get(role.evil.root);
  const bytes = random.chance(50) ? evil?.bytes : truth && mutated(draft, truth);
  const lie: Lie = {
    about,
    to: random.pick(['us', 'builders', 'builders', 'all'] as const),
    after: random.number(4),
    ...(random.chance(85) && bytes !== undefined
      ? { bytes }
      : { status: random.pick([401, 403, 404, 429, 500, 206] as const) }),
    ...(random.chance(20) ? { headers: { 'docker-content-digest': role.good.root } } : {}),
    ...(random.chance(10)
      ? { headers: { 'content-type': random.pick(['', 'text/html', 'application/json'] as const) } }
      : {}),
  };
  draft.lies.push(lie);
  return `lie ${JSON.stringify({ ...lie, bytes: lie.bytes?.toString('latin1').slice(0, 2000) })}`;
};

/** Steps after each other that make more than each alone; what is unsigned by itself is changed most, since it may still be let in. */
const steps: readonly [Step, ...Step[]] = [
  changeIndex,
  changeIndex,
  changeIndex,
  changeIndex,
  changeImage,
  changeImage,
  changeAttached,
  changeAttached,
  changeAttached,
  changeAnything,
  retag,
  reattach,
  reattach,
  relist,
  relist,
  splice,
  splice,
  retype,
  lie,
  lie,
];

/** What an attacker makes of an image of the cast. */
export function randomAttack(random: Random, cast: Cast): Attack {
  const role = random.pick(cast.roles);
  const other = random.pick(cast.roles);
  const stock = new Stock();
  for (const actor of [other.evil, other.good, role.evil, role.good]) stock.add(actor.stock);
  stock.tags.set('1', role.good.root);
  const draft: Draft = { random, role, other, stock, lies: [] };
  const done = Array.from({ length: 1 + random.number(4) }, () => random.pick(steps)(draft));
  return { role, stock, lies: draft.lies, steps: done };
}
