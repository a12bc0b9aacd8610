import * as z from 'zod';
import type { ConvertedPolicy, ConvertedRule } from './converted-policy.ts';

const text = z.string().min(1);

/** Notation's `trustpolicy.json` (trust store and trust policy specification, 1.0 and 1.1). */
export const notationTrustPolicySchema = z.strictObject({
  version: text,
  trustPolicies: z.array(
    z.strictObject({
      name: text,
      registryScopes: z.array(text).min(1),
      signatureVerification: z.looseObject({
        level: z.enum(['strict', 'permissive', 'audit', 'skip']),
        override: z.looseObject({ revocation: z.enum(['enforce', 'log', 'skip']).optional() }).optional(),
      }),
      trustStores: z.array(text).optional(),
      trustedIdentities: z.array(text).optional(),
    }),
  ),
});

type TrustPolicy = z.output<typeof notationTrustPolicySchema>['trustPolicies'][number];

/** One rule for each trust policy; the one for all images last. */
export function convertNotationTrustPolicy(document: z.output<typeof notationTrustPolicySchema>): ConvertedPolicy {
  const isGlobal = (policy: TrustPolicy): boolean => policy.registryScopes.includes('*');
  const ordered = [
    ...document.trustPolicies.filter((policy) => !isGlobal(policy)),
    ...document.trustPolicies.filter(isGlobal),
  ];
  const comments = [
    'Certificates of a trust store are named by file here: put those of ca:NAME into NAME.pem, one after another, and those of tsa:NAME into NAME.tsa.pem.',
  ];
  return {
    from: "Notation's trust policy",
    comments,
    settings: { mode: 'enforce', default: 'deny' },
    rules: ordered.map(convertPolicy),
  };
}

function convertPolicy(policy: TrustPolicy): ConvertedRule {
  const { level, override } = policy.signatureVerification;
  const comments: string[] = [];
  const images = policy.registryScopes.map((scope) => (scope === '*' ? '**' : scope));
  if (level === 'skip')
    return {
      rule: null,
      comments: [
        `${policy.name}: verification was skipped for ${images.join(', ')}, which no rule can say; lock these images instead: locked: true`,
      ],
    };
  if (level === 'permissive')
    comments.push(`${policy.name}: level permissive let expired and revoked signatures pass; here they do not`);
  if (Object.keys(override ?? {}).some((check) => check !== 'revocation'))
    comments.push(`${policy.name}: of override only revocation has an equal: every other check counts`);
  const stores = (policy.trustStores ?? []).filter((store) => /^(?:ca|signingAuthority):/.test(store));
  const timestamps = (policy.trustStores ?? []).filter((store) => store.startsWith('tsa:'));
  const [tsa] = timestamps;
  const others = [
    ...(policy.trustStores ?? []).filter((store) => !stores.includes(store) && !timestamps.includes(store)),
    ...timestamps.slice(1),
  ];
  if (others.length > 0) comments.push(`${policy.name}: the trust stores ${others.join(', ')} have no equal`);
  const identities = policy.trustedIdentities ?? [];
  if (identities.includes('*'))
    comments.push(
      `${policy.name}: it trusted every identity of its trust stores ("*"), which no rule can say: name the subjects`,
    );
  const subjects = identities
    .filter((identity) => identity.startsWith('x509.subject:'))
    .map((identity) => subjectOf(identity));
  if (subjects.length > 0)
    comments.push(`${policy.name}: subjects had to agree in the parts that are named; here they are compared whole`);
  const revocation = revocationOf(policy);
  const signedBy = subjects.flatMap((subject) =>
    stores.map((store) => ({
      notation: {
        subject,
        ca: `${store.slice(store.indexOf(':') + 1)}.pem`,
        ...(tsa === undefined ? {} : { tsa: `${tsa.slice('tsa:'.length)}.tsa.pem` }),
        ...(revocation === null ? {} : { revocation }),
      },
    })),
  );
  return { rule: { name: policy.name, images, signedBy, ...(level === 'audit' ? { mode: 'warn' } : {}) }, comments };
}

const revocationActions = { enforce: 'require', log: 'warn', skip: 'skip' } as const;

/** What the policy made of a revocation that could not be found out; null for what is the default here. */
function revocationOf({ signatureVerification }: TrustPolicy): 'require' | 'warn' | 'skip' | null {
  const { level, override } = signatureVerification;
  if (override?.revocation !== undefined) return revocationActions[override.revocation];
  return level === 'strict' ? null : 'warn';
}

const order = ['CN', 'OU', 'O', 'L', 'ST', 'C'];

/** The subject in the order in which it is compared: `CN=…,O=…,L=…,ST=…,C=…`. */
function subjectOf(identity: string): string {
  const parts = identity
    .slice('x509.subject:'.length)
    .split(/(?<!\\),/)
    .map((part) => part.trim().replace(/^S=/i, 'ST='));
  const rank = (part: string): number => {
    const found = order.indexOf(part.slice(0, part.indexOf('=')).toUpperCase());
    return found < 0 ? order.length : found;
  };
  return parts.sort((left, right) => rank(left) - rank(right)).join(',');
}
