import * as z from 'zod';
import { type Descriptor, VerifyError } from '../../model/index.ts';
import { bounds } from '../transport/bounds.ts';
import { annotationsOf, assertDescriptorSpelling, descriptorSchema, toDescriptor } from './descriptor.ts';
import { assertSpelling, brokenDocument, type JsonObject, parseDocument } from './document.ts';
import { manifestKind, mediaTypes } from './media-types.ts';

/** An index or a manifest, read and checked for shape (OCI image-spec, image-index.md and manifest.md). */
export type Manifest = IndexManifest | ImageManifest;

interface ManifestHead {
  /** The document's own, else the one that it was served with, else OCI's. */
  readonly mediaType: string;
  readonly artifactType: string | null;
  readonly annotations: Readonly<Record<string, string>>;
  readonly subject: Descriptor | null;
}

export interface IndexManifest extends ManifestHead {
  readonly kind: 'index';
  readonly manifests: readonly Descriptor[];
}

export interface ImageManifest extends ManifestHead {
  readonly kind: 'manifest';
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

const headSchema = {
  schemaVersion: z.literal(2),
  mediaType: z.string().max(255).nullish(),
  artifactType: z.string().max(255).nullish(),
  annotations: descriptorSchema.shape.annotations,
  subject: descriptorSchema.nullish(),
};

// "null" and nothing are an empty list to Go, which is how Docker writes an image without layers
const indexSchema = z.object({
  ...headSchema,
  manifests: z.array(descriptorSchema).max(bounds.indexEntries).nullish(),
});
const manifestSchema = z.object({
  ...headSchema,
  config: descriptorSchema,
  layers: z.array(descriptorSchema).max(bounds.layers).nullish(),
});

/** The first complaint of a schema, on one line. */
function complaint(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? 'wrong shape' : `${issue.path.join('.') || 'document'}: ${issue.message}`;
}

const fields = [
  'schemaVersion',
  'mediaType',
  'artifactType',
  'config',
  'layers',
  'manifests',
  'subject',
  'annotations',
];

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function assertAllSpelling(document: JsonObject, what: string): void {
  assertSpelling(document, fields, what);
  const descriptors = [...listOf(document['manifests']), ...listOf(document['layers'])];
  for (const each of [...descriptors, document['config'], document['subject']]) assertDescriptorSpelling(each, what);
}

/** An index or a manifest, by what the document says of itself, which must not contradict how it was served. */
function kindOf(document: JsonObject, served: string | null, what: string): 'index' | 'manifest' {
  const own = typeof document['mediaType'] === 'string' ? manifestKind(document['mediaType']) : null;
  const outer = served === null ? 'other' : manifestKind(served);
  if (document['schemaVersion'] === 1 || own === 'schema1' || outer === 'schema1') {
    throw new VerifyError(
      'registry.failed',
      `the ${what} is in Docker's schema 1, which BuildKit no longer builds on`,
      {
        hint: 'push the image again with a current Docker',
      },
    );
  }
  const isIndex = document['manifests'] !== undefined;
  const isManifest = document['layers'] !== undefined || document['config'] !== undefined;
  if (isIndex && isManifest) throw brokenDocument(what, 'it could be read as an index and as a manifest');
  const shape = isIndex || (!isManifest && (own ?? outer) === 'index') ? 'index' : 'manifest';
  for (const said of [own, outer]) {
    if (said !== null && said !== 'other' && said !== shape)
      throw brokenDocument(what, `its media type says ${said}, but it is not`);
  }
  if (own === 'other') throw brokenDocument(what, `its media type is ${String(document['mediaType']).slice(0, 100)}`);
  return shape;
}

/**
 * Reads a manifest's bytes, whose digest the caller has checked.
 * @param served the media type that it was served or listed with, null where unknown
 * @param what names it for people
 * @throws VerifyError `registry.untrustworthy`, or `registry.failed` for Docker's schema 1
 */
export function parseManifest(bytes: Uint8Array, served: string | null, what: string): Manifest {
  const document = parseDocument(bytes, what);
  assertAllSpelling(document, what);
  const kind = kindOf(document, served, what);
  const parsed = kind === 'index' ? indexSchema.safeParse(document) : manifestSchema.safeParse(document);
  if (!parsed.success) throw brokenDocument(what, complaint(parsed.error));
  const raw = parsed.data;
  const outer = served !== null && manifestKind(served) === kind ? served : null;
  const fallback = kind === 'index' ? mediaTypes.ociIndex : mediaTypes.ociManifest;
  const head: ManifestHead = {
    mediaType: raw.mediaType ?? outer ?? fallback,
    artifactType: raw.artifactType || null,
    annotations: annotationsOf(raw.annotations),
    subject: raw.subject ? toDescriptor(raw.subject) : null,
  };
  if (!('config' in raw)) return { ...head, kind: 'index', manifests: (raw.manifests ?? []).map(toDescriptor) };
  return { ...head, kind: 'manifest', config: toDescriptor(raw.config), layers: (raw.layers ?? []).map(toDescriptor) };
}

/**
 * Reads a page of referrers, which names manifests to be fetched and checked one by one: entries that make no sense are counted, not refused.
 * @throws VerifyError `registry.untrustworthy` where it is no index at all
 */
export function parseReferrersPage(
  bytes: Uint8Array,
  what: string,
): { readonly manifests: readonly Descriptor[]; readonly malformed: number } {
  const document = parseDocument(bytes, what);
  assertAllSpelling(document, what);
  const listed = document['manifests'];
  if (listed === null || listed === undefined) return { manifests: [], malformed: 0 };
  if (!Array.isArray(listed)) throw brokenDocument(what, 'manifests: not a list');
  const manifests = listed.flatMap((entry) => {
    const parsed = descriptorSchema.safeParse(entry);
    return parsed.success ? [toDescriptor(parsed.data)] : [];
  });
  return { manifests, malformed: listed.length - manifests.length };
}
