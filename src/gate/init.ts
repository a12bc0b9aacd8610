import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type CanonicalName, parseReference, type Signer, VerifyError } from '../model/index.ts';
import { projectPolicyName } from '../policy/index.ts';
import type { ExaminedImage } from './examined-image.ts';
import { examineOperands } from './examined-target.ts';
import { lock } from './lock.ts';
import type { Session } from './session.ts';
import type { StandardInput } from './standard-input.ts';
import { writeWholeFile } from './write-whole-file.ts';

/** A repository that a project builds on, with whoever signs its images. */
export interface FoundSigners {
  /** As a policy names it. */
  readonly repository: string;
  readonly names: readonly CanonicalName[];
  /** Signers whose signatures verify on every image of the repository; keys are known only where a policy or the catalogue names them. */
  readonly signers: readonly Signer[];
}

/** What a person decides about a repository: whom to trust, or nobody, so that its images are locked. */
export interface Trusted {
  readonly repository: string;
  readonly signers: readonly Signer[];
}

function identityOf(signer: Signer): string {
  return JSON.stringify(signer.kind === 'key' ? { ...signer, name: null } : signer);
}

function signersOf({ evidence }: ExaminedImage): readonly Signer[] {
  const signatures = evidence.filter(
    ({ verified, form, signer }) => verified && signer !== null && form !== 'attestation',
  );
  return signatures.flatMap(({ signer }) => (signer === null ? [] : [signer]));
}

/** Only who signs every image of the repository is worth proposing: anybody may sign one of them. */
function commonSigners(images: readonly ExaminedImage[]): readonly Signer[] {
  const [first, ...others] = images.map(signersOf);
  const common = (first ?? []).filter((signer) =>
    others.every((each) => each.some((other) => identityOf(other) === identityOf(signer))),
  );
  return [...new Map(common.map((signer) => [identityOf(signer), signer])).values()];
}

/**
 * Looks at the images that a path uses and at who signs them.
 * @throws VerifyError `usage.invalid` where a policy exists already
 */
export async function findSigners(
  session: Session,
  args: readonly string[],
  input: StandardInput,
): Promise<readonly FoundSigners[]> {
  const { pipeline, images } = await examineOperands(session, args, input);
  try {
    const unresolved = images.find(({ resolved }) => resolved === null);
    if (unresolved?.failure) throw unresolved.failure;
    const byRepository = new Map<string, ExaminedImage[]>();
    for (const image of images) {
      const { registry, repository } = parseReference(image.use.name);
      const key = `${registry}/${repository}`;
      byRepository.set(key, [...(byRepository.get(key) ?? []), image]);
    }
    return [...byRepository].map(([repository, found]) => ({
      repository,
      names: found.map(({ use }) => use.name),
      signers: commonSigners(found),
    }));
  } finally {
    await pipeline.close();
  }
}

function signedBy(signer: Signer): Readonly<Record<string, unknown>> | null {
  switch (signer.kind) {
    case 'keyless':
      return { keyless: { issuer: signer.issuer, identity: signer.identity } };
    case 'key':
    case 'certificate':
      return null; // neither the key nor the authority can be written down from a signature alone
  }
}

/** The policy that says so, as YAML: exact identities, and what nobody trusted signs only as it is locked. */
export function writtenPolicy(trusted: readonly Trusted[]): string {
  const rules = trusted.map(({ repository, signers }) => {
    const entries = signers.map(signedBy).filter((entry) => entry !== null);
    const name = repository.replace(/^docker\.io\/(?:library\/)?/, '');
    return { name, images: [repository], ...(entries.length > 0 ? { signedBy: entries } : { locked: true }) };
  });
  const policy = { version: 1, mode: 'enforce', default: 'deny', rules };
  const head =
    '# Who may have made what this project builds on. Change it by hand; `docker verify policy check` reads it.\n';
  return head + stringify(policy, { lineWidth: 0 });
}

/** Whether a policy stands there already. */
export async function hasPolicy(folder: string): Promise<boolean> {
  return await access(join(folder, projectPolicyName)).then(
    () => true,
    () => false,
  );
}

/**
 * Writes the policy, and the lock where a rule needs one. Gives the files written.
 * @throws VerifyError `usage.invalid` where a policy stands there already
 */
export async function writePolicy(
  session: Session,
  args: readonly string[],
  trusted: readonly Trusted[],
  input: StandardInput,
): Promise<readonly string[]> {
  const folder = session.environment.workingDirectory;
  if (await hasPolicy(folder)) {
    throw new VerifyError('usage.invalid', `${projectPolicyName} exists already`, {
      hint: 'change it by hand, or remove it first',
    });
  }
  const file = join(folder, projectPolicyName);
  await writeWholeFile(file, writtenPolicy(trusted));
  if (trusted.every(({ signers }) => signers.some((signer) => signedBy(signer) !== null))) return [file];
  const locked = await lock(session, { args, check: false, prune: false, confirmed: false }, input);
  return [file, locked.file];
}
