import {
  type Attachment,
  type AttachmentForm,
  type Descriptor,
  type Digest,
  factsOfForm,
  isVerifyError,
  type UnsignedStatement,
} from '../../model/index.ts';
import { type CollectProblem, ignored, problemOf } from '../content/collect-problem.ts';
import type { ImageSource } from '../content/image-source.ts';
import type { ImageManifest, Manifest } from '../content/manifest.ts';
import { bareMediaType } from '../content/media-types.ts';
import type { AttachmentBudget } from './attachment-budget.ts';
import { type AttestationChoice, attachmentForm, isUnwanted } from './attachment-form.ts';
import { unsignedStatements } from './buildkit-attestation.ts';
import type { Found } from './find-attached.ts';
import { sbomDocuments } from './sbom-document.ts';

/**
 * All that is attached to an image, unread, and what could not be asked. Every command draws its own conclusion from the two: what is in hand
 * counts whatever became of another look-up, and what could not be asked is never taken for "not there".
 */
export interface Collected {
  readonly attachments: readonly Attachment[];
  readonly unsigned: readonly UnsignedStatement[];
  readonly problems: readonly CollectProblem[];
}

/** A layer that is to be read. */
interface Pending {
  readonly found: Found;
  readonly manifest: ImageManifest;
  readonly layer: Descriptor;
  readonly form: AttachmentForm;
}

interface ReadManifest {
  readonly pending: readonly Pending[];
  readonly unsigned: readonly UnsignedStatement[];
  readonly problems: readonly CollectProblem[];
}

const nothingRead: ReadManifest = { pending: [], unsigned: [], problems: [] };

const listedWrongly = 'it was listed wrongly by a writer of this repository; it does not count';

function assertRefersTo(manifest: ImageManifest, found: Found): void {
  if (!found.referrer || manifest.subject?.digest === found.subject.digest) return;
  const said = manifest.subject === null ? 'names no subject' : `is about ${manifest.subject.digest}`;
  throw ignored(`${found.digest} is listed for ${found.subject.digest}, but ${said}`, listedWrongly);
}

/** Manifests of forms that the specification has dropped: no tool that is read here writes signatures so any more. */
const dropped: ReadonlySet<string> = new Set([
  'application/vnd.oci.artifact.manifest.v1+json',
  'application/vnd.cncf.oras.artifact.manifest.v1+json',
]);

async function fetchManifest(source: ImageSource, found: Found): Promise<Manifest> {
  const { digest, expected } = found;
  if (expected !== null && dropped.has(bareMediaType(expected.mediaType))) {
    throw ignored(
      `${digest} is a manifest of an old form (${bareMediaType(expected.mediaType)}), which is not read`,
      'if it holds a signature, sign the image again with a current tool',
    );
  }
  try {
    return (await source.manifest(found.place, digest, expected ?? undefined)).manifest;
  } catch (error) {
    if (!found.referrer || !isVerifyError(error, 'registry.not-found')) throw error;
    throw ignored(
      `${digest} is listed for ${found.subject.digest}, but ${found.place.registry} does not have it`,
      listedWrongly,
    );
  }
}

/** A bare document says of itself about nothing: only the subject of the manifest that carries it does. */
function unsignedIn(manifest: ImageManifest, found: Found, subject: Digest): readonly UnsignedStatement[] {
  const statements = unsignedStatements(manifest, subject, found.digest);
  return found.referrer ? [...statements, ...sbomDocuments(manifest, subject, found.digest)] : statements;
}

async function readManifest(source: ImageSource, found: Found, choice: AttestationChoice): Promise<ReadManifest> {
  try {
    const manifest = await fetchManifest(source, found);
    if (manifest.kind === 'index') return nothingRead;
    const pending = manifest.layers.flatMap((layer): readonly Pending[] => {
      const form = attachmentForm(manifest, layer);
      return form === null || isUnwanted(choice, form, layer, manifest) ? [] : [{ found, manifest, layer, form }];
    });
    const { digest, vouchesFor } = found.subject;
    const unsigned = vouchesFor === null ? unsignedIn(manifest, found, digest) : [];
    if (pending.length + unsigned.length > 0) assertRefersTo(manifest, found);
    return { pending, unsigned, problems: [] };
  } catch (error) {
    return { ...nothingRead, problems: [problemOf(error, found.subject.digest, found.location)] };
  }
}

function toAttachment({ found, manifest, layer, form }: Pending, content: Buffer): Attachment {
  return {
    form,
    subject: found.subject.digest,
    vouchesFor: found.subject.vouchesFor,
    manifest: found.digest,
    layer,
    artifactType: manifest.artifactType,
    annotations: manifest.annotations,
    location: found.location,
    content: content.toString('base64'),
  };
}

async function readLayer(source: ImageSource, pending: Pending): Promise<Attachment | CollectProblem> {
  const { found, layer, form } = pending;
  try {
    return toAttachment(pending, await source.blob(found.place, layer, factsOfForm(form).largest));
  } catch (error) {
    return problemOf(error, found.subject.digest, found.location);
  }
}

/** Which attestation manifests vouch for their platform. */
export interface Vouching {
  /** Never rejects: what could not be found out vouches for nothing, and is a problem. */
  vouches(attestationManifest: Digest): Promise<boolean>;
  readonly problems: readonly CollectProblem[];
}

/** What one run of collecting shares. */
export interface Collecting {
  readonly source: ImageSource;
  readonly choice: AttestationChoice;
  readonly budget: AttachmentBudget;
  readonly vouching: Vouching;
  /** Subject, manifest and layer of all that was read: what is found in two ways is one attachment. */
  readonly seen: Set<string>;
}

/** Reads one manifest that was found and its layers; of an attestation manifest's only where it vouches. */
export async function readFound(run: Collecting, found: Found): Promise<Collected> {
  const { pending, unsigned, problems } = await readManifest(run.source, found, run.choice);
  const { digest, vouchesFor } = found.subject;
  const counts = pending.length > 0 && (vouchesFor === null || (await run.vouching.vouches(digest)));
  const chosen = (counts ? pending : []).filter((each) => {
    const key = `${digest} ${found.digest} ${each.manifest.layers.indexOf(each.layer)}`;
    return !run.seen.has(key) && run.seen.add(key) && run.budget.admits(each.form, each.layer);
  });
  const read = await Promise.all(chosen.map((each) => readLayer(run.source, each)));
  const attachments = read.filter((each): each is Attachment => 'form' in each);
  const failed = read.filter((each): each is CollectProblem => 'error' in each);
  return { attachments, unsigned, problems: [...problems, ...failed] };
}
