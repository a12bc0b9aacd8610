import * as z from 'zod';
import {
  type Descriptor,
  type Digest,
  formatPlatform,
  isDigest,
  parseBoundedJson,
  platformOf,
  VerifyError,
} from '../model/index.ts';
import { bounds } from './bounds.ts';
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

const textMap = z.record(z.string(), z.string()).nullish();

const descriptorSchema = z.object({
  mediaType: z.string().max(255),
  digest: z.custom<Digest>(isDigest, 'not a digest'),
  size: z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER),
  artifactType: z.string().max(255).nullish(),
  annotations: textMap,
  platform: z
    .object({ os: z.string().nullish(), architecture: z.string().nullish(), variant: z.string().nullish() })
    .nullish(),
});

const headSchema = {
  schemaVersion: z.literal(2),
  mediaType: z.string().max(255).nullish(),
  artifactType: z.string().max(255).nullish(),
  annotations: textMap,
  subject: descriptorSchema.nullish(),
};

const indexSchema = z.object({ ...headSchema, manifests: z.array(descriptorSchema).max(bounds.indexEntries) });
const manifestSchema = z.object({
  ...headSchema,
  config: descriptorSchema,
  layers: z.array(descriptorSchema).max(bounds.layers),
});

type RawDescriptor = z.infer<typeof descriptorSchema>;

/** A platform that says `unknown`, as attestation manifests do, is none that an image can be chosen for. */
function platformText(raw: RawDescriptor['platform']): string | null | undefined {
  if (raw === null || raw === undefined) return undefined;
  const platform = platformOf(raw.os ?? undefined, raw.architecture ?? undefined, raw.variant ?? undefined);
  if (platform === null || platform.os === 'unknown' || platform.architecture === 'unknown') return null;
  return formatPlatform(platform);
}

function toDescriptor(raw: RawDescriptor): Descriptor {
  const platform = platformText(raw.platform);
  return {
    mediaType: raw.mediaType,
    digest: raw.digest,
    size: raw.size,
    ...(raw.artifactType ? { artifactType: raw.artifactType } : {}),
    ...(raw.annotations ? { annotations: raw.annotations } : {}),
    ...(platform === undefined ? {} : { platform }),
  };
}

function broken(what: string, reason: string, cause?: unknown): VerifyError {
  return new VerifyError('registry.untrustworthy', `the ${what} is not a valid image manifest: ${reason}`, {
    hint: 'the registry answered with something else than an image; check its address',
    cause,
  });
}

/** The first complaint of a schema, on one line. */
function complaint(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue === undefined ? 'wrong shape' : `${issue.path.join('.') || 'document'}: ${issue.message}`;
}

function parseJson(bytes: Uint8Array, what: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parseBoundedJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw broken(what, 'it is not JSON', error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw broken(what, 'it is not an object');
  // The cast is safe: it is an object and no array.
  return value as Record<string, unknown>;
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
const byLowerCase = new Map(fields.map((field) => [field.toLowerCase(), field]));

/** Go reads field names in any case and lets the last count: what we and BuildKit would read differently is refused. */
function assertUnambiguous(document: Record<string, unknown>, what: string): void {
  for (const key of Object.keys(document)) {
    const field = byLowerCase.get(key.toLowerCase());
    if (field !== undefined && field !== key)
      throw broken(what, `it has a field ${key} that could be read as ${field}`);
  }
}

/** An index or a manifest, by what the document says of itself, which must not contradict how it was served. */
function kindOf(document: Record<string, unknown>, served: string | null, what: string): 'index' | 'manifest' {
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
  if (isIndex && (document['layers'] !== undefined || document['config'] !== undefined)) {
    throw broken(what, 'it could be read as an index and as a manifest');
  }
  const shape = isIndex ? 'index' : 'manifest';
  for (const said of [own, outer]) {
    if (said !== null && said !== 'other' && said !== shape)
      throw broken(what, `its media type says ${said}, but it is not`);
  }
  if (own === 'other') throw broken(what, `its media type is ${String(document['mediaType']).slice(0, 100)}`);
  return shape;
}

/**
 * Reads a manifest's bytes, whose digest the caller has checked.
 * @param served the media type that it was served or listed with, null where unknown
 * @param what names it for people
 * @throws VerifyError `registry.untrustworthy`, or `registry.failed` for Docker's schema 1
 */
export function parseManifest(bytes: Uint8Array, served: string | null, what: string): Manifest {
  const document = parseJson(bytes, what);
  assertUnambiguous(document, what);
  const kind = kindOf(document, served, what);
  const parsed = kind === 'index' ? indexSchema.safeParse(document) : manifestSchema.safeParse(document);
  if (!parsed.success) throw broken(what, complaint(parsed.error));
  const raw = parsed.data;
  const outer = served !== null && manifestKind(served) === kind ? served : null;
  const fallback = kind === 'index' ? mediaTypes.ociIndex : mediaTypes.ociManifest;
  const head: ManifestHead = {
    mediaType: raw.mediaType ?? outer ?? fallback,
    artifactType: raw.artifactType || null,
    annotations: raw.annotations ?? {},
    subject: raw.subject ? toDescriptor(raw.subject) : null,
  };
  if ('manifests' in raw) return { ...head, kind: 'index', manifests: raw.manifests.map(toDescriptor) };
  return { ...head, kind: 'manifest', config: toDescriptor(raw.config), layers: raw.layers.map(toDescriptor) };
}

/**
 * Reads a page of referrers, which names manifests to be fetched and checked one by one: entries that make no sense are counted, not refused.
 * @throws VerifyError `registry.untrustworthy` where it is no index at all
 */
export function parseReferrersPage(
  bytes: Uint8Array,
  what: string,
): { readonly manifests: readonly Descriptor[]; readonly malformed: number } {
  const document = parseJson(bytes, what);
  const listed = document['manifests'];
  if (listed === null || listed === undefined) return { manifests: [], malformed: 0 };
  if (!Array.isArray(listed)) throw broken(what, 'manifests: not a list');
  const manifests = listed.flatMap((entry) => {
    const parsed = descriptorSchema.safeParse(entry);
    return parsed.success ? [toDescriptor(parsed.data)] : [];
  });
  return { manifests, malformed: listed.length - manifests.length };
}
