import { chainguardImages as chainguard, dockerHardenedImages as docker } from '#advice-data';
import type { AdviceSource } from '../model/index.ts';
import { cycleOf, productOf } from './products.ts';
import { compareVersions } from './tag.ts';

interface HardenedImage {
  readonly tags: string;
  readonly variant: string;
  readonly eol?: string;
}

const hardened: Readonly<Record<string, readonly HardenedImage[]>> = docker.images;
const mapped: Readonly<Record<string, string>> = chainguard.images;

/** Where the catalogue and the names come from. */
export const hardenedSources: readonly AdviceSource[] = [docker.source, chainguard.source];

/** An equivalent, before it is known who signs it. */
export interface Equivalent {
  readonly image: string;
  readonly reason: string;
  readonly until: string | null;
}

interface Candidate {
  readonly tag: string;
  readonly version: readonly number[];
  readonly system: string;
  readonly variant: string;
  readonly eol: string | null;
}

const form = /^(\d+(?:\.\d+)*)-(alpine|debian)(\d+(?:\.\d+)?)(?:-dev)?$/;

function candidatesOf(image: string): readonly Candidate[] {
  return (hardened[image] ?? []).flatMap(({ tags, variant, eol = null }) =>
    tags.split(' ').flatMap((tag) => {
      const [, version = '', system = ''] = form.exec(tag) ?? [];
      return version === '' ? [] : [{ tag, version: version.split('.').map(Number), system, variant, eol }];
    }),
  );
}

function newest(candidates: readonly Candidate[]): Candidate | undefined {
  const number = ({ tag }: Candidate): readonly number[] => (form.exec(tag)?.[3] ?? '0').split('.').map(Number);
  return candidates.toSorted(
    (left, right) => compareVersions(right.version, left.version) || compareVersions(number(right), number(left)),
  )[0];
}

/** The number of numbers that name a release of the image: as many as the version written, but no more than its release has. */
function lengthOf(image: string, version: readonly number[]): number {
  const product = productOf(image);
  const cycle = product === null ? null : cycleOf(product, version);
  return cycle === null ? Math.max(1, Math.min(version.length, 2)) : cycle.cycle.split('.').length;
}

/** Docker's hardened images for the same release on the same kind of system, to run on and to build with. */
function dockerEquivalents(image: string, version: readonly number[], system: string | null): readonly Equivalent[] {
  const length = lengthOf(image, version);
  const wanted = version.slice(0, length);
  const wantedSystem = system === 'alpine' ? 'alpine' : 'debian';
  const fitting = candidatesOf(image).filter(
    (each) => each.version.length === length && (wanted.length === 0 || compareVersions(each.version, wanted) === 0),
  );
  const onSystem = fitting.filter((each) => each.system === wantedSystem);
  return ['runtime', 'dev'].flatMap((variant) => {
    const found = newest((onSystem.length > 0 ? onSystem : fitting).filter((each) => each.variant === variant));
    if (found === undefined) return [];
    const use = variant === 'dev' ? 'to build with: it has a shell and a package manager' : 'to run on';
    return [{ image: `dhi.io/${image}:${found.tag}`, reason: `Docker Hardened Images, ${use}`, until: found.eol }];
  });
}

/** Equivalents that their makers name; nothing where only the names are alike. */
export function hardenedEquivalents(
  image: string,
  version: readonly number[],
  system: string | null,
  today: string,
): readonly Equivalent[] {
  const named = Object.hasOwn(mapped, image) ? mapped[image] : undefined;
  const other = named === undefined ? [] : [`cgr.dev/chainguard/${named.includes(':') ? named : `${named}:latest`}`];
  return [
    ...dockerEquivalents(image, version, system).filter(({ until }) => until === null || today < until),
    ...other.map((found) => ({
      image: found,
      reason: 'Chainguard, by its own table of names; it names no versions',
      until: null,
    })),
  ];
}
