import { posix } from 'node:path';
import * as z from 'zod';
import {
  type Attachment,
  type Descriptor,
  type Digest,
  isDigest,
  parseBoundedJson,
  parseReference,
  type Reference,
  type ResolvedImage,
} from '../../model/index.ts';
import { collectAttachments, digestLike, digestOf, type RegistryClient, type StoredManifest } from '../../oci/index.ts';
import { decide, type PolicyExtension, readSerial, unavailable, wantedSigners } from '../../policy/index.ts';
import { verifyAttachments } from '../../signature/index.ts';
import { fetchPolicyKeys } from './fetch-policy-keys.ts';
import { gatherMaterial } from './gather-material.ts';
import { inputAbout } from './input-about.ts';
import { revocationSource } from './revocation-source.ts';
import type { Session } from './session.ts';

/** The type of a bundle: an artifact whose first layer is the policy; the others are the files that it names. */
export const bundleType = 'application/vnd.docker-verify.policy.v1+yaml';
/** A file that the policy in a bundle names; its annotation `title` is the path. */
export const bundledFileType = 'application/vnd.docker-verify.policy.file.v1';
/** The annotation for a file's name (OCI image-spec, annotations.md). */
export const titleAnnotation = 'org.opencontainers.image.title';
/** Files in a bundle. */
export const mostBundledFiles = 200;
/** Bytes of a policy that is fetched: as many as of a file. */
export const largestPolicy = 8 * 1024 * 1024;

export type BundleExtension = Extract<PolicyExtension, { kind: 'bundle' }>;

/** A bundle as it was fetched and is kept: everything that proves who signed it, so that each run proves it again. */
export interface FetchedBundle {
  readonly root: Descriptor;
  /** Base64, as the rest that is bytes. */
  readonly manifest: string;
  readonly policy: string;
  /** The files that it names, by path; left out by earlier versions, which knew none. */
  readonly carried?: Readonly<Record<string, string>>;
  readonly attachments: readonly Attachment[];
}

/** A bundle that is signed as it must be. */
export interface ProvenBundle extends FetchedBundle {
  readonly bytes: Uint8Array;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly serial: number;
}

const descriptorSchema = z.object({
  mediaType: z.string(),
  digest: z.custom<Digest>(isDigest),
  size: z.int().nonnegative(),
});

const fileSchema = descriptorSchema.extend({
  mediaType: z.literal(bundledFileType),
  // below the policy, by the only spelling of its path
  annotations: z.object({ [titleAnnotation]: z.string().max(500).refine(isInside) }),
});

const manifestSchema = z.object({
  artifactType: z.string().nullish(),
  config: z.object({ mediaType: z.string() }),
  layers: z.tuple([descriptorSchema], fileSchema).refine(({ length }) => length <= mostBundledFiles + 1),
});

function isInside(path: string): boolean {
  return !posix.isAbsolute(path) && posix.normalize(path) === path && path !== '..' && !path.startsWith('../');
}

/** What a bundle holds, as its manifest says, whose bytes were checked. */
interface BundleLayers {
  readonly policy: Descriptor;
  readonly files: ReadonlyMap<string, Descriptor>;
}

function layersOf(from: string, manifest: Uint8Array): BundleLayers {
  const parsed = manifestSchema.safeParse(parseBoundedJson(new TextDecoder().decode(manifest)));
  if (!parsed.success) throw unavailable(from, 'it is no artifact with a policy and the files that it names');
  const { artifactType, config, layers } = parsed.data;
  if ((artifactType || config.mediaType) !== bundleType)
    throw unavailable(from, `it is no artifact of the type ${bundleType}`);
  const [policy, ...rest] = layers;
  const files = new Map(rest.map(({ annotations, ...descriptor }) => [annotations[titleAnnotation], descriptor]));
  if (files.size < rest.length) throw unavailable(from, 'two of its files have one name');
  const whole = layers.reduce((sum, { size }) => sum + size, 0);
  if (whole > largestPolicy) throw unavailable(from, `it holds more than ${largestPolicy} bytes`);
  return { policy, files };
}

function imageOf({ name }: BundleExtension, root: Descriptor): ResolvedImage {
  return { name, root, children: [], platforms: [], source: 'registry', onbuild: {}, chainIds: {} };
}

async function manifestOf(client: RegistryClient, reference: Reference): Promise<StoredManifest> {
  const { tag, digest } = reference;
  return digest === null
    ? await client.tagged(reference, tag ?? 'latest', 'image')
    : await client.manifest(reference, digest);
}

/**
 * The policy itself, of a bundle whose manifest is at hand. Nothing of it is believed.
 * @throws VerifyError `registry.*`, `policy.unavailable`
 */
export async function fetchPolicyOf(
  client: RegistryClient,
  reference: Reference,
  from: string,
  manifest: Uint8Array,
): Promise<Buffer> {
  return await client.blob(reference, layersOf(from, manifest).policy, largestPolicy);
}

/**
 * Fetches a bundle with what is attached to it. Nothing of it is believed yet.
 * @throws VerifyError `registry.*`, `policy.unavailable`
 */
export async function fetchBundle(client: RegistryClient, extension: BundleExtension): Promise<FetchedBundle> {
  const reference = parseReference(extension.name);
  const { descriptor, bytes } = await manifestOf(client, reference);
  const layers = layersOf(extension.from, bytes);
  const fetched = async (layer: Descriptor): Promise<string> =>
    (await client.blob(reference, layer, largestPolicy)).toString('base64');
  const [policy, files, collected] = await Promise.all([
    fetched(layers.policy),
    Promise.all([...layers.files].map(async ([path, layer]) => [path, await fetched(layer)] as const)),
    collectAttachments(client, imageOf(extension, descriptor), { attestations: 'none' }),
  ]);
  return {
    root: descriptor,
    manifest: bytes.toString('base64'),
    policy,
    carried: Object.fromEntries(files),
    attachments: collected.attachments,
  };
}

/** Whether a signer that the extending policy names has signed it. */
async function isSigned(session: Session, extension: BundleExtension, bundle: FetchedBundle): Promise<boolean> {
  const policies = await fetchPolicyKeys(session, extension.policies);
  const { material, roots } = await gatherMaterial({ ...session, own: { ...session.own, trustedRoots: [] } }, policies);
  const revocation = revocationSource(session, policies);
  const evidence = await verifyAttachments(bundle.attachments, material, {
    now: session.now(),
    isWanted: wantedSigners(policies),
    ...(revocation === null ? {} : { revocation }),
  });
  const { name, root } = imageOf(extension, bundle.root);
  const input = inputAbout(session, { name, digest: root.digest }, evidence, roots);
  const { status, verified } = decide(input, policies);
  return status === 'allow' && verified;
}

function carriedIn({ carried = {} }: FetchedBundle): ReadonlyMap<string, Uint8Array> {
  return new Map(Object.entries(carried).map(([path, content]) => [path, Buffer.from(content, 'base64')]));
}

function isWhatIsNamed(layers: BundleLayers, policy: Uint8Array, files: ReadonlyMap<string, Uint8Array>): boolean {
  const isSame = ({ digest }: Descriptor, bytes: Uint8Array | undefined): boolean =>
    bytes !== undefined && digestLike(bytes, digest) === digest;
  return (
    isSame(layers.policy, policy) &&
    files.size === layers.files.size &&
    [...layers.files].every(([path, layer]) => isSame(layer, files.get(path)))
  );
}

/**
 * Proves anew that a bundle, fetched or kept, is what its digest names, is signed by whom the extending policy names, and holds a policy.
 * @throws VerifyError `policy.unavailable`, `policy.invalid`
 */
export async function proveBundle(
  session: Session,
  extension: BundleExtension,
  bundle: FetchedBundle,
): Promise<ProvenBundle> {
  const { from } = extension;
  const [manifest, bytes] = [Buffer.from(bundle.manifest, 'base64'), Buffer.from(bundle.policy, 'base64')];
  const files = carriedIn(bundle);
  const isWhole = isDigest(bundle.root.digest) && digestOf(manifest) === bundle.root.digest;
  if (!isWhole || !isWhatIsNamed(layersOf(from, manifest), bytes, files))
    throw unavailable(from, 'its bytes are not those of its digest');
  if (!(await isSigned(session, extension, bundle)))
    throw unavailable(from, 'it is not signed by whom the policy that extends it names');
  return { ...bundle, bytes, files, serial: await readSerial(bytes, from) };
}
