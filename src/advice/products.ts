import { endOfLife as data } from '#advice-data';
import type { AdviceSource, Support } from '../model/index.ts';
import { type Codenames, parseTag, type Tag } from './tag.ts';

/** A release of a product with its dates, as endoflife.date names them: `eol` ends support, `eoes` what can be had longer. */
interface Cycle {
  readonly cycle: string;
  readonly codename?: string;
  readonly eol?: string | boolean;
  readonly eoes?: string | boolean;
  readonly lts?: string | boolean;
}

export interface Product {
  readonly title: string;
  readonly images: readonly string[];
  readonly cycles: readonly Cycle[];
}

const products: Readonly<Record<string, Product>> = data.products;

/** Where the dates come from. */
export const endOfLifeSource: AdviceSource = data.source;

function readCodenames(): Codenames {
  const found = ['debian', 'ubuntu'].flatMap((product) =>
    (products[product]?.cycles ?? []).flatMap(({ codename, cycle }) => {
      const [word = ''] = codename?.toLowerCase().split(' ') ?? [];
      return word === '' ? [] : [[word, { product, cycle }] as const];
    }),
  );
  return new Map(found);
}

/** Names of the releases of Debian and Ubuntu. */
export const codenames: Codenames = readCodenames();

/** The product that an official image holds; null where none is known. */
export function productOf(image: string): Product | null {
  return Object.values(products).find(({ images }) => images.includes(image)) ?? null;
}

/** The release that a version belongs to: the one that most of its numbers name. */
export function cycleOf(product: Product, version: readonly number[]): Cycle | null {
  const numbered = product.cycles.map((cycle) => ({ cycle, numbers: parseTag(cycle.cycle, codenames) }));
  for (let length = version.length; length > 0; length -= 1) {
    const wanted = version.slice(0, length).join('.');
    // by number: a tag says 20.04, and no version 20.4 is another
    const found = numbered.find(({ numbers }) => numbers.words.length === 0 && numbers.version.join('.') === wanted);
    if (found !== undefined) return found.cycle;
  }
  return null;
}

/** Whether a release is one that is looked after for long, by a day. */
export function isLongTerm({ lts }: Cycle, today: string): boolean {
  return typeof lts === 'string' ? lts <= today : lts === true;
}

/** How long a release is looked after; null where no date is known. */
export function supportOf(product: Product, cycle: Cycle, today: string): Support | null {
  const what = `${product.title} ${cycle.cycle}`;
  const { eol, eoes } = cycle;
  if (eol === undefined) return null;
  if (eol === false) return { what, state: 'supported', date: null };
  if (typeof eol === 'string' && today < eol) return { what, state: 'supported', date: eol };
  if (typeof eoes === 'string' && today < eoes) return { what, state: 'extended', date: eoes };
  if (typeof eoes === 'string') return { what, state: 'ended', date: eoes };
  return { what, state: 'ended', date: typeof eol === 'string' ? eol : null };
}

/** How long the system that a tag names is looked after; null where it names none, or none whose dates are known. */
export function systemSupport({ system }: Tag, today: string): Support | null {
  if (system === null) return null;
  const named = codenames.get(system);
  const product = products[named?.product ?? 'alpine-linux'];
  const wanted = named?.cycle ?? system.slice('alpine'.length);
  const cycle = product?.cycles.find((each) => each.cycle === wanted);
  return product === undefined || cycle === undefined ? null : supportOf(product, cycle, today);
}

/** A tag of a system's own image by its number, whatever it calls the release. */
export function versionOf(image: string, tag: Tag): readonly number[] {
  const named = tag.system === null ? undefined : codenames.get(tag.system);
  const isOwn = named !== undefined && named.product === image && tag.version.length === 0;
  return isOwn ? parseTag(named.cycle, codenames).version : tag.version;
}

/** Products by the identifier that os-release, and with it the `distro` of a package URL, gives a system. */
const distributions: Readonly<Record<string, string>> = {
  almalinux: 'almalinux',
  alpine: 'alpine-linux',
  amzn: 'amazon-linux',
  debian: 'debian',
  fedora: 'fedora',
  ol: 'oracle-linux',
  rocky: 'rocky-linux',
  ubuntu: 'ubuntu',
};

/**
 * How long the system is looked after that package URLs name (`distro=debian-12`; purl-spec, known qualifiers); null where they name
 * none, or several: then it is not known which one the image is.
 */
export function distributionSupport(purls: readonly (string | null)[], today: string): Support | null {
  const named = purls.flatMap(
    (purl) =>
      /[?&]distro=([a-z]+)-v?(\d+(?:\.\d+)*)/
        .exec(purl ?? '')
        ?.slice(1, 3)
        .join(' ') ?? [],
  );
  const [only, ...others] = new Set(named);
  const [id = '', version = ''] = only?.split(' ') ?? [];
  const product = Object.hasOwn(distributions, id) ? products[distributions[id] ?? ''] : undefined;
  if (product === undefined || others.length > 0) return null;
  const cycle = cycleOf(product, version.split('.').map(Number));
  return cycle === null ? null : supportOf(product, cycle, today);
}

/** What is known by an image's name, and how long the system is looked after that the package URLs inside name. */
export function withDistribution(
  known: readonly Support[],
  purls: readonly (string | null)[],
  today: string,
): readonly Support[] {
  const system = distributionSupport(purls, today);
  return system === null || known.some(({ what }) => what === system.what) ? known : [...known, system];
}
