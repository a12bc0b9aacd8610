import * as z from 'zod';
import {
  type Attachment,
  type Descriptor,
  isDigest,
  parseBoundedJson,
  parseReference,
  type Reference,
  type ResolvedImage,
} from '../../model/index.ts';
import { collectAttachments, digestOf, type RegistryClient, type StoredManifest } from '../../oci/index.ts';
import { decide, type PolicyExtension, readSerial, unavailable, wantedSigners } from '../../policy/index.ts';
import { verifyAttachments } from '../../signature/index.ts';
import { fetchPolicyKeys } from './fetch-policy-keys.ts';
import { gatherMaterial } from './gather-material.ts';
import { revocationSource } from './revocation-source.ts';
import type { Session } from './session.ts';

/** The type of a bundle: an artifact with one layer, the policy. */
const bundleType = 'application/vnd.docker-verify.policy.v1+yaml';
/** Bytes of a policy that is fetched: as many as of a file. */
export const largestPolicy = 8 * 1024 * 1024;

export type BundleExtension = Extract<PolicyExtension, { kind: 'bundle' }>;

/** A bundle as it was fetched and is kept: everything that proves who signed it, so that each run proves it again. */
export interface FetchedBundle {
  readonly root: Descriptor;
  /** Base64, as the rest that is bytes. */
  readonly manifest: string;
  readonly policy: string;
  readonly attachments: readonly Attachment[];
}

/** A bundle that is signed as it must be. */
export interface ProvenBundle extends FetchedBundle {
  readonly bytes: Uint8Array;
  readonly serial: number;
}

const manifestSchema = z.object({
  artifactType: z.string().nullish(),
  config: z.object({ mediaType: z.string() }),
  layers: z.tuple([z.object({ digest: z.string(), size: z.number() })]),
});

/** The policy's digest, as a manifest whose bytes were checked names it. */
function layerOf(from: string, manifest: Uint8Array): string {
  const parsed = manifestSchema.safeParse(parseBoundedJson(new TextDecoder().decode(manifest)));
  if (!parsed.success) throw unavailable(from, 'it is no artifact with one layer');
  const { artifactType, config, layers } = parsed.data;
  if ((artifactType || config.mediaType) !== bundleType)
    throw unavailable(from, `it is no artifact of the type ${bundleType}`);
  return layers[0].digest;
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
 * Fetches a bundle with what is attached to it. Nothing of it is believed yet.
 * @throws VerifyError `registry.*`, `policy.unavailable`
 */
export async function fetchBundle(client: RegistryClient, extension: BundleExtension): Promise<FetchedBundle> {
  const reference = parseReference(extension.name);
  const { descriptor, manifest, bytes } = await manifestOf(client, reference);
  const wanted = layerOf(extension.from, bytes);
  const layer = manifest.kind === 'manifest' ? manifest.layers.find(({ digest }) => digest === wanted) : undefined;
  if (layer === undefined) throw unavailable(extension.from, 'it is no artifact with one layer');
  const [policy, collected] = await Promise.all([
    client.blob(reference, layer, largestPolicy),
    collectAttachments(client, imageOf(extension, descriptor), { attestations: 'none' }),
  ]);
  return {
    root: descriptor,
    manifest: bytes.toString('base64'),
    policy: policy.toString('base64'),
    attachments: collected.attachments,
  };
}

/** Whether whoever the extending policy names has signed it. */
async function isSigned(session: Session, extension: BundleExtension, bundle: FetchedBundle): Promise<boolean> {
  const policies = await fetchPolicyKeys(session, extension.policies);
  const { material, roots } = await gatherMaterial(
    { ...session, own: { ...session.own, trustedRoots: [] } },
    policies,
    false,
  );
  const revocation = revocationSource(session, policies);
  const evidence = await verifyAttachments(bundle.attachments, material, {
    now: session.now(),
    isWanted: wantedSigners(policies),
    ...(revocation === null ? {} : { revocation }),
  });
  const { name, root } = imageOf(extension, bundle.root);
  const image = {
    name,
    digest: root.digest,
    platforms: [],
    tagDigest: null,
    onlyLocal: false,
    localShadow: null,
    created: null,
  };
  const trustedRoots = roots.map(({ id, layer, source }) => ({ id, layer, source }));
  const now = session.now().toISOString();
  const input = { image, evidence, collectProblems: [], trustedRoots, lineage: null, packages: null, now };
  const { status, verified } = decide(input, policies);
  return status === 'allow' && verified;
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
  const isWhole = isDigest(bundle.root.digest) && digestOf(manifest) === bundle.root.digest;
  if (!isWhole || layerOf(from, manifest) !== digestOf(bytes))
    throw unavailable(from, 'its bytes are not those of its digest');
  if (!(await isSigned(session, extension, bundle)))
    throw unavailable(from, 'it is not signed by whom the policy that extends it names');
  return { ...bundle, bytes, serial: await readSerial(bytes, from) };
}
