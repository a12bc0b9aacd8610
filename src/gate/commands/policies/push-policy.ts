import { resolve } from 'node:path';
import {
  cosignSignaturePredicate,
  type Digest,
  isVerifyError,
  parseCanonicalName,
  parseReference,
  type Reference,
  type Signer,
  VerifyError,
} from '../../../model/index.ts';
import { type Artifact, pushArtifact, type RegistryClient } from '../../../oci/index.ts';
import { type BundledPolicy, readBundledPolicy, readSerial } from '../../../policy/index.ts';
import { attachStatement } from '../../session/attach-statement.ts';
import { chosenSigner, type SigningOptions } from '../../session/chosen-signer.ts';
import { localEngine } from '../../session/local-engine.ts';
import {
  bundledFileType,
  bundleType,
  fetchPolicyOf,
  largestPolicy,
  mostBundledFiles,
  titleAnnotation,
} from '../../session/policy-bundle.ts';
import { openRegistries } from '../../session/registries.ts';
import type { Session } from '../../session/session.ts';
import { checkPolicies } from './policy-commands.ts';

/** A policy that was published. */
export interface PushedPolicy {
  /** `oci://…`, as a policy extends it. */
  readonly reference: string;
  readonly digest: Digest;
  readonly serial: number;
  /** That of the policy which the tag held before; null for none. */
  readonly previousSerial: number | null;
  /** The files that came with it, by their paths. */
  readonly files: readonly string[];
  /** Null where it is unsigned, so that no policy can extend it. */
  readonly signer: Signer | null;
}

/** Where a bundle is to go. */
function targetOf(text: string): Reference & { readonly tag: string } {
  const hint = 'write oci://REGISTRY/REPOSITORY:TAG';
  if (!text.startsWith('oci://'))
    throw new VerifyError('usage.invalid', `${text.slice(0, 200)} is no place for a bundle`, { hint });
  const reference = parseReference(parseCanonicalName(text.slice('oci://'.length)));
  const { tag, digest } = reference;
  if (tag === null || digest !== null)
    throw new VerifyError('usage.invalid', `${text.slice(0, 200)} names a digest, and not a tag`, { hint });
  return { ...reference, tag };
}

function artifactOf({ bytes, files }: BundledPolicy, file: string): Artifact {
  const size = [bytes, ...files.values()].reduce((sum, each) => sum + each.length, 0);
  if (size > largestPolicy || files.size > mostBundledFiles) {
    throw new VerifyError(
      'policy.invalid',
      `${file} and the ${files.size} files that it names have ${size} bytes: a bundle holds ${mostBundledFiles} files and ${largestPolicy} bytes`,
      { place: { file } },
    );
  }
  const carried = [...files].map(([path, content]) => ({
    mediaType: bundledFileType,
    bytes: content,
    annotations: { [titleAnnotation]: path },
  }));
  return { artifactType: bundleType, layers: [{ mediaType: bundleType, bytes }, ...carried], subject: null };
}

/** What the tag holds now; null for nothing. */
async function heldBundle(
  client: RegistryClient,
  reference: Reference & { readonly tag: string },
  from: string,
): Promise<{ readonly digest: Digest; readonly serial: number } | null> {
  try {
    const { descriptor, bytes } = await client.tagged(reference, reference.tag, 'image');
    const policy = await fetchPolicyOf(client, reference, from, bytes);
    return { digest: descriptor.digest, serial: await readSerial(policy, from) };
  } catch (error) {
    if (isVerifyError(error, 'registry.not-found')) return null;
    if (!isVerifyError(error, 'policy.unavailable', 'policy.invalid')) throw error;
    throw new VerifyError('usage.invalid', `${from} holds something else already: ${error.message}`, {
      hint: 'push under another tag',
      cause: error,
    });
  }
}

function refuseSmaller(from: string, serial: number, held: { readonly serial: number } | null): void {
  if (held === null || serial > held.serial) return;
  throw new VerifyError('usage.invalid', `serial ${serial} does not grow: ${from} holds ${held.serial}`, {
    hint: `write serial: ${held.serial + 1} into the policy; policies that extend it take no older one in place of a newer one`,
  });
}

/**
 * Publishes a policy with the files that it names as a bundle that others extend. It is signed before the tag stands for it, so that
 * it is never seen unsigned.
 * @throws VerifyError `policy.*`, `usage.invalid`, `registry.*`, `signing.failed`
 */
export async function pushPolicy(
  session: Session,
  file: string,
  target: string,
  signing: SigningOptions,
): Promise<PushedPolicy> {
  const reference = targetOf(target);
  const signer = await chosenSigner(session, signing);
  await checkPolicies(session, [file]);
  const policy = await readBundledPolicy(resolve(session.environment.workingDirectory, file), file);
  const artifact = artifactOf(policy, file);
  const registries = openRegistries(session, localEngine(session));
  try {
    return await registries.fresh().attempt(reference, async (client) => {
      const held = await heldBundle(client, reference, target);
      const written = await pushArtifact(client, reference, artifact, null);
      // the same once more: an earlier push may have ended before it was signed
      if (held?.digest !== written.digest) refuseSmaller(target, policy.serial, held);
      const name = `${reference.registry}/${reference.repository}`;
      const signature = { name, predicateType: cosignSignaturePredicate, predicate: {} };
      const { signer: by } = signing.unsigned
        ? { signer: null }
        : await attachStatement(client, reference, written, signer, signature);
      await pushArtifact(client, reference, artifact, reference.tag);
      return {
        reference: target,
        digest: written.digest,
        serial: policy.serial,
        previousSerial: held?.serial ?? null,
        files: [...policy.files.keys()],
        signer: by,
      };
    });
  } finally {
    await registries.close();
  }
}
