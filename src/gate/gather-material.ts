import { createHash, createPublicKey } from 'node:crypto';
import { resolve } from 'node:path';
import type { ReportTrustedRoot, TrustedRootSource, VerificationMaterial } from '../model/index.ts';
import type { PolicySet } from '../policy/index.ts';
import { embeddedTrustedRoots, readTrustedRoot } from '../trust/index.ts';
import type { Session } from './session.ts';

/** Everything that signatures are tried against in this run, and how the report names it. */
export interface GatheredMaterial {
  readonly material: VerificationMaterial;
  readonly reportTrustedRoots: readonly ReportTrustedRoot[];
  /** Every root with each layer that declares it. */
  readonly roots: readonly TrustedRootSource[];
}

const day = 24 * 60 * 60 * 1000;

function age(updated: string | null, now: Date): string | null {
  const since = updated === null ? Number.NaN : now.getTime() - Date.parse(updated);
  if (Number.isNaN(since)) return null;
  const days = Math.max(0, Math.floor(since / day));
  return days === 1 ? '1 day' : `${days} days`;
}

function uniqueById<Item extends { readonly id: string }>(items: readonly Item[]): readonly Item[] {
  return items.filter((item, index) => items.findIndex(({ id }) => id === item.id) === index);
}

/** SHA-256 of a key's SubjectPublicKeyInfo, hexadecimal: the identifier of `KeyMaterial`. */
export function keyIdentifier(pem: string): string {
  return createHash('sha256')
    .update(createPublicKey(pem).export({ type: 'spki', format: 'der' }))
    .digest('hex');
}

/**
 * The embedded trusted roots, those of `--trusted-root`, and what the policies declare.
 * @throws VerifyError `trust.invalid`
 */
export async function gatherMaterial(session: Session, policies: PolicySet): Promise<GatheredMaterial> {
  const { own, environment } = session;
  const named = own.trustedRoots.map((path) =>
    readTrustedRoot(resolve(environment.workingDirectory, path), 'command-line'),
  );
  const given = (await Promise.all(named)).flat();
  const roots = [...embeddedTrustedRoots(), ...given, ...policies.material.trustedRoots];
  const reportTrustedRoots = roots.map(({ layer, source, id, updated }: TrustedRootSource) => ({
    layer,
    source,
    sha256: id,
    age: age(updated, session.now()),
  }));
  const { keys, certificates } = policies.material;
  return {
    material: { keys: uniqueById(keys), certificates: uniqueById(certificates), trustedRoots: uniqueById(roots) },
    reportTrustedRoots,
    roots,
  };
}
