import { resolve } from 'node:path';
import type {
  CertificateMaterial,
  KeyMaterial,
  TrustedRootSource,
  VerificationMaterial,
} from '../../../model/index.ts';
import { parseAuthority, readAuthority, readPublicKey } from '../../../policy/index.ts';
import type { BroughtAuthority } from '../../../signature/index.ts';
import type { Session } from '../../session/session.ts';

/** What signatures are tried with beside what the policies in force name. */
export interface Trial {
  /** Files of public keys, as written. */
  readonly keyFiles: readonly string[];
  /** Files of authorities' certificates, as written. */
  readonly authorityFiles: readonly string[];
  /** Authorities that a person has said may be trusted. */
  readonly authorities: readonly BroughtAuthority[];
}

/** A trial, its files read: each with its absolute path, an authority of no file with its PEM. */
export interface ReadTrial {
  readonly keys: readonly (readonly [string, KeyMaterial])[];
  readonly authorities: readonly (readonly [string, CertificateMaterial])[];
}

/** @throws VerifyError `policy.invalid`, `policy.unreadable` where a file is no key or no certificate */
export async function readTrial({ environment }: Session, trial: Trial): Promise<ReadTrial> {
  const absolute = (file: string): string => resolve(environment.workingDirectory, file);
  const keys = trial.keyFiles.map(async (file) => [absolute(file), await readPublicKey(absolute(file), file)] as const);
  const files = trial.authorityFiles.map(
    async (file) => [absolute(file), await readAuthority(absolute(file), file)] as const,
  );
  const named = trial.authorities.flatMap(({ pem }) => {
    const authority = parseAuthority(pem, null);
    return authority.ok ? [[authority.value.pem, authority.value] as const] : [];
  });
  return { keys: await Promise.all(keys), authorities: [...(await Promise.all(files)), ...named] };
}

/** An authority may be one of Notation's signers, or of cosign's with a certificate. */
function bothPurposes(authority: CertificateMaterial): readonly CertificateMaterial[] {
  return [
    { ...authority, purpose: 'notation' },
    { ...authority, purpose: 'keyless' },
  ];
}

/** Everything that a policy in force names, with the trial's keys and authorities and all roots that a policy could name. */
export function triedMaterial(
  material: VerificationMaterial,
  trial: ReadTrial,
  builtin: readonly TrustedRootSource[],
): VerificationMaterial {
  const known = new Set(material.trustedRoots.map(({ id }) => id));
  return {
    keys: [...trial.keys.map(([, key]) => key), ...material.keys],
    certificates: [...trial.authorities.flatMap(([, authority]) => bothPurposes(authority)), ...material.certificates],
    trustedRoots: [...material.trustedRoots, ...builtin.filter(({ id }) => !known.has(id))],
  };
}
