import {
  atDigest,
  type CanonicalName,
  canonicalName,
  type Digest,
  isDigest,
  isVerifyError,
  type LineageClaim,
  parseReference,
} from '../model/index.ts';
import type { ImageFacts } from './image-facts.ts';
import { imageMaterials, isBuildKitProvenance } from './provenance-materials.ts';

/** An image that somebody says is, or may be, the base. */
export interface BaseCandidate {
  readonly claim: LineageClaim;
  readonly name: CanonicalName | null;
  readonly digest: Digest | null;
  /** True where the claim is of *the* base (annotation, label); provenance only lists inputs, of which one may be it. */
  readonly exclusive: boolean;
}

/** What an image says of its base. */
export interface BaseClaims {
  readonly candidates: readonly BaseCandidate[];
  /** Who declares that it was built from scratch, null for nobody. */
  readonly scratch: LineageClaim | null;
}

const baseName = 'org.opencontainers.image.base.name';
const baseDigest = 'org.opencontainers.image.base.digest';
const buildpacks = 'io.buildpacks.lifecycle.metadata';

function referenceOf(text: string | undefined): CanonicalName | null {
  try {
    return text === undefined || text === '' ? null : canonicalName(parseReference(text));
  } catch (error) {
    if (isVerifyError(error, 'reference.invalid')) return null;
    throw error;
  }
}

function fromPair(values: Readonly<Record<string, string>>, claim: LineageClaim): readonly BaseCandidate[] {
  const name = referenceOf(values[baseName]);
  const spelled = values[baseDigest];
  const digest = isDigest(spelled) ? spelled : null;
  return name === null && digest === null ? [] : [{ claim, name, digest, exclusive: true }];
}

function fromBuildpacks(labels: Readonly<Record<string, string>>): readonly BaseCandidate[] {
  try {
    const parsed: unknown = JSON.parse(labels[buildpacks] ?? 'null');
    const runImage = (parsed as { runImage?: { reference?: unknown } } | null)?.runImage?.reference;
    const reference = typeof runImage === 'string' ? parseReference(runImage) : null;
    if (reference === null) return [];
    return [{ claim: 'label', name: canonicalName(reference), digest: reference.digest, exclusive: true }];
  } catch {
    return []; // a label is anybody's text: one that makes no sense claims nothing
  }
}

function fromProvenance(facts: ImageFacts): readonly BaseCandidate[] {
  return facts.provenance.flatMap((provenance) =>
    imageMaterials(provenance)
      .filter((material) => material.role === 'input')
      .filter((material) => material.platform === null || material.platform === facts.platform)
      .map((material) => ({
        claim: provenance.signed ? ('signed-provenance' as const) : ('unsigned-provenance' as const),
        name: material.name,
        digest: material.digest,
        exclusive: false,
      })),
  );
}

function scratchClaim(facts: ImageFacts): LineageClaim | null {
  if (facts.annotations.some((annotations) => annotations[baseName] === 'scratch')) return 'annotation';
  // only BuildKit lists every image that it used: with another builder no image listed means nothing
  const complete = facts.provenance.filter(isBuildKitProvenance);
  const closed = complete.filter((provenance) => imageMaterials(provenance).every(({ role }) => role !== 'input'));
  if (closed.length === 0 || closed.length < complete.length) return null;
  return closed.some((provenance) => provenance.signed) ? 'signed-provenance' : 'unsigned-provenance';
}

/** Every base that the image, its annotations, labels and provenance name, strongest claim first. */
export function baseClaims(facts: ImageFacts): BaseClaims {
  const candidates = [
    ...fromProvenance(facts).filter((candidate) => candidate.claim === 'signed-provenance'),
    ...fromProvenance(facts).filter((candidate) => candidate.claim === 'unsigned-provenance'),
    ...facts.annotations.flatMap((annotations) => fromPair(annotations, 'annotation')),
    ...fromPair(facts.labels, 'label'),
    ...fromBuildpacks(facts.labels),
  ];
  const usable = candidates.filter(
    (candidate) => candidate.name !== null && !candidate.name.startsWith('docker.io/library/scratch:'),
  );
  return { candidates: usable, scratch: scratchClaim(facts) };
}

/** The reference under which to fetch a candidate: by digest wherever one is claimed. */
export function fetchName(candidate: BaseCandidate): CanonicalName | null {
  if (candidate.name === null) return null;
  return candidate.digest === null ? candidate.name : atDigest(parseReference(candidate.name), candidate.digest);
}
