import { type Evidence, type Finding, parseReference } from '../../../model/index.ts';
import type { PolicyRule } from '../../language/compiled/policy-set.ts';
import type { SignerEntry, TrustedSigner } from '../../language/compiled/trusted-signer.ts';
import { describeSignedIdentity, isSignedFor, type SignedIdentity } from '../../language/patterns/signed-identity.ts';
import { findingOf, type JudgeContext } from './judgement.ts';
import { matchSigner, signersFor } from './match-signer.ts';
import { repositoryMatch } from './same-repository.ts';

/** Whether the name inside the payload is the one that `signedIdentity` asks for, under the image's own name or one that it stands for. */
export function isNamed(context: JudgeContext, rule: PolicyRule, piece: Evidence): boolean {
  const { signedIdentity } = rule;
  if (signedIdentity === null) return true;
  const own = parseReference(context.input.image.name);
  const others = context.names
    .slice(1)
    .map(({ repository }) => ({ ...own, ...parseReference(repository), tag: own.tag, digest: own.digest }));
  return [own, ...others].some((image) => isSignedFor(signedIdentity, piece, image));
}

/** What is wrong with signatures for another name. */
export function renamedFinding(
  context: JudgeContext,
  identity: SignedIdentity,
  evidence: readonly Evidence[],
): Finding {
  const names = [...new Set(evidence.map((piece) => piece.signedName ?? 'a signature that names no image'))];
  return findingOf('signature.copied', 'the signature was made for another name', {
    expected: describeSignedIdentity(identity, context.input.image.name),
    found: names.sort().join(', '),
    hint: 'have this name signed, or change signedIdentity',
  });
}

/** Whether the repository inside the payload is this one; a form without a name satisfies `warn`, and `deny` where the source is required. */
export function isInPlace(
  context: JudgeContext,
  rule: PolicyRule,
  piece: Evidence,
  entries: readonly SignerEntry[],
): boolean {
  if (rule.sameRepository === 'ignore') return true;
  const match = repositoryMatch(piece, context.names);
  if (match !== 'unnamed') return match === 'same';
  if (rule.sameRepository === 'warn') return true;
  const requiresSource = (signer: TrustedSigner): boolean =>
    signer.kind === 'keyless' && signer.claims.sourceRepository !== undefined;
  return entries.some((entry) =>
    signersFor(entry, context.names).some(
      (signer) => requiresSource(signer) && matchSigner(signer, piece, context.roots) === 'yes',
    ),
  );
}

/** What is wrong with signatures for another repository. */
export function copiedFinding(context: JudgeContext, rule: PolicyRule, evidence: readonly Evidence[]): Finding {
  const repositories = [
    ...new Set(evidence.map((piece) => piece.repository ?? 'a signature that names no repository')),
  ];
  const isUnnamed = evidence.every((piece) => piece.repository === null);
  const message = isUnnamed
    ? 'the signature does not say for which repository it was made'
    : 'the signature was made for another repository';
  return findingOf('signature.copied', message, {
    level: rule.sameRepository === 'warn' ? 'warning' : 'error',
    expected: `a signature made for ${context.names.map((name) => name.repository).join(' or ')}`,
    found: repositories.sort().join(', '),
    hint: isUnnamed
      ? 'cosign 3 bundles name none: ask for claims: {sourceRepository} too, or have it signed with cosign 2'
      : 'if this is a mirror, declare it under mirrors',
  });
}
