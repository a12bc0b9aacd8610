import * as z from 'zod';
import { predicateTypesOf } from '../predicate-type.ts';
import type { ConvertedPolicy, ConvertedRule } from './converted-policy.ts';

const text = z.string();
const keyless = z.looseObject({
  issuer: text.optional(),
  issuerRegExp: text.optional(),
  subject: text.optional(),
  subjectRegExp: text.optional(),
});
const logged = z.looseObject({ ignoreTlog: z.boolean().optional(), url: text.optional() });
const entry = z.looseObject({
  keys: z.looseObject({ publicKeys: text.optional(), rekor: logged.optional() }).optional(),
  keyless: keyless.extend({ rekor: logged.optional() }).optional(),
  certificates: z.looseObject({}).optional(),
});
const attestors = z.array(z.looseObject({ count: z.int().min(1).optional(), entries: z.array(entry).optional() }));
const image = z.looseObject({
  type: text.optional(),
  imageReferences: z.array(text).optional(),
  image: text.optional(),
  skipImageReferences: z.array(text).optional(),
  attestors: attestors.optional(),
  attestations: z
    .array(
      z.looseObject({
        type: text.optional(),
        predicateType: text.optional(),
        attestors: attestors.optional(),
        conditions: z.unknown().optional(),
      }),
    )
    .optional(),
  key: text.optional(),
  issuer: text.optional(),
  subject: text.optional(),
  repository: text.optional(),
  verifyDigest: z.boolean().optional(),
  failureAction: text.optional(),
});

/** Kyverno's ClusterPolicy and Policy, as far as `verifyImages` goes. */
export const kyvernoSchema = z.looseObject({
  kind: z.enum(['ClusterPolicy', 'Policy']),
  spec: z.looseObject({
    validationFailureAction: text.optional(),
    rules: z.array(z.looseObject({ name: text, verifyImages: z.array(image).optional() })),
  }),
});

type Image = z.output<typeof image>;
type Attestors = z.output<typeof attestors>;

/** Each `verifyImages` entry becomes a rule. */
export function convertKyverno(document: z.output<typeof kyvernoSchema>): ConvertedPolicy {
  const isAudit = (document.spec.validationFailureAction ?? 'Audit').toLowerCase() === 'audit';
  const rules: ConvertedRule[] = [];
  const comments: string[] = ['Which resources a rule matched has no equal: here every image of a build is judged.'];
  for (const rule of document.spec.rules) {
    if (rule.verifyImages === undefined) comments.push(`rule "${rule.name}" verifies no images, and has no equal`);
    for (const [index, one] of (rule.verifyImages ?? []).entries())
      rules.push(convertImage(index === 0 ? rule.name : `${rule.name}-${index + 1}`, one));
  }
  return { from: 'Kyverno verifyImages', comments, settings: { mode: isAudit ? 'warn' : 'enforce' }, rules };
}

function convertImage(name: string, one: Image): ConvertedRule {
  const comments: string[] = [];
  const images = [...(one.imageReferences ?? []), ...(one.image === undefined ? [] : [one.image])].map(convertPattern);
  if (images.length === 0) return { rule: null, comments: [`${name}: it names no images`] };
  if ((one.skipImageReferences ?? []).length > 0)
    comments.push(
      `${name}: skipImageReferences has no equal; put a rule of its own for ${one.skipImageReferences?.join(', ') ?? ''} before this one`,
    );
  const legacy: Attestors = [{ entries: legacyEntries(one) }];
  const { signedBy, threshold } = convertAttestors(name, one.attestors ?? legacy, comments);
  const converted = (one.attestations ?? []).map((attestation) => convertAttestation(name, attestation, comments));
  const attestations = converted.flatMap((entries) => entries ?? []);
  const require = {
    ...(attestations.length === 0 ? {} : { attestations }),
    ...(one.verifyDigest === true && one.attestors === undefined ? { digest: true } : {}),
  };
  // The rule's signers were never asked for an attestation that has its own: where none of those can be said, nobody is trusted.
  if (converted.includes(null)) return { rule: { name, images, signedBy: [] }, comments };
  const ownSigners = signedBy.length > 0 || !attestations.some((attestation) => 'signedBy' in attestation);
  return {
    rule: {
      name,
      images,
      ...(ownSigners ? { signedBy } : {}),
      ...(threshold > 1 ? { threshold } : {}),
      ...(Object.keys(require).length === 0 ? {} : { require }),
      ...modeOf(one.failureAction),
      ...(one.repository === undefined ? {} : { signatures: { repository: one.repository } }),
    },
    comments,
  };
}

/** What is asked of one attestation, once for each signer that is needed; null where no signer of its own can be said here. */
function convertAttestation(
  name: string,
  attestation: NonNullable<Image['attestations']>[number],
  comments: string[],
): readonly { readonly type: string; readonly signedBy?: readonly object[] }[] | null {
  const type = attestation.type ?? attestation.predicateType ?? '';
  if (predicateTypesOf(type) === null) {
    comments.push(`${name}: an attestation of type "${type}" has no equal, and is not asked for here`);
    return [];
  }
  if (attestation.conditions !== undefined)
    comments.push(`${name}: conditions on a statement have no equal but where: {builder, sourceRepository}`);
  const own = attestation.attestors ?? [];
  if (own.length === 0) return [{ type }];
  const { signedBy, threshold } = convertAttestors(name, own, comments);
  if (signedBy.length === 0) return null;
  if (threshold === 1) return [{ type, signedBy }];
  if (threshold < signedBy.length)
    comments.push(`${name}: of the signers of its ${type} attestation ${threshold} sufficed; here all are asked for`);
  return signedBy.map((signer) => ({ type, signedBy: [signer] }));
}

function modeOf(action: string | undefined): { readonly mode?: 'enforce' | 'warn' } {
  if (action === undefined) return {};
  return { mode: action.toLowerCase() === 'enforce' ? 'enforce' : 'warn' };
}

function legacyEntries(one: Image): NonNullable<Attestors[number]['entries']> {
  if (one.key !== undefined) return [{ keys: { publicKeys: one.key } }];
  return one.issuer === undefined ? [] : [{ keyless: { issuer: one.issuer, subject: one.subject } }];
}

/** There `*` crosses slashes, and stands for tags and digests too. */
function convertPattern(pattern: string): string {
  const withoutTag = pattern.replace(/(?::\*|@\*|@sha256:\*)$/, '');
  return withoutTag.replace(/\*+/g, '**');
}

function convertAttestors(
  name: string,
  sets: Attestors,
  comments: string[],
): { signedBy: readonly object[]; threshold: number } {
  const signedBy: object[] = [];
  let threshold = 0;
  for (const set of sets) {
    const converted = (set.entries ?? []).map((one) => convertEntry(name, one, comments));
    const signers = converted.flat();
    // Without a count all had to sign; a signer that cannot be said here was one of them.
    const needed = set.count ?? signers.length + converted.filter((choices) => choices.length === 0).length;
    if (needed > signers.length) {
      comments.push(`${name}: ${needed} had to sign, and ${signers.length} can be named here: the rule trusts nobody`);
      return { signedBy: [], threshold: 0 };
    }
    signedBy.push(...signers);
    threshold += needed;
  }
  if (sets.length > 1 && threshold < signedBy.length) {
    comments.push(`${name}: each set of attestors had a count of its own; here all of them are asked for`);
    threshold = signedBy.length;
  }
  return { signedBy, threshold };
}

const pemBlock = /-----BEGIN [^-]+-----[\s\S]*?-----END [^-]+-----\s*/g;

function convertEntry(name: string, one: z.output<typeof entry>, comments: string[]): readonly object[] {
  if ('annotations' in one) comments.push(`${name}: annotations have no equal`);
  if (one.keys !== undefined) {
    const blocks = one.keys.publicKeys?.match(pemBlock) ?? [];
    if (blocks.length === 0)
      comments.push(`${name}: a key in a key store or a Secret has no equal: name its public half`);
    const log = one.keys.rekor !== undefined && one.keys.rekor.ignoreTlog !== true ? { log: 'required' } : {};
    return blocks.map((key) => ({ key, ...log }));
  }
  if (one.keyless !== undefined) return convertKeyless(name, one.keyless, comments);
  comments.push(
    `${name}: ${one.certificates === undefined ? 'an attestor of another kind' : 'certificates'} has no equal: name another signer`,
  );
  return [];
}

function convertKeyless(name: string, one: z.output<typeof keyless>, comments: string[]): readonly object[] {
  if ('additionalExtensions' in one) comments.push(`${name}: additionalExtensions: say them as claims`);
  if ('roots' in one) comments.push(`${name}: roots of your own: name a trusted root, trustedRoot: FILE`);
  if (one.issuer === undefined || one.issuer.includes('*')) {
    comments.push(
      `${name}: the issuer has to be exact (${one.issuer ?? one.issuerRegExp ?? 'none was named'}): the rule trusts nobody until you name it`,
    );
    return [];
  }
  const { issuer, subject, subjectRegExp } = one;
  if (subjectRegExp !== undefined) {
    comments.push(`${name}: the expression was not anchored; it is here, at both ends`);
    return [{ keyless: { issuer, identityRegexp: subjectRegExp } }];
  }
  if (subject === undefined) {
    comments.push(
      `${name}: it named no subject, so that anybody could sign: the rule trusts nobody until you name one`,
    );
    return [];
  }
  if (!/[*?]/.test(subject)) return [{ keyless: { issuer, identity: subject } }];
  const escaped = subject
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return [{ keyless: { issuer, identityRegexp: escaped } }];
}
