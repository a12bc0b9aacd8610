import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import { type BuildMetadata, metadataByTarget, readBuildMetadata } from '../../../builder/index.ts';
import type { Checkout } from '../../../context/index.ts';
import { declaredArguments } from '../../../dockerfile/index.ts';
import {
  type BuildRecord,
  type Digest,
  type ImageRole,
  isDigest,
  parseGitReference,
  type RecordedArguments,
  type RecordedContext,
  type RecordedImage,
  type RuntimeBase,
  type Signer,
  withoutCredentials,
} from '../../../model/index.ts';
import { createUlid } from '../../../records/index.ts';
import { isSbom } from '../../examine/gather/index-sboms.ts';
import type { JudgedImage } from '../../examine/judge/judged-image.ts';
import type { LoadedTarget } from '../../scan/scan-targets.ts';
import type { BuildRun } from './audit-build.ts';

/** Names of build arguments that hold credentials more often than not. */
const credentialName =
  /pass|secret|token|credential|auth|api_?key|private|access_?key|signature|(?:^|_)(?:key|pwd|pat)(?:$|_)/i;
const wholeCommit = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

function argumentsOf({ target, dockerfile }: LoadedTarget): RecordedArguments {
  const declared =
    dockerfile.kind === 'text' ? declaredArguments(dockerfile.bytes, dockerfile.file) : new Set<string>();
  const build = Object.entries(target.buildArguments).map(([name, value]) => {
    // without its credentials it would be another value, with which another image is built again
    const isHarmless = !credentialName.test(name) && value !== null && withoutCredentials(value) === value;
    return [name, isHarmless && declared.has(name) ? value : null] as const;
  });
  return {
    build: Object.fromEntries(build),
    contexts: Object.fromEntries(target.namedContexts.map(({ name, value }) => [name, withoutCredentials(value)])),
    secrets: target.secrets ?? [],
    ssh: target.ssh ?? [],
    ...(target.labels === undefined ? {} : { labels: target.labels }),
    ...(target.network === undefined ? {} : { network: target.network }),
    ...(target.hosts === undefined ? {} : { hosts: target.hosts }),
  };
}

/** What a repository's address and the commit that the builder was held to say of the context. */
function repositoryOf(url: string, dockerfile: LoadedTarget['dockerfile']): Checkout | undefined {
  const reference = parseGitReference(url);
  const pinned = dockerfile.kind === 'text' ? (dockerfile.pin?.hash ?? null) : null;
  const commit = pinned ?? reference?.ref ?? '';
  if (reference === null || !wholeCommit.test(commit)) return undefined;
  return { remote: reference.remote, commit, dirty: false, subdirectory: reference.subfolder };
}

function checkoutOf({ target, dockerfile }: LoadedTarget, checkouts: Made['checkouts']): Checkout | undefined {
  const { context } = target;
  if (context.kind === 'folder') return checkouts.get(context.path);
  return context.kind === 'git' ? repositoryOf(context.url, dockerfile) : undefined;
}

function contextOf(loaded: LoadedTarget, checkouts: Made['checkouts']): RecordedContext {
  const { context } = loaded.target;
  const checkout = checkoutOf(loaded, checkouts);
  const { remote = null, commit = null, dirty = null, subdirectory = null } = checkout ?? {};
  const found = { remote: remote === null ? null : withoutCredentials(remote), commit, dirty, subdirectory };
  switch (context.kind) {
    case 'folder':
      return { kind: 'folder', source: context.path, ...found };
    case 'git':
    case 'http':
      return { kind: context.kind, source: withoutCredentials(context.url), ...found };
    case 'stdin':
      return { kind: 'stdin', source: null, ...found };
    default:
      return { kind: 'other', source: context.value, ...found };
  }
}

function roleOf(image: JudgedImage, target: string, bases: readonly RuntimeBase[]): ImageRole {
  const { use } = image;
  if (bases.some((base) => base.target === target && base.name === use.name)) return 'runtime-base';
  const kinds = new Set(use.uses.filter((each) => each.target === target).map(({ kind }) => kind));
  if (kinds.has('frontend')) return 'frontend';
  return kinds.has('sbom-generator') ? 'sbom-generator' : 'build-stage';
}

/** The signer whom a rule trusts; others do not count, since anybody may attach a signature. */
function signerOf({ evidence, decision }: JudgedImage): Signer | null {
  const trusted = evidence.filter((piece, index) => decision.satisfiedBy.includes(index) && piece.verified);
  return trusted.find(({ signer }) => signer !== null)?.signer ?? null;
}

/** The SBOMs that were read meanwhile, and those that are known to be there. */
function sbomsOf({ resolved, unsigned }: JudgedImage, read: Made['sboms']): readonly Digest[] {
  const seen = unsigned.filter(({ predicateType }) => isSbom(predicateType)).map(({ layer }) => layer.digest);
  return [...new Set([...seen, ...((resolved === null ? null : read.get(resolved.root.digest)) ?? [])])];
}

/** The pieces that satisfied a rule, each once by the manifest that carries it. */
function evidenceOf({ evidence, decision }: JudgedImage): NonNullable<RecordedImage['evidence']> {
  const counted = evidence.filter((piece, index) => piece.verified && decision.satisfiedBy.includes(index));
  return [...new Map(counted.map(({ form, manifest }) => [manifest, { form, manifest }])).values()];
}

function imageOf(
  image: JudgedImage,
  target: string,
  bases: readonly RuntimeBase[],
  read: Made['sboms'],
): RecordedImage {
  const { use, resolved, decision, lineage } = image;
  const deciding = decision.decisions.find(({ status }) => status === decision.status) ?? decision.decisions[0];
  return {
    name: use.name,
    digest: resolved?.root.digest ?? null,
    platforms: resolved?.platforms.map(({ platform, digest }) => ({ platform, digest })) ?? [],
    role: roleOf(image, target, bases),
    status: decision.status,
    basis: decision.basis,
    verified: decision.verified,
    signer: signerOf(image),
    rule: deciding?.rule ?? null,
    bases: lineage.filter(({ kind }) => kind === 'base').map(({ name, digest }) => ({ name, digest })),
    sboms: sbomsOf(image, read),
    evidence: evidenceOf(image),
  };
}

function isUsedBy({ use }: JudgedImage, target: string): boolean {
  // what the builder asked for by itself has no place in a file
  return use.uses.length === 0 || use.uses.some((each) => each.target === target);
}

function exceptionsOf(images: readonly JudgedImage[]): readonly string[] {
  return images.flatMap(({ use, decision }) =>
    decision.findings
      .filter(({ code, level }) => code === 'policy.exception' && level === 'warning')
      .map(({ message }) => `${use.name}: ${message}`),
  );
}

/** What was made, as far as the builder tells. */
export interface Made {
  /** The builder's metadata of all targets. */
  readonly metadata: unknown;
  /** Names that were pushed, of all targets. */
  readonly pushed: readonly string[];
  readonly images: readonly JudgedImage[];
  /** SBOMs that were read while the builder worked, by the digest of their image. */
  readonly sboms: ReadonlyMap<Digest, readonly Digest[]>;
  /** The checkouts that the targets' folders lie in, by folder. */
  readonly checkouts: ReadonlyMap<string, Checkout>;
  readonly verdict: BuildRecord['verdict'];
  /** Whether all that the builder used was seen to be what was verified. */
  readonly audited: boolean;
}

function recordOf(run: BuildRun, loaded: LoadedTarget, metadata: BuildMetadata, made: Made): BuildRecord {
  const { target, dockerfile } = loaded;
  const { session } = run.request;
  const { policies } = run.pipeline;
  const now = session.now();
  const used = made.images.filter((image) => isUsedBy(image, target.name));
  const names = metadata.names.length > 0 ? metadata.names : (target.tags ?? []);
  const isBytes = dockerfile.kind === 'text';
  const { workingDirectory } = session.environment;
  return {
    schemaVersion: 1,
    id: createUlid(now),
    time: now.toISOString(),
    tool: session.version,
    verb: run.plan.verb,
    target: target.name,
    stage: target.stage,
    ref: metadata.ref,
    imageId: isDigest(metadata.config) ? metadata.config : null,
    digest: isDigest(metadata.digest) ? metadata.digest : null,
    tags: names,
    pushed: run.plan.pushed === null ? [] : names.filter((name) => made.pushed.includes(name)),
    platforms: run.parts.targets.find(({ name }) => name === target.name)?.platforms ?? [],
    context: contextOf(loaded, made.checkouts),
    dockerfile: {
      path: target.dockerfile.kind === 'file' ? relative(workingDirectory, target.dockerfile.path) : dockerfile.file,
      sha256: isBytes ? createHash('sha256').update(dockerfile.bytes).digest('hex') : null,
    },
    arguments: argumentsOf(loaded),
    images: used.map((image) => imageOf(image, target.name, run.parts.scan.runtimeBases ?? [], made.sboms)),
    exceptions: exceptionsOf(used),
    breakGlass: policies.breakGlass?.deniedBy === null ? policies.breakGlass.reason : null,
    verdict: made.verdict,
    audited: made.audited,
    policies: policies.reportPolicies.map(({ layer, source, sha256 }) => ({ layer, source, sha256 })),
  };
}

/** A record for each target of a build that ended well. */
export function describeBuild(run: BuildRun, made: Made): readonly BuildRecord[] {
  const names = run.loaded.map(({ target }) => target.name);
  const byTarget = metadataByTarget(made.metadata, names, run.plan.verb);
  return run.loaded.map((loaded) => recordOf(run, loaded, readBuildMetadata(byTarget.get(loaded.target.name)), made));
}
