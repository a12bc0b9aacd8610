import {
  type Attachment,
  type BuildRecord,
  type Digest,
  type Evidence,
  failure,
  isVerifyError,
  parseCanonicalName,
  parseReference,
  type Reference,
  type ResolvedImage,
  type Result,
  type Signer,
  success,
  VerifyError,
} from '../../../model/index.ts';
import {
  collectAttachments,
  isUnseen,
  listTags,
  type RegistryClient,
  type StoredManifest,
} from '../../../oci/index.ts';
import { type PolicySet, signersPolicy, trustedEvidence, wantedSigners } from '../../../policy/index.ts';
import { addPulledRecords, readSharedRecord, stateFolder, summaryType } from '../../../records/index.ts';
import { verifyAttachments } from '../../../signature/index.ts';
import { fetchPolicyKeys } from '../../session/fetch-policy-keys.ts';
import { gatherMaterial } from '../../session/gather-material.ts';
import { localEngine } from '../../session/local-engine.ts';
import { openRegistries } from '../../session/registries.ts';
import { refuseCancelled, type Session } from '../../session/session.ts';

/** Tags of a repository that are looked at; beyond that it is said. */
const mostTags = 1_000;

/** What was not taken, and why. */
export interface RefusedSummary {
  /** The repository with the image's digest. */
  readonly image: string;
  readonly reason: string;
}

/** What pulling brought. */
export interface PulledRecords {
  /** New here. */
  readonly added: readonly BuildRecord[];
  /** That were here already. */
  readonly known: number;
  /** Summaries that are forged, of others, about something else, or that contradict what is here. */
  readonly refused: readonly RefusedSummary[];
  /** What could not be looked at, for people. */
  readonly problems: readonly string[];
}

interface Pull {
  readonly session: Session;
  readonly policies: PolicySet;
  readonly material: Awaited<ReturnType<typeof gatherMaterial>>;
}

interface Found {
  readonly records: readonly BuildRecord[];
  readonly refused: readonly RefusedSummary[];
  readonly problems: readonly string[];
}

const nothing: Found = { records: [], refused: [], problems: [] };

function joined(parts: readonly Found[]): Found {
  return {
    records: parts.flatMap(({ records }) => records),
    refused: parts.flatMap(({ refused }) => refused),
    problems: parts.flatMap(({ problems }) => problems),
  };
}

function formatted({ registry, repository }: Reference): string {
  return `${registry}/${repository}`;
}

function describe(signer: Signer | null): string {
  if (signer === null) return 'an unknown signer';
  if (signer.kind === 'keyless') return `${signer.identity} (${signer.issuer})`;
  return signer.kind === 'key' ? `the key sha256:${signer.sha256}` : signer.subject;
}

function isSummary({ predicateType }: Pick<Evidence, 'predicateType'>): boolean {
  return predicateType === summaryType;
}

function claimsToBeSummary({ annotations, layer }: Attachment): boolean {
  return [annotations['dev.sigstore.bundle.predicateType'], layer.annotations?.['predicateType']].includes(summaryType);
}

/** Whether the signer of this piece is one of those who were named. */
function isTrusted({ policies, session, material }: Pull, image: ResolvedImage, piece: Evidence): boolean {
  const subject = {
    name: image.name,
    digest: image.root.digest,
    platforms: [],
    tagDigest: null,
    onlyLocal: false,
    localShadow: null,
    created: null,
  };
  const trustedRoots = material.roots.map(({ id, layer, source }) => ({ id, layer, source }));
  const now = session.now().toISOString();
  const input = { image: subject, evidence: [piece], collectProblems: [], trustedRoots, lineage: null, packages: null };
  return trustedEvidence({ ...input, now }, policies).length > 0;
}

/** The record of one piece of evidence; null for what is no record of ours. */
function recordIn(pull: Pull, image: ResolvedImage, from: string, piece: Evidence): Result<BuildRecord> | null {
  const { verified, problem, signer, statement, subject } = piece;
  if (!verified) {
    const isUnknownSigner = problem?.code === 'unknown-signer';
    const what = isUnknownSigner ? 'is of somebody who was not named' : 'does not verify';
    return failure(`a verification summary ${what}: ${problem?.message ?? 'for an unknown reason'}`);
  }
  if (!isTrusted(pull, image, piece))
    return failure(`a verification summary is signed by ${describe(signer)}, who was not named`);
  const shared = readSharedRecord(statement, subject);
  if (shared?.ok !== true) return shared;
  const { record, result } = shared.value;
  return success({ ...record, pulled: { from, signer, result } });
}

async function recordsOf(
  pull: Pull,
  client: RegistryClient,
  reference: Reference,
  found: StoredManifest,
): Promise<Found> {
  const { digest } = found.descriptor;
  const from = formatted(reference);
  const name = parseCanonicalName(`${from}@${digest}`);
  const image: ResolvedImage = {
    name,
    root: found.descriptor,
    children: [],
    platforms: [],
    source: 'registry',
    onbuild: {},
    chainIds: {},
  };
  const collected = await collectAttachments(client, image, { attestations: 'all' });
  const evidence = await verifyAttachments(collected.attachments, pull.material.material, {
    now: pull.session.now(),
    isWanted: wantedSigners(pull.policies),
  });
  const unsigned = collected.unsigned
    .filter((statement) => isSummary(statement) && statement.subject === digest)
    .map(() => 'a verification summary is unsigned');
  // what is too broken to say what it is goes by what it claims to be
  const claimed = new Set(collected.attachments.filter(claimsToBeSummary).map(({ manifest }) => manifest));
  const summaries = evidence.filter((piece) => isSummary(piece) || (!piece.verified && claimed.has(piece.manifest)));
  const read = summaries.map((piece) => recordIn(pull, image, from, piece));
  const reasons = [...read.flatMap((each) => (each?.ok === false ? [each.reason] : [])), ...unsigned];
  return {
    records: read.flatMap((each) => (each?.ok === true ? [each.value] : [])),
    refused: [...new Set(reasons)].map((reason) => ({ image: `${from}@${digest}`, reason })),
    problems: collected.problems
      .filter(isUnseen)
      .map(({ location, error }) => `${from}: ${location}: ${error.message}`),
  };
}

/** Tags that stand for no image, but list what is attached to one. */
const attachedTag = /^sha256-[0-9a-f]{64}(?:\.\w+)?$/;

async function manifestsOf(
  client: RegistryClient,
  reference: Reference,
): Promise<{ readonly manifests: readonly StoredManifest[]; readonly problems: readonly string[] }> {
  const { tag, digest, ...place } = reference;
  if (digest !== null) return { manifests: [await client.manifest(place, digest)], problems: [] };
  if (tag !== null) return { manifests: [await client.tagged(place, tag, 'image')], problems: [] };
  const { tags, isWhole } = await listTags(client, place, mostTags);
  const images = tags.filter((each) => !attachedTag.test(each));
  const problems = isWhole
    ? []
    : [`${formatted(reference)} has more than ${mostTags} tags: the rest was not looked at`];
  const looked = await Promise.allSettled(images.map((each) => client.tagged(place, each, 'image')));
  const manifests = new Map<Digest, StoredManifest>();
  for (const [index, each] of looked.entries()) {
    if (each.status === 'fulfilled') manifests.set(each.value.descriptor.digest, each.value);
    else if (isVerifyError(each.reason))
      problems.push(`${formatted(reference)}:${images[index]}: ${each.reason.message}`);
    else throw each.reason;
  }
  return { manifests: [...manifests.values()], problems };
}

async function pullRepository(pull: Pull, client: RegistryClient, reference: Reference): Promise<Found> {
  const { manifests, problems } = await manifestsOf(client, reference);
  const parts = await Promise.all(manifests.map((found) => recordsOf(pull, client, reference, found)));
  return joined([...parts, { ...nothing, problems }]);
}

async function attempted(pull: Pull, registries: ReturnType<typeof openRegistries>, named: string): Promise<Found> {
  const reference = parseReference(named);
  try {
    pull.session.progress(`looking at ${named}`);
    return await registries.fresh().attempt(reference, (client) => pullRepository(pull, client, reference));
  } catch (error) {
    refuseCancelled(pull.session);
    if (!isVerifyError(error)) throw error;
    return { ...nothing, problems: [`${named}: ${error.message}`] };
  }
}

/**
 * Brings back what other machines attached to the images of repositories: records of builds, each by a signer who was named. What is
 * forged, of somebody else or about another image is refused, and the rest goes on.
 * @param signers entries as of a rule's `signedBy`
 * @throws VerifyError `usage.invalid`, `policy.invalid`, `trust.invalid`, `file.unwritable`
 */
export async function pullRecords(
  session: Session,
  repositories: readonly string[],
  signers: readonly string[],
): Promise<PulledRecords> {
  if (repositories.length === 0) {
    throw new VerifyError('usage.invalid', 'records pull takes repositories', {
      hint: 'docker verify records pull REPOSITORY… --key FILE',
    });
  }
  if (signers.length === 0) {
    throw new VerifyError('usage.invalid', 'records pull needs the signers whose records are trusted', {
      hint: "write --key acme.pub, or --identity and --issuer, or --signed-by '{…}' as in a rule",
    });
  }
  const declared = await signersPolicy('vsa', signers, session.environment.workingDirectory);
  const policies = await fetchPolicyKeys(session, declared);
  const pull: Pull = { session, policies, material: await gatherMaterial(session, policies) };
  const registries = openRegistries(session, localEngine(session));
  try {
    const parts = await Promise.all([...new Set(repositories)].map((named) => attempted(pull, registries, named)));
    refuseCancelled(session);
    const { records, refused, problems } = joined(parts);
    const { added, known, conflicting } = await addPulledRecords(stateFolder(session.environment), records);
    const conflicts = conflicting.map(({ id, digest, pulled }) => ({
      image: `${pulled?.from ?? ''}@${digest ?? ''}`,
      reason: `another record has its id, ${id}`,
    }));
    return { added, known, refused: [...refused, ...conflicts], problems };
  } finally {
    await registries.close();
  }
}
