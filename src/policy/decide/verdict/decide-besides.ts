import {
  type CacheImport,
  type CanonicalName,
  type ContextReplacement,
  type Decision,
  type Finding,
  parseReference,
  type Status,
  strictest,
} from '../../../model/index.ts';
import type { CacheImportSetting, PolicySet } from '../../language/compiled/policy-set.ts';
import { type MatchableName, matchableName, matchesImage } from '../../language/patterns/image-pattern.ts';
import { namesOf } from '../../language/patterns/mirror.ts';
import { findingOf } from '../evidence/judgement.ts';
import { statusOfRefusal } from '../judge/judge-rule.ts';
import { throughBrokenGlass } from './break-glass.ts';
import { statusOfSetting } from './layer-verdict.ts';
import { isUnruled, statusOfUnasked } from './unruled.ts';

/** A verdict on something that is no image to verify. */
export interface SideDecision {
  readonly status: Status;
  /** Null where nothing is wrong. */
  readonly finding: Finding | null;
}

/**
 * What becomes of an image that could not be looked up: an error, which the mode `warn` makes a warning. It is a warning too
 * without a policy: plain `docker build` may have the image already.
 */
export function decideUnresolved(
  name: CanonicalName,
  reason: {
    readonly code: 'image.unresolved' | 'image.not-found' | 'image.offline';
    readonly message: string;
    readonly hint?: string;
  },
  policies: PolicySet,
): Decision {
  const isAbsent = reason.code === 'image.not-found';
  const finding = findingOf(reason.code, isAbsent ? 'there is no such image' : 'it could not be looked up', {
    level: isUnruled(policies) ? 'warning' : 'error',
    expected: `${name} at its registry`,
    found: reason.message,
    hint: reason.hint ?? (isAbsent ? 'check its name and tag' : 'check the network, or write it with a digest'),
  });
  return throughBrokenGlass(policies, {
    status: statusOfUnasked(policies),
    basis: 'none',
    verified: false,
    decisions: [],
    findings: [finding],
    platformDigests: null,
    satisfiedBy: [],
  });
}

/**
 * Whether a cache may be imported: the strictest of all policies, of which one that says nothing refuses it in enforce
 * and warns of it in warn.
 */
export function decideCacheImport(cacheImport: CacheImport, policies: PolicySet): SideDecision {
  const settings = policies.layers.map((layer) => ({ layer, setting: layer.cacheImports }));
  const name = cacheImport.type === 'registry' ? readName(cacheImport.ref) : null;
  let status: Status | null = null;
  for (const { layer, setting } of settings) {
    if (setting === null) continue;
    const names = name === null ? [] : namesOf(name, layer.mirrors);
    status = strictest(status ?? 'allow', isListed(setting, names) ? 'allow' : statusOfSetting(setting));
  }
  const decided = status ?? statusOfRefusal(policies.mode);
  if (decided === 'allow') return { status: decided, finding: null };
  const finding = findingOf(
    'cache-import.denied',
    'an imported cache can replace any layer of the build, and it has no signature',
    {
      level: settings.some(({ setting }) => setting?.verdict === 'warn') && decided === 'warn' ? 'warning' : 'error',
      expected: 'a cache that cacheImports lists, in every policy',
      found: `${cacheImport.type} ${cacheImport.ref}`.trimEnd(),
      hint: 'list the registry caches that you trust in every policy in force: cacheImports: {from: […]}',
    },
  );
  return { status: decided, finding };
}

function readName(text: string): MatchableName | null {
  try {
    return matchableName(text, null);
  } catch {
    return null;
  }
}

function isListed(setting: CacheImportSetting, names: readonly MatchableName[]): boolean {
  return setting.from.some((pattern) => names.some((name) => matchesImage(pattern, name)));
}

/** Whether every policy in force lists a context's name under `contexts`, so that it may hold anything. */
export function isListedContext(replacement: ContextReplacement, policies: PolicySet): boolean {
  const written = policies.layers.filter((layer) => layer.layer !== 'builtin');
  return written.length > 0 && written.every((layer) => layer.contexts.some((name) => isNamed(name, replacement)));
}

/** What stands where an image is meant, in words. */
function replacementOf({ value }: ContextReplacement): string {
  if (value.startsWith('target:')) return 'another target of this bake';
  return value.startsWith('oci-layout://') ? 'a layout' : 'a folder';
}

/**
 * Whether a named context may put a folder, or another target's result, where an image is meant. It does so when its name
 * is certainly an image's, or a rule other than `**` matches it; then every policy in force has to list the name under `contexts`.
 */
export function decideReplacement(replacement: ContextReplacement, policies: PolicySet): SideDecision {
  if (!replacement.certain && !isRuled(replacement, policies)) return { status: 'allow', finding: null };
  if (isListedContext(replacement, policies)) return { status: 'allow', finding: null };
  const finding = findingOf(
    'context.replaces-image',
    `${replacementOf(replacement)} stands in for an image, so that the base cannot be verified`,
    {
      expected: `the image ${replacement.image ?? replacement.name}`,
      found: `${replacement.name}=${replacement.value}`,
      hint: `if that is meant, list the name in every policy in force: contexts: ["${replacement.name}"]`,
    },
  );
  return { status: statusOfRefusal(policies.sideMode), finding };
}

function isRuled(replacement: ContextReplacement, policies: PolicySet): boolean {
  const { image } = replacement;
  if (image === null) return false;
  const name = matchableName(image, null);
  return policies.layers.some((layer) =>
    layer.rules.some((rule) =>
      rule.images.some(
        (pattern) =>
          (pattern.repository !== '**' || pattern.tag !== null) &&
          namesOf(name, layer.mirrors).some((candidate) => matchesImage(pattern, candidate)),
      ),
    ),
  );
}

function isNamed(listed: string, replacement: ContextReplacement): boolean {
  if (listed === replacement.name) return true;
  if (replacement.image === null) return false;
  try {
    const [left, right] = [parseReference(listed), parseReference(replacement.image)];
    return (
      JSON.stringify({ ...left, tag: left.tag ?? 'latest' }) ===
      JSON.stringify({ ...right, tag: right.tag ?? 'latest' })
    );
  } catch {
    return false;
  }
}
