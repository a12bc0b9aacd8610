import * as z from 'zod';
import { VerifyError } from '../../model/index.ts';
import { scopeImages } from './containers-scope.ts';
import type { ConvertedPolicy, ConvertedRule } from './converted-policy.ts';

const text = z.string().min(1);
const action = z.enum(['enforce', 'log', 'skip']);

/** Notation's `trustpolicy.json` (trust store and trust policy specification, 1.0 and 1.1). */
export const notationTrustPolicySchema = z.strictObject({
  version: text,
  trustPolicies: z.array(
    z.strictObject({
      name: text,
      registryScopes: z.array(text).min(1),
      signatureVerification: z.looseObject({
        level: z.enum(['strict', 'permissive', 'audit', 'skip']),
        verifyTimestamp: z.enum(['always', 'afterCertExpiry']).optional(),
        override: z.looseObject({ revocation: action.optional(), authenticTimestamp: action.optional() }).optional(),
      }),
      trustStores: z.array(text).optional(),
      trustedIdentities: z.array(text).optional(),
    }),
  ),
});

type TrustPolicy = z.output<typeof notationTrustPolicySchema>['trustPolicies'][number];

/**
 * One rule for each trust policy; the one for all images last. Where our language has nothing that is as strict, the
 * rule trusts no signer and says so.
 * @throws VerifyError `policy.invalid` where Notation would refuse the document
 */
export function convertNotationTrustPolicy(
  document: z.output<typeof notationTrustPolicySchema>,
  file: string,
): ConvertedPolicy {
  assertUnambiguous(document.trustPolicies, file);
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
    rules: ordered.flatMap(convertPolicy),
  };
}

/** Two policies for one scope, or of one name, are no valid document there (notation-go, verifier/trustpolicy). */
function assertUnambiguous(policies: readonly TrustPolicy[], file: string): void {
  const repeated = (values: readonly string[]): string | undefined =>
    values.find((value, index) => values.indexOf(value) !== index);
  const scope = repeated(policies.flatMap(({ registryScopes }) => registryScopes));
  const name = repeated(policies.map((policy) => policy.name));
  const mixed = policies.find(({ registryScopes: all }) => all.includes('*') && all.length > 1);
  if (scope === undefined && name === undefined && mixed === undefined) return;
  const problem =
    scope === undefined
      ? name === undefined
        ? `"${mixed?.name}" names "*" beside other scopes`
        : `the name "${name}" is there twice`
      : `the scope "${scope}" is there twice`;
  throw new VerifyError('policy.invalid', `${file}: ${problem}, which Notation refuses`, {
    place: { file },
    hint: 'mend the trust policy first: notation policy show',
  });
}

function convertPolicy(policy: TrustPolicy): readonly ConvertedRule[] {
  const { level, override } = policy.signatureVerification;
  const images = policy.registryScopes.filter(isRepository).map((scope) => (scope === '*' ? '**' : scope));
  const before = respelt(policy);
  if (images.length === 0) return before;
  if (level === 'skip') {
    const skipped = `${policy.name}: verification was skipped for ${images.join(', ')}, which no rule can say; lock these images instead: locked: true`;
    return [...before, { rule: null, comments: [skipped] }];
  }
  const comments: string[] = [];
  if (level === 'permissive')
    comments.push(`${policy.name}: level permissive let expired and revoked signatures pass; here they do not`);
  if (level === 'audit')
    comments.push(`${policy.name}: level audit let signatures by anybody pass with a warning; here all is warned of`);
  if (Object.keys(override ?? {}).some((check) => check !== 'revocation' && check !== 'authenticTimestamp'))
    comments.push(
      `${policy.name}: of override only revocation and authenticTimestamp have an equal: every other check counts`,
    );
  const signedBy = signersOf(policy, comments);
  const mode = level === 'audit' ? { mode: 'warn' } : {};
  return [...before, { rule: { name: policy.name, images, signedBy, ...mode }, comments }];
}

/** A scope is the name of one repository in full form, without those below it, or `*` for all. */
function isRepository(scope: string): boolean {
  if (scope === '*') return true;
  const covered = scopeImages(scope);
  return covered.kind === 'patterns' && covered.images.length === 2 && covered.images[0] === scope;
}

/** What becomes of scopes that no name here is written like. */
function respelt({ name, registryScopes }: TrustPolicy): readonly ConvertedRule[] {
  return registryScopes
    .filter((scope) => !isRepository(scope))
    .map((scope) => {
      const covered = scopeImages(scope);
      if (covered.kind !== 'wider' || scope.includes('@'))
        return { rule: null, comments: [`${name}: no image has the name ${scope}: it is no repository in full form`] };
      const comments = [`${name}: ${scope}: ${covered.why}: the rule trusts no signer until you name one`];
      return { rule: { name: `${name} ${scope}`, images: [scope], signedBy: [] }, comments };
    });
}

function signersOf(policy: TrustPolicy, comments: string[]): readonly object[] {
  const all = policy.trustStores ?? [];
  const stores = all.filter((store) => store.startsWith('ca:'));
  const [tsa, ...moreTsa] = all.filter((store) => store.startsWith('tsa:'));
  const others = [...all.filter((store) => !/^(?:ca|tsa):/.test(store)), ...moreTsa];
  if (others.length > 0)
    comments.push(
      `${policy.name}: the trust stores ${others.join(', ')} have no equal, and signers under them are not trusted`,
    );
  const subjects = subjectsOf(policy, comments);
  const revocation = revocationOf(policy);
  const timestamp = tsa !== undefined && isTimestampRequired(policy) ? { timestamp: 'required' } : {};
  return subjects.flatMap((subject) =>
    stores.map((store) => ({
      notation: {
        subject,
        ca: `${fileName(store)}.pem`,
        ...(tsa === undefined ? {} : { tsa: `${fileName(tsa)}.tsa.pem`, ...timestamp }),
        ...(revocation === null ? {} : { revocation }),
      },
    })),
  );
}

function fileName(store: string): string {
  return store.slice(store.indexOf(':') + 1);
}

function subjectsOf(policy: TrustPolicy, comments: string[]): readonly string[] {
  const identities = policy.trustedIdentities ?? [];
  if (identities.includes('*'))
    comments.push(
      `${policy.name}: it trusted every identity of its trust stores ("*"), which no rule can say: name the subjects`,
    );
  const named = identities.filter((identity) => identity.startsWith('x509.subject:'));
  const subjects = named.map(subjectOf).filter((subject) => subject !== null);
  if (subjects.length < named.length)
    comments.push(
      `${policy.name}: a subject needs C, ST and O, each part once and without a "+" or "=#", in Notation and here: others trust no signer`,
    );
  if (subjects.length > 0)
    comments.push(`${policy.name}: subjects had to agree in the parts that are named; here they are compared whole`);
  return subjects;
}

/** Where a timestamp authority is named, a signature without its timestamp fails (notation-go, verifyTimestamp). */
function isTimestampRequired({ signatureVerification }: TrustPolicy): boolean {
  const { level, override, verifyTimestamp } = signatureVerification;
  if (verifyTimestamp === 'afterCertExpiry') return false;
  return (override?.authenticTimestamp ?? (level === 'strict' ? 'enforce' : 'log')) === 'enforce';
}

const revocationActions = { enforce: 'require', log: 'warn', skip: 'skip' } as const;

/** What the policy made of a revocation that could not be found out; null for what is the default here. */
function revocationOf({ signatureVerification }: TrustPolicy): 'require' | 'warn' | 'skip' | null {
  const { level, override } = signatureVerification;
  if (override?.revocation !== undefined) return revocationActions[override.revocation];
  return level === 'strict' ? null : 'warn';
}

const order = ['CN', 'OU', 'O', 'L', 'ST', 'C'];
const mandatory = ['C', 'ST', 'O'];

/** The subject in the order in which it is compared: `CN=…,O=…,L=…,ST=…,C=…`; null where Notation takes it for none (notation-go, internal/pkix). */
function subjectOf(identity: string): string | null {
  const parts = identity
    .slice('x509.subject:'.length)
    .split(/(?<!\\),/)
    .map((part) => part.trim().replace(/^S=/, 'ST='));
  const names = parts.map((part) => part.slice(0, part.indexOf('=')));
  const isNamed = mandatory.every((name) =>
    parts.some((part) => part.startsWith(`${name}=`) && part.length > name.length + 1),
  );
  const isPlain = parts.every((part) => /^[A-Za-z]+=(?!#)(?:[^+\\]|\\.)*$/.test(part));
  if (!isNamed || !isPlain || new Set(names).size !== names.length) return null;
  const rank = (part: string): number => {
    const found = order.indexOf(part.slice(0, part.indexOf('=')));
    return found < 0 ? order.length : found;
  };
  return parts.sort((left, right) => rank(left) - rank(right)).join(',');
}
