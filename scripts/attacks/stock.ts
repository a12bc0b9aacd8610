import { sha256Digest } from '../lab/registry-store.ts';

/** A manifest or a blob: what is served under its digest. */
export interface Document {
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** How far a change of one document goes. */
export interface Reach {
  /** Whether signatures, attestations and listings that name the old digest are written anew too. */
  readonly attached: boolean;
}

/** What is being written anew: what names itself in a circle keeps the old digest, since bytes cannot hold their own. */
type Chain = ReadonlySet<string>;

/** Digests old and new: an index in an index in an index, with what lies in it, and no more. */
const longestChain = 12;

/** What somebody who owns a repository can put into it: documents, tags, and for each subject the text of its referrers' listing. */
export class Stock {
  readonly documents = new Map<string, Document>();
  readonly tags = new Map<string, string>();
  readonly listings = new Map<string, Buffer>();
  /** Digests of what is attached to images: manifests of signatures and attestations, and what lies in them. */
  readonly attached = new Set<string>();

  /** Takes over all of another; its tags only where they are signatures', so that `1` stays what it is. */
  add(other: Stock): void {
    for (const [digest, document] of other.documents) this.documents.set(digest, document);
    for (const [tag, digest] of other.tags) if (tag.startsWith('sha256-')) this.tags.set(tag, digest);
    for (const [subject, listing] of other.listings) this.listings.set(subject, listing);
    for (const digest of other.attached) this.attached.add(digest);
  }

  put(bytes: Buffer, mediaType: string): string {
    const digest = sha256Digest(bytes);
    this.documents.set(digest, { bytes, mediaType });
    return digest;
  }

  /** Digests whose document has one of these media types. */
  ofTypes(matches: (mediaType: string) => boolean): readonly string[] {
    return [...this.documents].filter(([, { mediaType }]) => matches(mediaType)).map(([digest]) => digest);
  }

  /** All that a document leads to, itself first. */
  reachable(root: string): ReadonlySet<string> {
    const seen = new Set<string>();
    const visit = (digest: string): void => {
      const document = this.documents.get(digest);
      if (document === undefined || seen.has(digest)) return;
      seen.add(digest);
      if (!document.mediaType.includes('json')) return;
      for (const [named] of document.bytes.toString('latin1').matchAll(/sha256:[0-9a-f]{64}/g)) visit(named);
    };
    visit(root);
    return seen;
  }

  /** Puts other bytes in place of a document, and writes anew all that names it. Answers its new digest. */
  change(digest: string, bytes: Buffer, mediaType: string, reach: Reach, chain: Chain = new Set()): string {
    const before = this.documents.get(digest);
    const changed = this.put(bytes, mediaType);
    if (before === undefined || changed === digest || chain.size >= longestChain) return changed;
    if (this.attached.has(digest)) this.attached.add(changed);
    const within = new Set([...chain, digest, changed]);
    const rename = (text: string): string => renamed(text, digest, changed, before.bytes.length, bytes.length);
    for (const [tag, named] of this.tags) if (named === digest) this.tags.set(tag, changed);
    this.#moveAttachments(digest, changed);
    for (const [subject, listing] of this.listings) {
      if (reach.attached || this.attached.has(digest)) this.listings.set(subject, renameIn(listing, rename));
    }
    for (const [other, document] of this.documents) {
      const skipped = this.attached.has(other) && !reach.attached && !this.attached.has(digest);
      if (within.has(other) || skipped || !names(document, digest)) continue;
      this.change(other, renameIn(document.bytes, rename), document.mediaType, reach, within);
    }
    return changed;
  }

  /** What is attached to an image by its digest is attached to the new one too. */
  #moveAttachments(digest: string, changed: string): void {
    const listing = this.listings.get(digest);
    if (listing !== undefined) this.listings.set(changed, listing);
    for (const suffix of ['', '.sig', '.att', '.sbom']) {
      const named = this.tags.get(`${digest.replace(':', '-')}${suffix}`);
      if (named !== undefined) this.tags.set(`${changed.replace(':', '-')}${suffix}`, named);
    }
  }
}

function names({ bytes, mediaType }: Document, digest: string): boolean {
  return mediaType.includes('json') && bytes.includes(digest);
}

function renameIn(bytes: Buffer, rename: (text: string) => string): Buffer {
  // latin1 keeps bytes that are no text
  return Buffer.from(rename(bytes.toString('latin1')), 'latin1');
}

function renamed(text: string, from: string, to: string, oldSize: number, newSize: number): string {
  return text
    .replaceAll(from, to)
    .replaceAll(`"digest":"${to}","size":${oldSize}`, `"digest":"${to}","size":${newSize}`)
    .replaceAll(`"size":${oldSize},"digest":"${to}"`, `"size":${newSize},"digest":"${to}"`);
}
