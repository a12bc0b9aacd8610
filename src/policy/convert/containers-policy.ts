import * as z from 'zod';
import type { ConvertedPolicy, ConvertedRule } from './converted-policy.ts';

const text = z.string();
const requirement = z.looseObject({
  type: text,
  keyPath: text.optional(),
  keyData: text.optional(),
  keyPaths: z.array(text).optional(),
  keyDatas: z.array(text).optional(),
  rekorPublicKeyPath: text.optional(),
  rekorPublicKeyData: text.optional(),
  rekorPublicKeyPaths: z.array(text).optional(),
  rekorPublicKeyDatas: z.array(text).optional(),
  fulcio: z.looseObject({ oidcIssuer: text.optional(), subjectEmail: text.optional() }).optional(),
  pki: z.looseObject({}).optional(),
  signedIdentity: z.looseObject({ type: text, prefix: text.optional(), signedPrefix: text.optional() }).optional(),
});

/** containers-policy.json(5). */
export const containersPolicySchema = z.strictObject({
  default: z.array(requirement).min(1),
  transports: z.record(text, z.record(text, z.array(requirement).min(1))).optional(),
});

type Requirement = z.output<typeof requirement>;

/** Scopes become rules, the most specific first, since there the most specific wins and here the first. */
export function convertContainersPolicy(document: z.output<typeof containersPolicySchema>): ConvertedPolicy {
  const mirrors: Record<string, string> = {};
  const comments: string[] = [];
  const rules: ConvertedRule[] = [];
  for (const [transport, scopes] of Object.entries(document.transports ?? {})) {
    if (transport !== 'docker') {
      comments.push(`transport "${transport}" has no equal: a build takes images from registries`);
      continue;
    }
    const inOrder = Object.entries(scopes).sort(
      ([left], [right]) => compare(specificity(right), specificity(left)) || (left < right ? -1 : 1),
    );
    for (const [scope, requirements] of inOrder) rules.push(convertScope(scope, requirements, mirrors));
  }
  const fallback = convertDefault(document.default, rules, mirrors);
  const settings = { mode: 'enforce', ...fallback, ...(Object.keys(mirrors).length === 0 ? {} : { mirrors }) };
  return { from: 'containers-policy.json', comments, settings, rules };
}

function compare(left: number, right: number): number {
  return left === right ? 0 : left - right;
}

/** All of a transport comes last, after the wildcards. */
function specificity(scope: string): number {
  if (scope === '') return Number.NEGATIVE_INFINITY;
  return scope.startsWith('*.') ? scope.length - 10_000 : scope.length;
}

function convertDefault(
  requirements: readonly Requirement[],
  rules: ConvertedRule[],
  mirrors: Record<string, string>,
): { default: string } {
  const isOpen = requirements.every(({ type }) => type === 'insecureAcceptAnything');
  if (isOpen) return { default: 'allow' };
  if (!requirements.some(({ type }) => type === 'reject')) rules.push(convertScope('', requirements, mirrors));
  return { default: 'deny' };
}

function imagesOf(scope: string): readonly string[] {
  if (scope === '') return ['**'];
  const isExact = scope.lastIndexOf(':') > scope.lastIndexOf('/') && scope.includes('/');
  if (scope.startsWith('*.') || isExact) return [isExact ? scope : `${scope}/**`];
  return scope.includes('/') ? [scope, `${scope}/**`] : [`${scope}/**`];
}

function convertScope(
  written: string,
  requirements: readonly Requirement[],
  mirrors: Record<string, string>,
): ConvertedRule {
  const comments: string[] = [];
  const scope = written.split('@')[0] ?? '';
  const name = written === '' ? 'default' : written;
  // What held for one digest alone must not come to hold for all, and must not be forgotten either.
  if (scope !== written) {
    comments.push(
      `scope "${written}": a pattern names no digest: the rule trusts nobody with the repository until you say whom`,
    );
    return { rule: { name, images: imagesOf(scope), signedBy: [] }, comments };
  }
  const accepting = requirements.every(({ type }) => type === 'insecureAcceptAnything');
  if (accepting)
    return {
      rule: null,
      comments: [
        `scope "${name}" accepted anything (insecureAcceptAnything), which no rule can say; lock these images instead: locked: true`,
      ],
    };
  const signedBy: object[] = [];
  let alternatives = 0;
  for (const one of requirements.filter(({ type }) => type !== 'insecureAcceptAnything')) {
    const signers = convertRequirement(one, comments);
    signedBy.push(...signers);
    alternatives += signers.length > 1 ? 1 : 0;
    if (signers.length === 0) return { rule: { name, images: imagesOf(scope), signedBy: [] }, comments };
    remap(one, mirrors, comments);
  }
  if (alternatives > 0 && requirements.length > 1)
    comments.push(`scope "${name}": of each list of keys any one sufficed; here all of them are asked for`);
  const threshold = requirements.length > 1 ? { threshold: signedBy.length } : {};
  const sameRepository = requirements.some(({ fulcio }) => fulcio !== undefined) ? {} : { sameRepository: 'deny' };
  return { rule: { name, images: imagesOf(scope), signedBy, ...threshold, ...sameRepository }, comments };
}

/** The signers of one requirement; none where it refuses, or cannot be said. */
function convertRequirement(one: Requirement, comments: string[]): readonly object[] {
  if (one.type === 'reject') return [];
  if (one.type !== 'sigstoreSigned') {
    comments.push(
      `${one.type} (OpenPGP "simple signing") has no equal: the rule trusts nobody until you name another signer`,
    );
    return [];
  }
  const hasLog = [
    one.rekorPublicKeyPath,
    one.rekorPublicKeyData,
    one.rekorPublicKeyPaths,
    one.rekorPublicKeyDatas,
  ].some((value) => value !== undefined);
  if (one.fulcio !== undefined) {
    const { oidcIssuer, subjectEmail } = one.fulcio;
    comments.push(
      "the certificate authority and the log's key are those of public Sigstore here; for private ones add trustedRoot: FILE",
    );
    return oidcIssuer === undefined || subjectEmail === undefined
      ? []
      : [{ keyless: { issuer: oidcIssuer, identity: subjectEmail } }];
  }
  if (one.pki !== undefined) {
    comments.push(
      'a certificate authority of your own (pki) has no equal but Notation and a private Sigstore: the rule trusts nobody until you name a signer',
    );
    return [];
  }
  const paths = [...(one.keyPaths ?? []), ...(one.keyPath === undefined ? [] : [one.keyPath])];
  const datas = [...(one.keyDatas ?? []), ...(one.keyData === undefined ? [] : [one.keyData])];
  const inline = datas.map((data) => Buffer.from(data, 'base64').toString('utf8'));
  if (hasLog) comments.push("the log's key is that of public Sigstore here");
  return [...paths, ...inline].map((key) => ({ key, ...(hasLog ? { log: 'required' } : {}) }));
}

function remap(one: Requirement, mirrors: Record<string, string>, comments: string[]): void {
  const { signedIdentity } = one;
  if (
    signedIdentity === undefined ||
    ['matchRepository', 'matchRepoDigestOrExact', 'matchExact'].includes(signedIdentity.type)
  )
    return;
  const { type, prefix, signedPrefix } = signedIdentity;
  if (type === 'remapIdentity' && prefix !== undefined && signedPrefix !== undefined)
    mirrors[`${prefix}/**`] = `${signedPrefix}/**`;
  else
    comments.push(`signedIdentity ${type} has no equal: the signature must have been made for the repository itself`);
}
