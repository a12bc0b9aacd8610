import { evaluateUserPolicy, type UserPolicy } from '../../../builder/index.ts';
import {
  type CanonicalName,
  type Decision,
  type Finding,
  type ImageUse,
  imageScheme,
  parseCanonicalName,
  strictest,
} from '../../../model/index.ts';

/** The images that the user's own source policy turns others into: both names must satisfy the policy. */
export function withConversions(images: readonly ImageUse[], policy: UserPolicy | null): readonly ImageUse[] {
  if (policy === null) return images;
  const known = new Set<string>(images.map(({ name }) => name));
  const added = images.flatMap((image) => {
    const { converted } = evaluateUserPolicy(policy, `${imageScheme}${image.name}`);
    if (converted === null || !converted.startsWith(imageScheme)) return [];
    const name = parseCanonicalName(converted.slice(imageScheme.length));
    return known.has(name) ? [] : [{ ...image, name }];
  });
  return [...images, ...added];
}

/** Whether the user's own source policy denies an image, by its name or by its name with the digest. */
export function isDeniedByUser(policy: UserPolicy | null, name: CanonicalName, digest: string | null): boolean {
  if (policy === null) return false;
  const named = name.includes('@') || digest === null ? [name] : [name, `${name}@${digest}`];
  return named.some((identifier) => evaluateUserPolicy(policy, `${imageScheme}${identifier}`).action === 'deny');
}

/** A decision after the user's own source policy has refused the image. */
export function deniedByUser(decision: Decision, policy: UserPolicy): Decision {
  const finding: Finding = {
    code: 'image.source-policy-denied',
    level: 'error',
    message: 'your own source policy denies it',
    expected: 'an image that EXPERIMENTAL_BUILDKIT_SOURCE_POLICY lets through',
    found: `a DENY rule of ${policy.file} that matches it`,
    hint: 'use another image, or change that file',
  };
  return {
    ...decision,
    status: strictest(decision.status, 'block'),
    basis: 'none',
    verified: false,
    findings: [...decision.findings, finding],
  };
}
