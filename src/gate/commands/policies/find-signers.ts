import { join, resolve } from 'node:path';
import {
  type CanonicalName,
  type Evidence,
  evidenceForms,
  parseReference,
  steadyClock,
  type TrustedRootSource,
  type VerificationMaterial,
  VerifyError,
} from '../../../model/index.ts';
import { isUnseen } from '../../../oci/index.ts';
import { hasRule, projectPolicyName } from '../../../policy/index.ts';
import { type BroughtAuthority, broughtAuthorities, verifyAttachments } from '../../../signature/index.ts';
import { builtinTrustedRoots, githubInstance, readTrustedRoot } from '../../../trust/index.ts';
import { gatherImage } from '../../examine/gather/gather-image.ts';
import { untriedProblems } from '../../examine/gather/verify-collected.ts';
import { unseenError } from '../../examine/judge/established-signer.ts';
import type { JudgedImage } from '../../examine/judge/judged-image.ts';
import type { Pipeline } from '../../session/pipeline.ts';
import type { Session } from '../../session/session.ts';
import type { StandardInput } from '../../session/standard-input.ts';
import { trustFolder } from '../../session/trust-folder.ts';
import { withExaminedPath } from './examined-target.ts';
import { authoritiesInFolder, keysInFolder } from './keys-in-folder.ts';
import { otherDockerfiles } from './other-dockerfiles.ts';
import { fileOrPem, type ProposedSigner, proposalKey, proposeSigner, type SignerFiles } from './proposed-policy.ts';
import { type ReadTrial, readTrial, type Trial, triedMaterial } from './signer-trial.ts';

/** A repository that a project builds on, with the signers of its images. */
export interface FoundSigners {
  /** As a policy names it. */
  readonly repository: string;
  readonly names: readonly CanonicalName[];
  /** Signers whose signatures verify on every image of the repository; where none does, those of verified attestations. */
  readonly signers: readonly ProposedSigner[];
  /** Signatures that cannot be verified with what we have, with the reason: a policy must not name their signers. */
  readonly unproven: readonly Evidence[];
  /** Authorities that its signatures bring along, and that neither a policy nor a trusted root names. */
  readonly authorities: readonly BroughtAuthority[];
  /** What kept us from seeing all that is attached to its images; null where all was seen. */
  readonly unseen: VerifyError | null;
}

/** What `init` found, and where it would write. */
export interface FoundProject {
  /** Absolute. */
  readonly folder: string;
  /** The project's policy that rules are added to, absolute; null where it has none. */
  readonly policy: string | null;
  /** How many images have a rule in it already. */
  readonly ruled: number;
  /** Dockerfiles of the folder that were not looked at, absolute. */
  readonly others: readonly string[];
  readonly repositories: readonly FoundSigners[];
}

interface Looked {
  readonly image: JudgedImage;
  readonly evidence: readonly Evidence[];
  readonly authorities: readonly BroughtAuthority[];
  readonly unseen: VerifyError | null;
}

async function signerFiles(
  session: Session,
  pipeline: Pipeline,
  { keys, authorities }: ReadTrial,
  builtin: readonly TrustedRootSource[],
): Promise<SignerFiles> {
  const { environment, own } = session;
  const paths = own.trustedRoots.map((path) => resolve(environment.workingDirectory, path));
  const roots = await Promise.all(paths.map((path) => readTrustedRoot(path, 'command-line')));
  const folder = pipeline.policies.projectFolder ?? environment.workingDirectory;
  const { material } = pipeline;
  const written = (
    known: readonly { readonly id: string; readonly pem: string }[],
    tried: ReadTrial['keys'] | ReadTrial['authorities'],
  ): ReadonlyMap<string, string> =>
    new Map([
      ...known.map(({ id, pem }) => [id, pem] as const),
      ...tried.map(([place, { id, pem }]) => [id, fileOrPem(folder, place, pem)] as const),
    ]);
  return {
    folder,
    keys: written(material.keys, keys),
    authorities: written(material.certificates, authorities),
    roots: new Map(roots.flatMap((found, index) => found.map(({ id }) => [id, paths[index] ?? '']))),
    github: new Set(builtin.filter(({ source }) => source === githubInstance.source).map(({ id }) => id)),
  };
}

/** Whether a certificate of an authority of one's own goes with it: Notation's, or cosign's where no OpenID Connect issuer stands in it. */
function isByOwnAuthority({ form, signer }: Evidence): boolean {
  if (evidenceForms[form].signedBy === 'notation' || signer?.kind === 'certificate') return true;
  return signer?.kind === 'keyless' && signer.issuer === '';
}

/** Tries the material on everything that is attached, what no rule asks for included. What could not be seen takes nothing from what was. */
async function look(pipeline: Pipeline, image: JudgedImage, material: VerificationMaterial): Promise<Looked> {
  if (image.resolved === null || image.failure !== null) {
    return { image, evidence: [], authorities: [], unseen: image.failure };
  }
  const { collected } = await gatherImage(pipeline, image.use, { everything: true });
  const evidence = await verifyAttachments(collected.attachments, material, {
    now: pipeline.session.now(),
    isOver: () => pipeline.session.signal.aborted || steadyClock() > pipeline.ends,
  });
  const unknown = new Set(
    evidence.flatMap((piece) =>
      piece.problem?.code === 'unknown-signer' && isByOwnAuthority(piece) ? [piece.manifest] : [],
    ),
  );
  const authorities = await broughtAuthorities(collected.attachments.filter(({ manifest }) => unknown.has(manifest)));
  const { digest } = image.resolved.root;
  const unseen = [...collected.problems, ...untriedProblems(evidence, digest)].filter(isUnseen);
  const about = `what is attached to ${image.use.name} could not all be looked at`;
  return { image, evidence, authorities, unseen: unseen.length === 0 ? null : unseenError(about, unseen) };
}

/** Only who signs every image of the repository is worth proposing: anybody may sign one of them. */
function commonSigners(
  looked: readonly Looked[],
  files: SignerFiles,
  of: 'signatures' | 'attestations',
): readonly ProposedSigner[] {
  const [first, ...others] = looked.map(({ evidence }) => {
    const proposed = evidence
      .filter(({ form }) => (form === 'attestation') === (of === 'attestations'))
      .flatMap((piece) => proposeSigner(piece, files) ?? []);
    return new Map(proposed.map((signer) => [proposalKey(signer), signer]));
  });
  return [...(first ?? new Map<string, ProposedSigner>())].flatMap(([key, signer]) =>
    others.every((other) => other.has(key)) ? [signer] : [],
  );
}

function foundOf(repository: string, looked: readonly Looked[], files: SignerFiles): FoundSigners {
  const signing = commonSigners(looked, files, 'signatures');
  const unproven = looked.flatMap(({ evidence }) =>
    evidence.filter(({ verified, form, problem }) => !verified && form !== 'attestation' && problem !== null),
  );
  return {
    repository,
    names: looked.map(({ image }) => image.use.name),
    signers: signing.length > 0 ? signing : commonSigners(looked, files, 'attestations'),
    unproven,
    authorities: looked.flatMap(({ authorities }) => authorities),
    unseen: looked.find(({ unseen }) => unseen !== null)?.unseen ?? null,
  };
}

function distinctById<Material extends { readonly id: string }>(
  found: readonly (readonly [string, Material])[],
): readonly (readonly [string, Material])[] {
  const seen = new Set<string>();
  return found.filter(([, { id }]) => !seen.has(id) && seen.add(id));
}

function repositoryOf({ use }: JudgedImage): string {
  const { registry, repository } = parseReference(use.name);
  return `${registry}/${repository}`;
}

/** The project's policy; null where there is none. */
function existingPolicy({ policies }: Pipeline, adding: boolean): string | null {
  const existing = policies.reportPolicies.find(({ layer }) => layer === 'project');
  if (existing === undefined) return null;
  if (adding && policies.projectFolder !== null) return join(policies.projectFolder, projectPolicyName);
  throw new VerifyError('usage.invalid', `the project has a policy: ${existing.source}`, {
    hint: 'docker verify init --add puts rules into it for the images that have none',
  });
}

function isRuled({ policies }: Pipeline, { use, decision }: JudgedImage): boolean {
  const isJudged = decision.decisions.some(({ layer, rule }) => layer === 'project' && rule !== null);
  return isJudged || hasRule(policies, 'project', use.name, null);
}

/** Whose signers are looked for, and with what. */
export interface SignerSearch {
  readonly args: readonly string[];
  readonly trial: Trial;
  /** Whether rules are wanted for a policy that is there: then only images without one are looked at. */
  readonly isAdding: boolean;
}

/**
 * Looks at the images that a path uses and at who signs them, with keys and authorities to try.
 * An image or a signature that cannot be read is its repository's `unseen`.
 * @throws VerifyError `usage.invalid` where the project has a policy and nothing is to be added to it
 */
export async function findSigners(
  session: Session,
  { args, trial, isAdding }: SignerSearch,
  input: StandardInput,
): Promise<FoundProject> {
  const named = await readTrial(session, trial);
  return await withExaminedPath(session, { args, input }, async ({ pipeline, images }) => {
    const policy = existingPolicy(pipeline, isAdding);
    const here = pipeline.policies.projectFolder ?? session.environment.workingDirectory;
    const [lying, authorities] = await Promise.all([keysInFolder(here), authoritiesInFolder(here)]);
    // what was named comes first: a key that lies here as well keeps the name that was given
    const tried = {
      keys: distinctById([...named.keys, ...lying]),
      authorities: distinctById([...named.authorities, ...authorities]),
    };
    const builtin = await builtinTrustedRoots(trustFolder(session));
    const files = await signerFiles(session, pipeline, tried, builtin);
    const material = triedMaterial(pipeline.material, tried, builtin);
    const open = policy === null ? images : images.filter((image) => !isRuled(pipeline, image));
    const looked = await Promise.all(open.map((image) => look(pipeline, image, material)));
    const byRepository = new Map<string, Looked[]>();
    for (const one of looked) {
      const repository = repositoryOf(one.image);
      byRepository.set(repository, [...(byRepository.get(repository) ?? []), one]);
    }
    return {
      folder: files.folder,
      policy,
      ruled: images.length - open.length,
      others: await otherDockerfiles(files.folder, args, session.environment),
      repositories: [...byRepository].map(([repository, of]) => foundOf(repository, of, files)),
    };
  });
}
