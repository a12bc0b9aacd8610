import type { LineageLink, Status } from '../../model/index.ts';

/** What helped to build an image of a chain. */
export interface LineageInput {
  readonly depth: number;
  readonly platform: string;
  readonly role: string;
  readonly name: string | null;
  readonly digest: string | null;
}

/** An image with its chains of bases, as every drawing of it needs them. */
export interface LineageTree {
  readonly name: string;
  readonly digest: string | null;
  readonly status: Status;
  readonly platforms: readonly string[];
  readonly lineage: readonly LineageLink[];
  /** What helped to build it without being below. */
  readonly inputs: readonly LineageInput[];
}

/** What became of an image or a base, in a word. */
export const chainWords: Readonly<Record<Status, string>> = {
  allow: 'allowed',
  warn: 'warned',
  block: 'refused',
  error: 'not verified',
};

/** The chain for one platform, the nearest base first. */
export function chainFor(tree: LineageTree, platform: string): readonly LineageLink[] {
  return tree.lineage.filter((link) => link.platform === platform).toSorted((left, right) => left.depth - right.depth);
}

/** What a link is, in words that need no colour. */
export function linkTitle({ kind, name, digest }: LineageLink): string {
  switch (kind) {
    case 'root-declared':
    case 'root-assumed':
      return 'scratch';
    case 'unknown':
      return name === null && digest === null ? 'unknown' : `unknown (said to be ${name ?? digest})`;
    case 'base':
      return name ?? digest ?? 'unnamed';
  }
}

/** Both labels of a link: who claims it, and what the layers say. */
export function linkLabels({ kind, claim, content }: LineageLink): string {
  switch (kind) {
    case 'root-declared':
      return `declared by ${claim}, layers ${content}`;
    case 'root-assumed':
      return `assumed from ${claim}, layers ${content}`;
    default:
      return `${claim === 'none' ? 'not claimed' : `claimed by ${claim}`}, layers ${content}`;
  }
}
