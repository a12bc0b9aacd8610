import {
  type Attachment,
  type AttachmentForm,
  type Descriptor,
  type Digest,
  parseReference,
  type ResolvedImage,
  type UnsignedStatement,
  VerifyError,
} from '../model/index.ts';
import { type AttestationChoice, attachmentForm, isUnwanted, limitOf, rankOf } from './attachment-form.ts';
import { bounds } from './bounds.ts';
import { attestationEntries, readAttestationManifest, unsignedStatements } from './buildkit-attestation.ts';
import {
  type CollectProblem,
  type Findings,
  type Found,
  findAttached,
  problemOf,
  type SignaturePlace,
  type Subject,
} from './find-attached.ts';
import { readFindings, writeFindings } from './findings-cache.ts';
import { formatRepository, type ImageSource, type RepositoryName } from './image-source.ts';
import type { ImageManifest } from './manifest.ts';

/** A repository for signatures other than the image's own (cosign's COSIGN_REPOSITORY). */
export interface SignatureRepository {
  /** With its registry, for instance `ghcr.io/acme/signatures`. */
  readonly repository: string;
  readonly tagPrefix: string;
}

export interface CollectOptions {
  /** Further places to look in. */
  readonly repositories?: readonly SignatureRepository[];
  /** Whether to look beside the image; true unless said otherwise. */
  readonly besideImage?: boolean;
  /** `all` unless said otherwise. */
  readonly attestations?: AttestationChoice;
}

/** All that is attached to an image, unread, and what could not be looked at: neither is ever the other. */
export interface Collected {
  readonly attachments: readonly Attachment[];
  readonly unsigned: readonly UnsignedStatement[];
  readonly problems: readonly CollectProblem[];
}

function placesOf(image: RepositoryName, options: CollectOptions): readonly SignaturePlace[] {
  const own = options.besideImage === false ? [] : [{ ...image, tagPrefix: '' }];
  const others = (options.repositories ?? []).map(({ repository, tagPrefix }) => {
    const { registry, repository: path } = parseReference(repository);
    return { registry, repository: path, tagPrefix };
  });
  const places = [...own, ...others];
  const keyOf = (place: SignaturePlace): string => `${formatRepository(place)} ${place.tagPrefix}`;
  return places.filter((place, index) => places.findIndex((other) => keyOf(other) === keyOf(place)) === index);
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

function assertRefersTo(manifest: ImageManifest, found: Found): void {
  if (!found.referrer || manifest.subject?.digest === found.subject.digest) return;
  const said = manifest.subject === null ? 'names no subject' : `is about ${manifest.subject.digest}`;
  throw new VerifyError(
    'registry.untrustworthy',
    `${found.digest} is listed for ${found.subject.digest}, but ${said}`,
    {
      hint: 'whoever can write to this repository listed it wrongly; it does not count',
    },
  );
}

async function readManifest(source: ImageSource, found: Found, choice: AttestationChoice): Promise<ReadManifest> {
  try {
    const { manifest } = await source.manifest(found.place, found.digest, found.expected ?? undefined);
    if (manifest.kind === 'index') return nothingRead;
    const pending = manifest.layers.flatMap((layer): readonly Pending[] => {
      const form = attachmentForm(manifest, layer);
      return form === null || isUnwanted(choice, form, layer, manifest) ? [] : [{ found, manifest, layer, form }];
    });
    const { digest, vouchesFor } = found.subject;
    const unsigned = vouchesFor === null ? unsignedStatements(manifest, digest, found.digest) : [];
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

/** What of the layers is read at all: the likeliest signatures first, within the bounds of one image. */
function withinBounds(
  pending: readonly Pending[],
  subject: Digest,
): { chosen: readonly Pending[]; problems: readonly CollectProblem[] } {
  const ordered = [...pending].sort(
    (left, right) => rankOf(left.form) - rankOf(right.form) || left.layer.size - right.layer.size,
  );
  let bytes = 0;
  const fits = (each: Pending, index: number): boolean => {
    if (each.layer.size > limitOf(each.form)) return true; // Refused one by one, with its own problem.
    bytes += each.layer.size;
    return index < bounds.attachments && bytes <= bounds.attachmentBytes;
  };
  const chosen = ordered.filter(fits);
  if (chosen.length === ordered.length) return { chosen, problems: [] };
  const error = new VerifyError(
    'registry.untrustworthy',
    `${ordered.length} signatures and attestations are attached, more than are read of one image`,
    { hint: 'what was read still counts; remove what is not needed from the registry' },
  );
  return { chosen, problems: [{ error, subject, location: 'all attachments' }] };
}

async function readLayers(
  source: ImageSource,
  pending: readonly Pending[],
): Promise<Pick<Collected, 'attachments' | 'problems'>> {
  const attachments: Attachment[] = [];
  const problems: CollectProblem[] = [];
  const read = pending.map(async (each) => {
    try {
      return toAttachment(each, await source.blob(each.found.place, each.layer, limitOf(each.form)));
    } catch (error) {
      return problemOf(error, each.found.subject.digest, each.found.location);
    }
  });
  for (const result of await Promise.all(read)) {
    if ('error' in result) problems.push(result);
    else attachments.push(result);
  }
  return { attachments, problems };
}

/** The chain from attestation manifests to platform manifests: which of them vouch, and what they hold. */
async function readChain(source: ImageSource, image: ResolvedImage, repository: RepositoryName) {
  const platforms = new Set(image.platforms.map(({ digest }) => digest));
  const vouching = new Set<Digest>();
  const unsigned: UnsignedStatement[] = [];
  const problems: CollectProblem[] = [];
  const read = attestationEntries(image.children, platforms).map(async (link) => {
    try {
      const { statements, vouches } = await readAttestationManifest(source, repository, link);
      unsigned.push(...statements);
      if (vouches) vouching.add(link.entry.digest);
    } catch (error) {
      problems.push(problemOf(error, link.entry.digest, `attestation manifest ${link.entry.digest}`));
    }
  });
  await Promise.all(read);
  return { vouching, unsigned, problems };
}

function subjectsOf(image: ResolvedImage): readonly Subject[] {
  const platforms = new Set(image.platforms.map(({ digest }) => digest));
  const attestations = attestationEntries(image.children, platforms);
  const plain = new Set([image.root.digest, ...platforms]);
  return [
    ...[...plain].map((digest) => ({ digest, vouchesFor: null })),
    ...attestations.map(({ entry, platform }) => ({ digest: entry.digest, vouchesFor: platform.digest })),
  ];
}

/** The same failure of the same registry is said once. */
function distinct(problems: readonly CollectProblem[]): readonly CollectProblem[] {
  const seen = new Set<string>();
  return problems.filter(({ error }) => {
    const key = `${error.code} ${error.message}`;
    return !seen.has(key) && seen.add(key);
  });
}

async function collectFresh(
  source: ImageSource,
  image: ResolvedImage,
  options: CollectOptions,
  key: string,
): Promise<Collected> {
  const { registry, repository } = parseReference(image.name);
  const choice = options.attestations ?? 'all';
  const subjects = subjectsOf(image);
  const known = await readFindings(source, key, subjects);
  const chainRead = readChain(source, image, { registry, repository });
  const findings: Findings =
    known ?? (await findAttached(source, subjects, placesOf({ registry, repository }, options), choice !== 'none'));
  const manifests = await Promise.all(findings.found.map((found) => readManifest(source, found, choice)));
  const chain = await chainRead;
  const trusted = manifests
    .flatMap(({ pending }) => pending)
    .filter(({ found: { subject } }) => subject.vouchesFor === null || chain.vouching.has(subject.digest));
  const { chosen, problems } = withinBounds(trusted, image.root.digest);
  const layers = await readLayers(source, chosen);
  if (known === null && findings.problems.length === 0 && layers.attachments.length > 0) {
    await writeFindings(source, key, findings.found);
  }
  const all = [findings.problems, ...manifests.map((each) => each.problems), chain.problems, problems, layers.problems];
  return {
    attachments: layers.attachments,
    unsigned: [...chain.unsigned, ...manifests.flatMap((each) => each.unsigned)],
    problems: distinct(all.flat()),
  };
}

/**
 * Collects every signature and attestation on an image: under cosign's tags, by referrers or the fallback tag, on the root,
 * on the manifests of the platforms asked for, and on BuildKit's attestation manifests that vouch for these.
 * Never throws for what a registry does: that is a problem beside what was found. Done once in a run for the same image and options.
 */
export function collectAttachments(
  source: ImageSource,
  image: ResolvedImage,
  options: CollectOptions = {},
): Promise<Collected> {
  const { registry, repository } = parseReference(image.name);
  const places = placesOf({ registry, repository }, options).map(
    (place) => `${formatRepository(place)}:${place.tagPrefix}`,
  );
  const platforms = image.platforms.map(({ digest }) => digest);
  const key = `attached ${[image.root.digest, ...platforms, options.attestations ?? 'all', ...places].join(' ')}`;
  return source.once(key, () => collectFresh(source, image, options, key));
}
