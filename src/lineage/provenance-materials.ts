import {
  type CanonicalName,
  type Digest,
  isDigest,
  isVerifyError,
  parseCanonicalName,
  recordAt,
} from '../model/index.ts';
import type { Provenance } from './image-facts.ts';

/** An image that a provenance statement lists as an input of the build. */
export interface ImageMaterial {
  /** Null where the package URL names none that a registry could know. */
  readonly name: CanonicalName | null;
  readonly digest: Digest | null;
  readonly platform: string | null;
  /** `input` is a base or a builder-only stage; the layers tell which. */
  readonly role: 'input' | 'frontend' | 'scanner';
  /** Whether it can be the base. Provenance lists an image once that is frontend and base: only Docker's own are known to be no base. */
  readonly mayBeBelow: boolean;
}

const mostMaterials = 1000;
// of these repositories alone: under any other a base could pass for a scanner
const scanners = /^docker\.io\/docker\/(?:buildkit-syft-scanner|(?:docker-)?scout-sbom[^/:@]*)(?=[:@])/;
const dockersFrontend = /^docker\.io\/docker\/dockerfile(?:-upstream)?(?=[:@])/;

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, mostMaterials) : [];
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** `pkg:docker/[host/path/]name@version?digest=…&platform=…` as BuildKit writes it (buildkit, util/purl). */
function parsePackageUrl(uri: string): { name: string; digest: string | null; platform: string | null } | null {
  const match = /^pkg:(?:docker|oci)\/([^?#]+)(?:\?([^#]*))?/.exec(uri);
  if (match === null) return null;
  const [, path = '', query = ''] = match;
  const at = path.lastIndexOf('@');
  const repository = decoded(at < 0 ? path : path.slice(0, at));
  const version = at < 0 ? null : decoded(path.slice(at + 1));
  const qualifiers = new URLSearchParams(query);
  const fromVersion = version !== null && isDigest(version);
  const name = version === null || fromVersion ? repository : `${repository}:${version}`;
  return {
    name,
    digest: qualifiers.get('digest') ?? (fromVersion ? version : null),
    platform: qualifiers.get('platform'),
  };
}

function canonical(name: string): CanonicalName | null {
  try {
    return parseCanonicalName(name);
  } catch (error) {
    if (isVerifyError(error, 'reference.invalid')) return null;
    throw error;
  }
}

/** The frontend images that the build was started with: they run the build, they are not in the result. */
function frontends(predicate: Readonly<Record<string, unknown>>): ReadonlySet<CanonicalName> {
  const v1 = recordAt(predicate, 'buildDefinition', 'externalParameters', 'request');
  const v02 = recordAt(predicate, 'invocation', 'parameters');
  const names = [v1, v02].flatMap((request) => {
    const values = recordAt(request, 'args');
    const given = [text(values['source']), text(values['cmdline'])?.split(/\s+/)[0] ?? null];
    return given.map((value) => (value === null || value === '' ? null : canonical(value)));
  });
  return new Set(names.filter((name) => name !== null));
}

const buildKitTypes: readonly RegExp[] = [
  /^https:\/\/mobyproject\.org\/buildkit@v1$/,
  /^https:\/\/github\.com\/moby\/buildkit\/blob\/[\w.-]+\/docs\/attestations\/slsa-definitions\.md$/,
];

/** Whether BuildKit wrote the statement (buildkit, docs/attestations/slsa-definitions.md, `buildType`). */
export function isBuildKitProvenance(provenance: Provenance): boolean {
  const predicate = recordAt(provenance.predicate);
  const type = text(predicate['buildType']) ?? text(recordAt(predicate, 'buildDefinition')['buildType']) ?? '';
  return buildKitTypes.some((pattern) => pattern.test(type));
}

/**
 * The images that one provenance statement lists, with frontends and SBOM scanners marked as such
 * (SLSA v0.2 `materials`, v1 `buildDefinition.resolvedDependencies`; buildkit, docs/attestations/slsa-definitions.md).
 */
export function imageMaterials(provenance: Provenance): readonly ImageMaterial[] {
  const predicate = recordAt(provenance.predicate);
  const known = frontends(predicate);
  const entries = [
    ...list(predicate['materials']),
    ...list(recordAt(predicate, 'buildDefinition')['resolvedDependencies']),
  ];
  return entries.flatMap((entry) => {
    const { uri, digest } = recordAt(entry);
    const parsed = parsePackageUrl(text(uri) ?? '');
    if (parsed === null) return [];
    const named = recordAt(digest)['sha256'];
    const spelled = typeof named === 'string' ? `sha256:${named}` : parsed.digest;
    const name = canonical(parsed.name);
    const role = name !== null && known.has(name) ? 'frontend' : scanners.test(name ?? '') ? 'scanner' : 'input';
    const mayBeBelow = role === 'input' || (role === 'frontend' && !dockersFrontend.test(name ?? ''));
    return [{ name, digest: isDigest(spelled) ? spelled : null, platform: parsed.platform, role, mayBeBelow }];
  });
}
