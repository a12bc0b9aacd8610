import {
  type Digest,
  imageScheme,
  type Pin,
  type PinSet,
  parseReference,
  type SourcePin,
  type UnpinnedAllowance,
  VerifyError,
} from '../../model/index.ts';
import { heldRules } from './held-sources.ts';
import { openSchemes, type SourceRule } from './source-rule.ts';
import type { UserPolicy } from './user-policy.ts';
import { mergedUserRules } from './user-policy-merge.ts';

// EXACT is no choice: converting by it does nothing before BuildKit 0.31. A wildcard without a star means the same.
function allow(identifier: string): SourceRule {
  return { action: 'ALLOW', selector: { identifier: literal(identifier) } };
}

function convert(from: string, to: string): SourceRule {
  return { action: 'CONVERT', selector: { identifier: literal(from) }, updates: { identifier: literal(to) } };
}

/** A text that the wildcard matcher and its `$1` expansion take as it is: references hold neither `*` nor `$`. */
function literal(identifier: string): string {
  if (!/[*$\s]/.test(identifier)) return identifier;
  throw new VerifyError('reference.invalid', `"${identifier.slice(0, 200)}" cannot be written into a source policy`);
}

/** The digests that a pin lets the builder use. */
export function allowedDigests(pin: Pin): readonly Digest[] {
  return [...new Set(pin.wholeIndex ? [pin.digest, ...pin.platformDigests] : pin.platformDigests)];
}

/**
 * The digest that a name is turned into: the index where all of it may be used, else the one platform's manifest.
 * Null where several platforms are vouched for one by one: a rule sees no platform, so it cannot distinguish them, and
 * to allow the index would let `--platform` take a child that was not verified.
 */
function conversionTarget(pin: Pin): Digest | null {
  if (pin.wholeIndex) return pin.digest;
  const [only, ...others] = new Set(pin.platformDigests);
  return only !== undefined && others.length === 0 ? only : null;
}

/** The one digest for each name, null where its pins disagree (targets of a bake for different platforms) or have none. */
function targetsByName(pins: readonly Pin[]): ReadonlyMap<string, Digest | null> {
  const targets = new Map<string, Digest | null>();
  for (const pin of pins) {
    const target = conversionTarget(pin);
    const known = targets.get(pin.name);
    targets.set(pin.name, known === undefined || known === target ? target : null);
  }
  return targets;
}

/** Names that cannot be pinned: vouched for by platform, with several platforms (or none). The builder would deny them. */
export function unpinnableNames(pins: PinSet): readonly string[] {
  return [...targetsByName(pins.pins)].flatMap(([name, target]) => (target === null ? [name] : []));
}

function nameWithoutDigest(name: string): string {
  const at = name.indexOf('@');
  return at < 0 ? name : name.slice(0, at);
}

function pinAllowances(pin: Pin): readonly string[] {
  const { registry, repository } = parseReference(pin.name);
  const tagged = nameWithoutDigest(pin.name);
  const bare = `${registry}/${repository}`;
  // the builder asks for the name with its digest, and for a digest without the tag that a name had
  return allowedDigests(pin).flatMap((digest) => [
    `${imageScheme}${tagged}@${digest}`,
    `${imageScheme}${bare}@${digest}`,
  ]);
}

function nameConversions(pins: readonly Pin[]): readonly SourceRule[] {
  return [...targetsByName(pins)].flatMap(([name, target]) => {
    const to = `${imageScheme}${nameWithoutDigest(name)}@${target}`;
    return target === null || to === `${imageScheme}${name}` ? [] : [convert(`${imageScheme}${name}`, to)];
  });
}

function unpinnedAllowances(unpinned: UnpinnedAllowance): readonly SourceRule[] {
  const exact = allow(`${imageScheme}${unpinned.name}`);
  if (!unpinned.anyDigest || unpinned.name.includes('@')) return [exact];
  const resolved: SourceRule = {
    action: 'ALLOW',
    selector: { identifier: `${literal(`${imageScheme}${unpinned.name}`)}@*` },
  };
  return [exact, resolved];
}

/** A context that was read before the build: whatever its ref or URL stands for meanwhile, the builder gets what was read or nothing. */
function sourceConversions({ conversions, attributes }: SourcePin): readonly SourceRule[] {
  return conversions.map(({ from, to }) => ({
    action: 'CONVERT',
    selector: { identifier: literal(from) },
    updates: { identifier: literal(to), attrs: attributes },
  }));
}

/** A layout is always asked for by digest, under the name of its context; BuildKit adds no `latest` to that name. */
function layoutAllowances({ identifier, digest }: PinSet['layouts'][number]): readonly string[] {
  if (digest === null) return [];
  const scheme = 'oci-layout://';
  const written = nameWithoutDigest(identifier.startsWith(scheme) ? identifier : `${scheme}${identifier}`);
  return [`${written}@${digest}`, `${written.replace(/:latest$/, '')}@${digest}`];
}

/** A layout that could not be read may be whatever the builder finds in it. */
function unreadLayoutAllowances({ identifier, digest }: PinSet['layouts'][number]): readonly SourceRule[] {
  if (digest !== null) return [];
  const name = literal(nameWithoutDigest(identifier));
  return [name, name.replace(/:latest$/, '')].map((written) => ({
    action: 'ALLOW',
    selector: { identifier: `${written}@*` },
  }));
}

/** What is said of sources that no other rule names: denied, or let through but for images of these globs. */
function rulesForUnforeseen({ unforeseen }: PinSet): readonly SourceRule[] {
  if (unforeseen === undefined) return [{ action: 'DENY', selector: { identifier: '*' } }];
  // BuildKit's star crosses slashes, and it refuses two in a row; the last one stands for tag and digest
  const denied = unforeseen.denied.map((glob) => `${imageScheme}${`${glob}*`.replace(/\*+/g, '*')}`);
  return [
    { action: 'ALLOW', selector: { identifier: '*' } },
    ...denied.map((identifier): SourceRule => ({ action: 'DENY', selector: { identifier } })),
  ];
}

/** Several targets of a bake may have one context. */
function uniqueRules(rules: readonly SourceRule[]): readonly SourceRule[] {
  return [...new Map(rules.map((rule) => [JSON.stringify(rule), rule])).values()];
}

/**
 * The source policy that makes a builder use these pins and nothing else, as JSON (invariants 1 and 8): everything is
 * denied (unless unforeseen images are let through), then context, git and http sources and the verified digests are allowed, then names are turned into digests.
 * The last rule that matches decides, and a conversion starts again from the top, so the order is part of the meaning.
 * Last stand denials of repositories and downloads without a whole commit or checksum, where a policy asks for that.
 * The user's own policy stays in force: its conversions come first, its denials of open sources after their allowance;
 * what it says of images has to be asked before (`evaluateUserPolicy`), since images are allowed here by digest.
 * @throws VerifyError `builder.policy-unsupported` where the user's rules cannot be merged
 */
export function renderSourcePolicy(pins: PinSet, userPolicy: UserPolicy | null): string {
  const user = mergedUserRules(userPolicy);
  const allowances = [...pins.pins.flatMap(pinAllowances), ...pins.layouts.flatMap(layoutAllowances)];
  const rules: readonly SourceRule[] = [
    ...user.conversions,
    ...rulesForUnforeseen(pins),
    ...openSchemes.map((scheme): SourceRule => ({ action: 'ALLOW', selector: { identifier: `${scheme}*` } })),
    ...user.openRules,
    ...[...new Set(allowances)].map(allow),
    ...pins.unpinned.flatMap(unpinnedAllowances),
    ...pins.layouts.flatMap(unreadLayoutAllowances),
    ...nameConversions(pins.pins),
    ...uniqueRules(pins.sources.flatMap(sourceConversions)),
    ...heldRules(pins.held),
  ];
  return `${JSON.stringify({ version: 1, rules }, null, 1)}\n`;
}
