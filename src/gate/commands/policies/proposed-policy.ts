import { isAbsolute, relative } from 'node:path';
import { type CanonicalName, type Evidence, isPem, type Signer } from '../../../model/index.ts';
import { stringifyYaml } from '../../../policy/index.ts';

/** A signer as a policy may name it: exactly, and with whatever its signatures cannot be verified without. */
export interface ProposedSigner {
  readonly signer: Signer;
  /** The predicate type of the attestation that it signed; null for a signature on the image. */
  readonly attestation: string | null;
  /** The entry of `signedBy`. */
  readonly entry: Readonly<Record<string, unknown>>;
}

/** What the user decides about a repository: which signers to trust, or none, so that its images are locked. */
export interface Trusted {
  readonly repository: string;
  /** Its images that are used. */
  readonly names: readonly CanonicalName[];
  readonly signers: readonly ProposedSigner[];
}

/** What a signer's entry needs beside what the signature says. */
export interface SignerFiles {
  /** Where the policy will be. */
  readonly folder: string;
  /** Public keys, by their identifier: an absolute file, or PEM. */
  readonly keys: ReadonlyMap<string, string>;
  /** Authorities of signers, by their identifier: an absolute file, or PEM. */
  readonly authorities: ReadonlyMap<string, string>;
  /** Files of trusted roots, absolute, by the root's identifier. */
  readonly roots: ReadonlyMap<string, string>;
  /** Identifiers of GitHub's own trusted root, which counts only where a policy names it. */
  readonly github: ReadonlySet<string>;
}

const provenance = /^https:\/\/slsa\.dev\/provenance\/v(?:0\.2|1)$/;

/** As a policy in `folder` names a file: relative, so that the project can be moved; absolute only on another drive. */
function pathFrom(folder: string, path: string): string {
  const written = relative(folder, path);
  return isAbsolute(written) ? path : written.replaceAll('\\', '/');
}

/** Whether such a path leads out of the policy's folder: who clones the project does not have that file. */
function leadsOut(written: string): boolean {
  return isAbsolute(written) || written === '..' || written.startsWith('../');
}

/** What a policy in `folder` holds of a key or a certificate: its file, where the project brings that along, else the PEM itself. */
export function fileOrPem(folder: string, path: string, pem: string): string {
  return leadsOut(pathFrom(folder, path)) ? pem : path;
}

/** Paths of trusted roots that lead out of the policy's folder: a root cannot stand in the policy itself. */
export function rootsOutside(trusted: readonly Trusted[]): readonly string[] {
  const roots = trusted.flatMap(({ signers }) => signers.map(({ entry }) => entry['trustedRoot']));
  return [...new Set(roots.filter((root) => typeof root === 'string'))].filter(leadsOut);
}

function entryOf(piece: Evidence, files: SignerFiles): ProposedSigner['entry'] | null {
  const { signer } = piece;
  switch (signer?.kind) {
    case 'keyless': {
      const ids = [piece.trustedRoot, ...piece.materials].filter((id) => id !== null);
      const root = ids.map((id) => files.roots.get(id)).find((path) => path !== undefined);
      const keyless = { issuer: signer.issuer, identity: signer.identity };
      if (root === undefined && ids.some((id) => files.github.has(id))) return { keyless, trustedRoot: 'github' };
      return root === undefined ? { keyless } : { keyless, trustedRoot: pathFrom(files.folder, root) };
    }
    case 'key': {
      const key = files.keys.get(signer.sha256);
      if (key === undefined) return null;
      return { key: isPem(key) ? key : pathFrom(files.folder, key) };
    }
    case 'certificate': {
      // an authority that only the signature itself names is not trusted until the user says so
      const authority = piece.materials.map((id) => files.authorities.get(id)).find((found) => found !== undefined);
      if (authority === undefined) return null;
      const ca = isPem(authority) ? authority : pathFrom(files.folder, authority);
      if (piece.certificate === undefined) return { notation: { subject: signer.subject, ca } };
      const { names, subject, issuer } = piece.certificate;
      const [identity] = names;
      const who = identity === undefined ? { subject } : { identity };
      return { certificate: { ca, ...who, ...(issuer === null ? {} : { issuer }) } };
    }
    default:
      return null;
  }
}

/** How a policy can trust who made a piece of evidence; null where that did not verify, or cannot be written down. */
export function proposeSigner(piece: Evidence, files: SignerFiles): ProposedSigner | null {
  if (!piece.verified || piece.signer === null) return null;
  const entry = entryOf(piece, files);
  const attestation = piece.form === 'attestation' ? piece.predicateType : null;
  if (entry === null || (piece.form === 'attestation' && attestation === null)) return null;
  return { signer: piece.signer, attestation, entry };
}

/** The same for the same signer in the same part. */
export function proposalKey({ entry, attestation }: ProposedSigner): string {
  return JSON.stringify([entry, attestation]);
}

function nameOf({ signer }: ProposedSigner): string {
  switch (signer.kind) {
    case 'key':
      return signer.name ?? `key-${signer.sha256.slice(0, 12)}`;
    case 'keyless':
      return /^https:\/\/git(?:hub|lab)\.com\/([\w.-]+\/[\w.-]+)/.exec(signer.identity)?.[1] ?? signer.identity;
    case 'certificate':
      return signer.subject;
  }
}

function attestationsOf(signers: readonly ProposedSigner[]): readonly unknown[] {
  const types = [...new Set(signers.flatMap(({ attestation }) => (attestation === null ? [] : [attestation])))];
  return types.map((type) => ({
    type: provenance.test(type) ? 'slsa-provenance' : type,
    signedBy: signers.filter(({ attestation }) => attestation === type).map(({ entry }) => entry),
  }));
}

function ruleOf(signers: readonly ProposedSigner[], images: readonly string[]): Readonly<Record<string, unknown>> {
  if (signers.length === 0) return { name: 'locked', images, locked: true };
  const name = [...new Set(signers.map(nameOf))].join(' or ');
  const entries = signers.filter(({ attestation }) => attestation === null).map(({ entry }) => entry);
  if (entries.length > 0) return { name, images, signedBy: entries };
  return { name, images, require: { attestations: attestationsOf(signers) } };
}

const head = `# Who may have made what this project builds on, as docker verify init found it. Change it by hand;
# docker verify policy check says whether it is valid, docker verify policy explain IMAGE what it makes of an image.
`;

/** The rules that say so: exact identities, repositories of the same signers together, and the rest as it is locked. */
export function proposedRules(trusted: readonly Trusted[]): readonly Readonly<Record<string, unknown>>[] {
  const groups = new Map<string, Trusted[]>();
  for (const one of trusted) {
    const key = one.signers.map(proposalKey).toSorted().join(' ');
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups]
    .toSorted(([left], [right]) => Number(left === '') - Number(right === '')) // what is locked comes last
    .map(([, group]) =>
      ruleOf(
        group[0]?.signers ?? [],
        group.map(({ repository }) => repository),
      ),
    );
}

/** A policy that refuses everything else, as YAML. */
export function writtenPolicy(trusted: readonly Trusted[]): string {
  return head + stringifyYaml({ version: 1, mode: 'enforce', default: 'deny', rules: proposedRules(trusted) });
}
