import * as z from 'zod';
import type { SignedIdentity } from '../language/patterns/signed-identity.ts';
import {
  type ContainersRequirement,
  type ConvertedRequirement,
  containersRequirement,
  convertRequirement,
  identityOf,
} from './containers-requirement.ts';
import { type ScopeImages, scopeImages } from './containers-scope.ts';
import { type ConvertedPolicy, type ConvertedRule, distinctSigners } from './converted-policy.ts';
import type { ConversionAids } from './public-sigstore.ts';

const text = z.string();
const requirements = z.array(containersRequirement).min(1);

/** containers-policy.json(5). */
export const containersPolicySchema = z.strictObject({
  default: requirements,
  transports: z.record(text, z.record(text, requirements)).optional(),
});

/**
 * Scopes become rules, the most specific first, since there the most specific wins and here the first. Where our
 * language has nothing that is as strict, the rule trusts no signer and says so.
 */
export function convertContainersPolicy(
  document: z.output<typeof containersPolicySchema>,
  aids: ConversionAids,
): ConvertedPolicy {
  const others = Object.keys(document.transports ?? {}).filter((transport) => transport !== 'docker');
  const comments = others.map(
    (transport) => `transport "${transport}" has no equal: a build takes images from registries`,
  );
  const { '': rest, ...scopes } = document.transports?.['docker'] ?? {};
  const inOrder = Object.entries(scopes).sort(
    ([left], [right]) => specificity(right) - specificity(left) || (left < right ? -1 : 1),
  );
  const rules = inOrder.map(([scope, one]) => convertScope(scope, one, aids));
  const fallback = rest ?? document.default;
  const settings = { mode: 'enforce', default: acceptsAnything(fallback) ? 'allow' : 'deny' };
  if (!acceptsAnything(fallback) && !isRejected(fallback)) rules.push(convertScope('', fallback, aids, 'default'));
  return { from: 'containers-policy.json', comments, settings, rules };
}

/** All of a domain's hosts come after names and hosts. */
function specificity(scope: string): number {
  return scope.startsWith('*.') ? scope.length - 100_000 : scope.length;
}

function acceptsAnything(all: readonly ContainersRequirement[]): boolean {
  return all.every(({ type }) => type === 'insecureAcceptAnything');
}

function isRejected(all: readonly ContainersRequirement[]): boolean {
  return all.some(({ type }) => type === 'reject');
}

function convertScope(
  scope: string,
  all: readonly ContainersRequirement[],
  aids: ConversionAids,
  name = scope,
): ConvertedRule {
  const covered = scopeImages(scope);
  if (covered.kind === 'nothing')
    return {
      rule: null,
      comments: [`scope "${scope}" covers no image: it is no name in full form, with its registry`],
    };
  const demanded = all.filter(({ type }) => type !== 'insecureAcceptAnything');
  if (covered.kind === 'wider') return trustingNoSigner(name, covered, [`scope "${scope}": ${covered.why}`], demanded);
  if (acceptsAnything(all))
    return {
      rule: null,
      comments: [
        `scope "${name}" accepted anything (insecureAcceptAnything), which no rule can say; lock these images instead: locked: true`,
      ],
    };
  if (isRejected(all)) return trustingNoSigner(name, covered, [], []);
  const converted = demanded.map((one) => convertRequirement(one, aids));
  const missing = converted.find((one) => !one.ok);
  const said = converted.flatMap((one) => (one.ok ? [one.value] : []));
  const problem = missing?.reason ?? problemTogether(said);
  if (problem !== null) return trustingNoSigner(name, covered, [`scope "${name}": ${problem}`], demanded);
  return trusting(name, covered, said);
}

type Covered = Exclude<ScopeImages, { readonly kind: 'nothing' }>;

/** A rule that trusts no signer, and says whom it should. */
function trustingNoSigner(
  name: string,
  { images }: Covered,
  reasons: readonly string[],
  demanded: readonly ContainersRequirement[],
): ConvertedRule {
  const comments = reasons.map((reason) => `${reason}: the rule trusts no signer until you name one`);
  // a signer who is named there later must not become trusted for other names
  const [first] = demanded.filter(({ type }) => type === 'sigstoreSigned').map(identityOf);
  return { rule: { name, images, signedBy: [], ...namesOf(first ?? null) }, comments };
}

function problemTogether(all: readonly ConvertedRequirement[]): string | null {
  const identities = new Set(all.map(({ identity }) => JSON.stringify(identity)));
  if (identities.size > 1) return 'each requirement asked for a name of its own, and a rule asks for one';
  return all.flatMap(({ signers }) => signers).length > 100 ? 'a rule takes at most 100 signers' : null;
}

function trusting(name: string, { images }: Covered, all: readonly ConvertedRequirement[]): ConvertedRule {
  const signedBy = distinctSigners(all.flatMap(({ signers }) => signers));
  const comments = [...new Set(all.flatMap((one) => one.comments))];
  if (all.length > 1 && all.some(({ signers }) => signers.length > 1))
    comments.push('of each list of keys any one sufficed; here all of them are asked for');
  const threshold = all.length > 1 && signedBy.length > 1 ? { threshold: signedBy.length } : {};
  return {
    rule: { name, images, signedBy, ...threshold, ...namesOf(all[0]?.identity ?? null) },
    comments: comments.map((comment) => `scope "${name}": ${comment}`),
  };
}

/** What the signatures must name. That the repository be the image's own is said in both ways, as far as it is asked for. */
function namesOf(identity: SignedIdentity | null): object {
  if (identity === null) return {};
  switch (identity.type) {
    case 'matchRepository':
      return { sameRepository: 'deny' };
    case 'matchExact':
    case 'matchRepoDigestOrExact':
      return { sameRepository: 'deny', signedIdentity: identity };
    case 'exactReference':
    case 'exactRepository':
    case 'remapIdentity':
      return { signedIdentity: identity };
  }
}
