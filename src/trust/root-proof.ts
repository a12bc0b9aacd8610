import { createHash } from 'node:crypto';
import { Metadata, MetadataKind, type Root } from '@tufjs/models';
import { parseBoundedJson } from '../model/index.ts';

/** What proves, long after and without the network, that a TUF repository handed out a trusted root. */
export interface RootProof {
  /** The TUF roots that follow the one that comes with the program, oldest first, JSON. */
  readonly roots: readonly string[];
  /** The metadata that names the trusted root by its digest, JSON. */
  readonly targets: string;
}

/** What is known of a TUF repository from the outset. */
export interface TufStart {
  /** A TUF root, JSON. */
  readonly root: string;
  /** The version of the metadata that named the trusted root then: whatever is older was replaced, maybe since it is no longer to be trusted. */
  readonly targets: number;
}

/** What a TUF repository calls its trusted root. */
export const trustedRootTarget = 'trusted_root.json';

/** Roots of one repository: some appear in a year. */
const mostRoots = 256;

type JsonData = Parameters<typeof Metadata.fromJSON>[1];

function metadataOf(text: string): JsonData {
  return parseBoundedJson(text) as JsonData;
}

/** Each root is signed by the one before it and by itself, and follows it (TUF specification, section 5.3). */
function follow(trusted: Metadata<Root>, next: Metadata<Root>): Metadata<Root> {
  trusted.verifyDelegate(MetadataKind.Root, next);
  next.verifyDelegate(MetadataKind.Root, next);
  if (next.signed.version !== trusted.signed.version + 1) throw new Error('a TUF root is missing in between');
  return next;
}

/**
 * The TUF root that a proof ends with, JSON, once every signature from the start down to the digest of `json` was verified. When it
 * was handed out does not count: a root in use stays in use without the network. That it is no older than what was known does: such
 * metadata is genuine too, and lasts for years.
 * @param start its root may be newer than some of the proof
 * Throws where the proof does not hold.
 */
export function provenTufRoot({ roots, targets }: RootProof, json: string, start: TufStart): string {
  if (roots.length > mostRoots) throw new Error(`it names more than ${mostRoots} TUF roots`);
  let newest = start.root;
  let trusted = Metadata.fromJSON(MetadataKind.Root, metadataOf(start.root));
  for (const text of roots) {
    const next = Metadata.fromJSON(MetadataKind.Root, metadataOf(text));
    if (next.signed.version <= trusted.signed.version) continue;
    trusted = follow(trusted, next);
    newest = text;
  }
  const signed = Metadata.fromJSON(MetadataKind.Targets, metadataOf(targets));
  trusted.verifyDelegate(MetadataKind.Targets, signed);
  const { version } = signed.signed;
  if (version < start.targets) {
    throw new Error(`version ${version} of its targets is older than version ${start.targets}, which is known already`);
  }
  const named = signed.signed.targets[trustedRootTarget]?.hashes['sha256'];
  if (named !== createHash('sha256').update(json, 'utf8').digest('hex')) {
    throw new Error(`the TUF repository names another ${trustedRootTarget}`);
  }
  return newest;
}
