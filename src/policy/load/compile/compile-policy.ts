import {
  isDigest,
  type Mode,
  normalisedRegistry,
  slsaProvenancePrefix,
  verificationSummaryPrefix,
} from '../../../model/index.ts';
import type {
  AttestationRequirement,
  CacheImportSetting,
  LocalSetting,
  PolicyException,
  PolicyRule,
  Recommendation,
  Setting,
  SourceSetting,
  TokenServices,
  VerdictLog,
} from '../../language/compiled/policy-set.ts';
import type { SignerEntry } from '../../language/compiled/trusted-signer.ts';
import { parseDuration } from '../../language/patterns/duration.ts';
import { type ImagePattern, parseImagePattern } from '../../language/patterns/image-pattern.ts';
import { type Mirror, mirrorOf } from '../../language/patterns/mirror.ts';
import { predicateTypesOf } from '../../language/patterns/predicate-type.ts';
import { exactOrGlob } from '../../language/patterns/text-pattern.ts';
import { waivableFindings } from '../../language/patterns/waivable-findings.ts';
import type {
  AttestationDocument,
  PolicyDocument,
  RuleDocument,
  SignerDocument,
} from '../../language/schema/schema.ts';
import { isRootAlone } from '../../language/schema/signer-problem.ts';
import { invalidIn, type PolicyScope } from '../files/policy-scope.ts';
import { compileSigner, declareTrustedRoot, repositoryUri } from './compile-signer.ts';

/** One policy file, ready for use. */
export interface CompiledPolicy {
  readonly rules: readonly PolicyRule[];
  readonly default: Setting | null;
  readonly local: LocalSetting | null;
  readonly cacheImports: CacheImportSetting | null;
  readonly contexts: readonly string[] | null;
  readonly mirrors: readonly Mirror[];
  readonly tokenServices: TokenServices;
  readonly exceptions: readonly PolicyException[];
  readonly sources: SourceSetting | null;
  readonly breakGlass: 'allow' | 'deny' | null;
  readonly records: 'on' | 'off' | null;
  readonly logs: readonly VerdictLog[];
  readonly recommend: readonly Recommendation[];
  /** Whether the file or one of its rules says `mode: enforce`. */
  readonly saysEnforce: boolean;
  /** The mode of the file itself. */
  readonly mode: Mode;
}

/**
 * Reads what a policy document names and resolves what it refers to.
 * @throws VerifyError `policy.invalid` with the place
 */
export async function compilePolicy(
  scope: PolicyScope,
  document: PolicyDocument,
  modeOption: Mode | null,
): Promise<CompiledPolicy> {
  const mode = modeOption ?? document.mode ?? 'enforce';
  const { policy } = scope;
  const setting = (verdict: 'deny' | 'warn' | 'allow' | undefined): Setting | null =>
    verdict === undefined ? null : { verdict, policy, mode };
  const rules: PolicyRule[] = [];
  for (const [index, rule] of (document.rules ?? []).entries()) {
    rules.push(await compileRule(scope, index, rule, modeOption ?? rule.mode ?? mode));
  }
  return {
    rules,
    default: setting(document.default),
    local: document.local === undefined ? null : { verdict: document.local, policy, mode },
    cacheImports: cacheImportsOf(document, setting(document.cacheImports?.default ?? 'deny')),
    contexts: document.contexts ?? null,
    mirrors: mirrorsOf(scope, document),
    tokenServices: tokenServicesOf(document),
    exceptions: exceptionsOf(scope, document),
    sources: sourcesOf(document, policy, mode),
    breakGlass: document.breakGlass ?? null,
    records: document.records ?? null,
    logs: logsOf(document),
    recommend: recommendationsOf(document),
    saysEnforce: document.mode === 'enforce' || (document.rules ?? []).some((rule) => rule.mode === 'enforce'),
    mode,
  };
}

/** Patterns that the schema has accepted. */
export function imagePatterns(written: readonly string[]): readonly ImagePattern[] {
  return written.map(parseImagePattern).flatMap((pattern) => (pattern.ok ? [pattern.value] : []));
}

function cacheImportsOf(document: PolicyDocument, setting: Setting | null): CacheImportSetting | null {
  if (document.cacheImports === undefined || setting === null) return null;
  return { ...setting, from: imagePatterns(document.cacheImports.from ?? []) };
}

function mirrorsOf(scope: PolicyScope, document: PolicyDocument): readonly Mirror[] {
  return Object.entries(document.mirrors ?? {}).map(([from, to]) => {
    const [left, right] = imagePatterns([from, to]);
    if (left === undefined || right === undefined || left.tag !== null || right.tag !== null)
      throw invalidIn(scope, ['mirrors', from], 'a mirror maps repositories, without tags');
    const mirror = mirrorOf(left.repository, right.repository);
    if (!mirror.ok) throw invalidIn(scope, ['mirrors', from], `a mirror makes no sense here: ${mirror.reason}`);
    return mirror.value;
  });
}

function tokenServicesOf(document: PolicyDocument): TokenServices {
  const entries = Object.entries(document.tokenServices ?? {});
  return entries.map(([registry, hosts]) => ({
    registry: normalisedRegistry(registry),
    hosts: hosts.map((host) => host.toLowerCase().replace(/:443$/, '')),
  }));
}

function exceptionsOf(scope: PolicyScope, document: PolicyDocument): readonly PolicyException[] {
  return (document.exceptions ?? []).map((exception, index) => {
    const { digest = null, findings = null, reason, approvedBy = null, until } = exception;
    return {
      images: imagePatterns(exception.images),
      digest: isDigest(digest) ? digest : null,
      findings: findings === null ? null : waivableFindings.filter((code) => findings.includes(code)),
      reason,
      approvedBy,
      until,
      policy: scope.policy,
      line: scope.source.placeOf(['exceptions', index]).line ?? null,
    };
  });
}

function sourcesOf({ sources }: PolicyDocument, policy: string, mode: Mode): SourceSetting | null {
  return sources === undefined ? null : { git: sources.git ?? 'any', http: sources.http ?? 'any', policy, mode };
}

function logsOf({ log }: PolicyDocument): readonly VerdictLog[] {
  return [
    ...(log?.file === undefined ? [] : [{ kind: 'file', path: log.file } as const]),
    ...(log?.syslog === true ? [{ kind: 'syslog' } as const] : []),
  ];
}

function recommendationsOf(document: PolicyDocument): readonly Recommendation[] {
  return Object.entries(document.recommend ?? {}).flatMap(([pattern, images]) =>
    imagePatterns([pattern]).map((compiled) => ({ pattern: compiled, images })),
  );
}

/**
 * A rule with what it names resolved. `path` is where it stands in its file.
 * @throws VerifyError `policy.invalid` with the place
 */
export async function compileRule(
  scope: PolicyScope,
  index: number,
  rule: RuleDocument,
  mode: Mode,
  path: readonly PropertyKey[] = ['rules', index],
): Promise<PolicyRule> {
  const signedBy = rule.signedBy === undefined ? null : await signersOf(scope, [...path, 'signedBy'], rule.signedBy);
  const attestations: AttestationRequirement[] = [];
  for (const [number, entry] of (rule.require?.attestations ?? []).entries()) {
    attestations.push(await compileAttestation(scope, [...path, 'require', 'attestations', number], entry));
  }
  const { packages } = rule.require ?? {};
  return {
    label: rule.name ?? String(index + 1),
    policy: scope.policy,
    line: scope.source.placeOf(path).line,
    images: imagePatterns(rule.images),
    written: rule.images,
    mode,
    signedBy,
    threshold: rule.threshold ?? 1,
    locked: lockedOf(rule.locked),
    attestations,
    lineage: rule.require?.lineage ?? null,
    maxAge: parseDuration(rule.require?.maxAge ?? ''),
    minAge: parseDuration(rule.require?.minAge ?? ''),
    packages: packages === undefined ? null : { deny: packages.deny ?? [], max: packages.max ?? null },
    digest: rule.require?.digest === true,
    sameRepository: rule.sameRepository ?? 'ignore',
    signedIdentity: rule.signedIdentity ?? null,
    signatures:
      rule.signatures === undefined
        ? null
        : { repository: rule.signatures.repository ?? null, tagPrefix: rule.signatures.tagPrefix ?? null },
    publisher: null,
  };
}

function lockedOf(locked: RuleDocument['locked']): PolicyRule['locked'] {
  if (locked === undefined || locked === false) return null;
  if (locked === true) return { lock: 'own', moved: 'warn' };
  if (locked === 'project') return { lock: 'project', moved: 'warn' };
  return { lock: locked.project === true ? 'project' : 'own', moved: locked.moved ?? 'warn' };
}

async function signersOf(
  scope: PolicyScope,
  path: readonly PropertyKey[],
  documents: readonly SignerDocument[],
): Promise<readonly SignerEntry[]> {
  const entries: SignerEntry[] = [];
  for (const [index, document] of documents.entries()) {
    const at = [...path, index];
    // an entry that is nothing but a root declares it, for the keyless ones beside it
    if (isRootAlone(document)) await declareTrustedRoot(scope, at, document.trustedRoot);
    else entries.push(await compileSigner(scope, at, document));
  }
  return entries;
}

async function compileAttestation(
  scope: PolicyScope,
  path: readonly PropertyKey[],
  document: AttestationDocument,
): Promise<AttestationRequirement> {
  const predicateTypes = predicateTypesOf(document.type) ?? [];
  const { builder, sourceRepository, verifier, policy, resource, result } = document.where ?? {};
  const areAll = (start: string): boolean => predicateTypes.every((type) => type.startsWith(start));
  const isSummary = areAll(verificationSummaryPrefix);
  const asksProvenance = (builder ?? sourceRepository) !== undefined;
  const asksSummary = (verifier ?? policy ?? resource ?? result) !== undefined;
  if (isSummary && document.where !== undefined && !asksSummary && !asksProvenance)
    throw invalidIn(scope, [...path, 'where'], 'where asks nothing; name verifier, policy, resource or result');
  if (document.where !== undefined && !asksSummary && !areAll(slsaProvenancePrefix))
    throw invalidIn(scope, [...path, 'where'], 'where asks about provenance only; this is another type of attestation');
  if (asksSummary && (asksProvenance || !isSummary)) {
    const reason = 'verifier, policy, resource and result are asked of a verification summary (vsa) alone';
    throw invalidIn(scope, [...path, 'where'], reason);
  }
  return {
    type: document.type,
    predicateTypes,
    signedBy: document.signedBy === undefined ? null : await signersOf(scope, [...path, 'signedBy'], document.signedBy),
    where: {
      builder: builder === undefined ? null : exactOrGlob(builder),
      sourceRepository: sourceRepository === undefined ? null : exactOrGlob(repositoryUri(sourceRepository)),
    },
    summary: isSummary
      ? {
          verifier: verifier === undefined ? null : exactOrGlob(verifier),
          policy: policy === undefined ? null : exactOrGlob(policy),
          resource: resource === undefined ? null : exactOrGlob(resource),
          result: result ?? 'PASSED',
        }
      : null,
  };
}
