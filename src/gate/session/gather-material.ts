import { resolve } from 'node:path';
import type { ReportTrustedRoot, TrustedRootSource, VerificationMaterial } from '../../model/index.ts';
import type { PolicySet } from '../../policy/index.ts';
import { builtinTrustedRoots, githubInstance, readTrustedRoot, rootAge } from '../../trust/index.ts';
import type { Session } from './session.ts';
import { trustFolder } from './trust-folder.ts';

/** Everything that signatures are tried against in this run, and how the report names it. */
export interface GatheredMaterial {
  readonly material: VerificationMaterial;
  readonly reportTrustedRoots: readonly ReportTrustedRoot[];
  /** Every root with each layer that declares it. */
  readonly roots: readonly TrustedRootSource[];
}

function uniqueById<Item extends { readonly id: string }>(items: readonly Item[]): readonly Item[] {
  return items.filter((item, index) => items.findIndex(({ id }) => id === item.id) === index);
}

/** GitHub's own root costs tens of milliseconds to look into, and counts for no rule that does not name it. */
function isWanted({ source }: TrustedRootSource, policies: PolicySet): boolean {
  return source !== githubInstance.source || policies.namesGithub;
}

/**
 * The embedded trusted roots that the policies count on (`allRoots`: all), those of `--trusted-root`, and what the policies declare.
 * @throws VerifyError `trust.invalid`
 */
export async function gatherMaterial(
  session: Session,
  policies: PolicySet,
  { allRoots = false }: { readonly allRoots?: boolean } = {},
): Promise<GatheredMaterial> {
  const { own, environment } = session;
  const named = own.trustedRoots.map((path) =>
    readTrustedRoot(resolve(environment.workingDirectory, path), 'command-line'),
  );
  const [embedded, ...given] = await Promise.all([builtinTrustedRoots(trustFolder(session)), ...named]);
  const builtin = embedded.filter((root) => allRoots || isWanted(root, policies));
  const roots = [...builtin, ...given.flat(), ...policies.material.trustedRoots];
  const reportTrustedRoots = roots.map((root: TrustedRootSource) => ({
    layer: root.layer,
    source: root.source,
    sha256: root.id,
    age: rootAge(root, session.now()),
  }));
  const { keys, certificates } = policies.material;
  return {
    material: { keys: uniqueById(keys), certificates: uniqueById(certificates), trustedRoots: uniqueById(roots) },
    reportTrustedRoots,
    roots,
  };
}
