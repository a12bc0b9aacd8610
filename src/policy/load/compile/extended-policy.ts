import { type CanonicalName, parseCanonicalName, VerifyError } from '../../../model/index.ts';
import type { PolicySet } from '../../language/compiled/policy-set.ts';
import type { PolicyDocument } from '../../language/schema/schema.ts';
import { MaterialCollector } from '../files/material-collector.ts';
import { type CarriedFiles, invalidIn, type PolicyScope } from '../files/policy-scope.ts';
import { compileRule } from './compile-policy.ts';

/** A policy that another one extends: by the SHA-256 of its bytes, or by who must have signed the bundle that holds it. */
export type PolicyExtension =
  | { readonly kind: 'download'; readonly from: string; readonly url: string; readonly sha256: string }
  | {
      readonly kind: 'bundle';
      /** As written. */
      readonly from: string;
      readonly name: CanonicalName;
      /** What the bundle must satisfy: one rule in one layer. */
      readonly policies: PolicySet;
    };

/** A policy that was fetched, with the files that came with it. */
export interface FetchedPolicy {
  readonly bytes: Uint8Array;
  readonly files: CarriedFiles;
}

/** Gives such a policy, held to its checksum or signed as it must be. @throws VerifyError `policy.unavailable` */
export type ExtensionSource = (extension: PolicyExtension) => Promise<FetchedPolicy>;

/** The error for a policy that is extended and cannot be had. */
export function unavailable(from: string, reason: string, cause?: unknown): VerifyError {
  return new VerifyError('policy.unavailable', `the policy ${from} cannot be had: ${reason}`, {
    hint: 'check the network and who signed it; once it was fetched it is kept, and used while the network is away',
    cause,
  });
}

/**
 * The policies that a document extends, with what their signers name resolved.
 * @throws VerifyError `policy.invalid` with the place
 */
export async function extensionsOf(scope: PolicyScope, document: PolicyDocument): Promise<readonly PolicyExtension[]> {
  const extensions: PolicyExtension[] = [];
  for (const [index, extension] of (document.extends ?? []).entries()) {
    const path = ['extends', index];
    if (typeof extension === 'string') {
      const [url = '', sha256 = ''] = extension.split('#sha256=');
      extensions.push({ kind: 'download', from: extension, url, sha256 });
    } else extensions.push(await bundleOf(scope, path, extension));
  }
  return extensions;
}

async function bundleOf(
  scope: PolicyScope,
  path: readonly PropertyKey[],
  { from, signedBy, threshold }: Exclude<NonNullable<PolicyDocument['extends']>[number], string>,
): Promise<PolicyExtension> {
  if (threshold !== undefined && threshold > signedBy.length)
    throw invalidIn(
      scope,
      [...path, 'threshold'],
      `threshold is ${threshold}, but signedBy has ${signedBy.length} entries`,
    );
  // what only a bundle's signers name is nothing to try an image's signatures against
  const own = { ...scope, material: new MaterialCollector() };
  const rule = { name: 'extends', images: ['**'], signedBy, ...(threshold === undefined ? {} : { threshold }) };
  const compiled = await compileRule(own, 0, rule, 'enforce', path);
  return {
    kind: 'bundle',
    from,
    name: nameIn(scope, path, from),
    policies: soleRule(own, compiled, scope.material.material()),
  };
}

function nameIn(scope: PolicyScope, path: readonly PropertyKey[], from: string): CanonicalName {
  try {
    return parseCanonicalName(from.slice('oci://'.length));
  } catch {
    throw invalidIn(scope, [...path, 'from'], `${from} is no reference of a registry`);
  }
}

/** Policies that hold one rule in one layer. `known`: material that was read before, and counts for each rule that names it. */
export function soleRule(
  { layer, policy, material }: PolicyScope,
  rule: PolicySet['layers'][number]['rules'][number],
  known: PolicySet['material'],
): PolicySet {
  const mine = material.material();
  return {
    mode: 'enforce',
    sideMode: 'enforce',
    layers: [
      {
        layer,
        policies: [policy],
        rules: [rule],
        default: null,
        local: [],
        cacheImports: null,
        contexts: [],
        mirrors: [],
        trustedRoots: material.trustedRootIds(),
        timestampAuthorities: material.timestampAuthorityIds(),
        ownLock: null,
        projectLock: null,
        clusterPolicies: [],
        exceptions: [],
        sources: [],
      },
    ],
    reportPolicies: [],
    // publishers' keys were read before, and count for each rule that names them
    material: {
      keys: [...mine.keys, ...known.keys],
      certificates: [...mine.certificates, ...known.certificates],
      trustedRoots: [...mine.trustedRoots, ...known.trustedRoots],
    },
    fetches: material.fetches(),
    publishers: [],
    revocable: material.revocable(),
    namesGithub: material.namesGithub(),
    breakGlass: null,
    records: false,
    logs: [],
    recommend: [],
    tokenServices: [],
    signatureLocations: [],
    projectLock: null,
    projectFolder: null,
  };
}

/**
 * The serial of a policy that was fetched as a bundle, which is checked whole.
 * @throws VerifyError `policy.invalid`
 */
export async function readSerial(bytes: Uint8Array, named: string): Promise<number> {
  const [{ parseYamlSource }, { policySchema }, { validateDocument }] = await Promise.all([
    import('../../language/schema/yaml-source.ts'),
    import('../../language/schema/schema.ts'),
    import('../../language/schema/validate-document.ts'),
  ]);
  const { serial } = validateDocument(parseYamlSource(bytes, named), policySchema);
  if (serial === undefined) throw unavailable(named, 'it carries no serial');
  return serial;
}
