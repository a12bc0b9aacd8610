import { X509Certificate } from 'node:crypto';
import { failure, type KeyMaterial, type Result, success } from '../../model/index.ts';
import { regularExpressionProblem } from '../language/patterns/text-pattern.ts';
import { parsePublicKey } from '../load/files/key-material.ts';
import { distinctSigners } from './converted-policy.ts';
import type { AttestorEntry, AttestorSets, KeylessEntry } from './kyverno-schema.ts';

/** Whom sets of attestors ask for: `threshold` of the signers; null where our language has nothing that is as strict. */
export interface ConvertedAttestors {
  readonly signedBy: readonly object[];
  readonly threshold: number;
}

/** Where an entry with several keys stands for one of each: it does for signatures, not for attestations. */
export type KeyReading = 'each' | 'first';

/**
 * Whom sets of attestors ask for. Each set has a count of its own: where more than one is there, all signers of all are
 * asked for here. What our language cannot express stands in `reasons`, and then no signer is trusted.
 */
export function convertAttestors(
  sets: AttestorSets,
  keys: KeyReading,
  comments: string[],
): ConvertedAttestors | readonly string[] {
  const converted = sets.map((set) => convertSet(set, keys));
  const missing = converted.flatMap((set) => (set.threshold > set.signedBy.length ? set.reasons : []));
  const [first, ...others] = converted;
  if (first === undefined) return ['it names no attestors'];
  if (missing.length > 0) return missing;
  for (const { reasons } of converted) comments.push(...reasons);
  if (others.length === 0) return { signedBy: first.signedBy, threshold: first.threshold };
  const signedBy = distinctSigners(converted.flatMap((set) => set.signedBy));
  if (converted.some((set) => set.threshold < set.signedBy.length))
    comments.push('each set of attestors had a count of its own; here all of them are asked for');
  return { signedBy, threshold: signedBy.length };
}

function convertSet(
  set: AttestorSets[number],
  keys: KeyReading,
): ConvertedAttestors & { readonly reasons: readonly string[] } {
  const reasons: string[] = [];
  const converted = (set.entries ?? []).map((one) => {
    const found = convertEntry(one, keys);
    if (!found.ok) reasons.push(found.reason);
    return found.ok ? found.value : [];
  });
  const all = converted.flat();
  const signedBy = distinctSigners(all);
  // Without a count all had to sign; a signer that cannot be said here was one of them.
  const needed = set.count ?? all.length + converted.filter((one) => one.length === 0).length;
  if (all.length === 0 && reasons.length === 0) reasons.push('it names no attestors');
  if (needed > all.length && reasons.length === 0)
    reasons.push(`${needed} had to sign, and ${all.length} can be named here`);
  const repeated = all.length - signedBy.length;
  // one that is there twice counted twice there, by one signature
  const threshold = needed > all.length ? needed : Math.max(1, repeated > 0 ? signedBy.length : needed);
  return { signedBy, threshold: all.length === 0 ? 1 : threshold, reasons };
}

const publicKeyBlock = /-----BEGIN PUBLIC KEY-----[\s\S]*?-----END PUBLIC KEY-----/g;

/** The signers of one entry; a failure where none of ours is as strict. */
function convertEntry(one: AttestorEntry, keys: KeyReading): Result<readonly object[]> {
  if (Object.keys(one.annotations ?? {}).length > 0) return failure('annotations have no equal');
  const kinds = [one.keys, one.keyless, one.certificates, one['attestor']].filter((kind) => kind !== undefined);
  if (kinds.length > 1) return failure('an attestor of several kinds at once is not valid there either');
  const algorithm = one.keys?.signatureAlgorithm ?? one.signatureAlgorithm ?? 'sha256';
  if (algorithm !== 'sha256') return failure(`signatures with ${algorithm} have no equal`);
  if (one.keys !== undefined) return convertKeys(one.keys, keys);
  if (one.keyless !== undefined) return convertKeyless(one.keyless);
  if (one.certificates !== undefined) return convertCertificates(one.certificates);
  return failure('an attestor of another kind has no equal: name another signer');
}

const certificateBlock = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/;

/**
 * A certificate is its key there, and a chain alone is whomever its last certificate vouches for (kyverno, pkg/cosign: buildCosignOptions).
 */
function convertCertificates(one: NonNullable<AttestorEntry['certificates']>): Result<readonly object[]> {
  const { cert = '', certChain = '' } = one;
  const problem = authorityProblem(one);
  if (problem !== null) return failure(problem);
  const log = one.rekor?.ignoreTlog === true ? {} : { log: 'required' };
  if (cert !== '' && certChain !== '')
    return failure('a certificate that has to be of a chain as well (cert with certChain) has no equal: name its key');
  if (cert !== '') {
    const key = keyOfCertificate(cert);
    return key.ok ? success([{ key: key.value.pem, ...log }]) : key;
  }
  const unproven = transparencyProblem(one);
  if (unproven !== null) return failure(unproven);
  const chain = certChain.match(new RegExp(certificateBlock, 'g')) ?? [];
  const ca = chain.at(-1);
  if (ca === undefined) return failure('certificates without a certificate in PEM is not valid there either');
  const between = chain.slice(0, -1);
  const intermediates = between.length === 0 ? {} : { intermediates: `${between.join('\n')}\n` };
  return success([{ certificate: { ca: `${ca}\n`, ...intermediates, identityRegexp: '.*' }, ...log }]);
}

function keyOfCertificate(pem: string): Result<KeyMaterial> {
  try {
    const { publicKey } = new X509Certificate(pem);
    const key = parsePublicKey(publicKey.export({ type: 'spki', format: 'pem' }).toString(), null);
    return key.ok ? key : failure(`the key of its certificate cannot be used: ${key.reason}`);
  } catch {
    return failure('its certificate cannot be read');
  }
}

function convertKeys(keys: NonNullable<AttestorEntry['keys']>, reading: KeyReading): Result<readonly object[]> {
  const blocks = keys.publicKeys?.match(publicKeyBlock) ?? [];
  if (blocks.length === 0) return failure('a key in a key store or a Secret has no equal: name its public half');
  const problem = authorityProblem(keys);
  if (problem !== null) return failure(problem);
  const log = keys.rekor?.ignoreTlog === true ? {} : { log: 'required' };
  const signers: object[] = [];
  for (const block of reading === 'first' ? blocks.slice(0, 1) : blocks) {
    const key = parsePublicKey(block, null);
    if (!key.ok) return failure(`one of its keys cannot be used: ${key.reason}`);
    signers.push({ key: `${block}\n`, ...log });
  }
  return success(signers);
}

/** Logs and authorities of one's own would be taken for public Sigstore's. */
function authorityProblem({ rekor, ctlog }: Pick<KeylessEntry, 'rekor' | 'ctlog'>): string | null {
  const own = [rekor?.pubkey, ctlog?.pubkey, ctlog?.tsaCertChain].some((value) => value !== undefined && value !== '');
  return own
    ? 'the key of a log or timestamp authority of your own has no equal: name a trusted root, trustedRoot: FILE'
    : null;
}

/** Unless its options say otherwise, Kyverno has cosign ask for a proof that a certificate is in a log (sigstore/cosign, ValidateAndUnpackCert). */
function transparencyProblem({ ctlog }: Pick<KeylessEntry, 'ctlog'>): string | null {
  if (ctlog?.ignoreSCT === true) return null;
  return 'an authority of your own had to have its certificates in a transparency log (without ctlog.ignoreSCT), which is asked for here of a trusted root alone: trustedRoot: FILE';
}

function convertKeyless(one: KeylessEntry): Result<readonly object[]> {
  const { issuer = '', issuerRegExp = '', roots = '', additionalExtensions = {} } = one;
  const problem = authorityProblem(one);
  if (problem !== null) return failure(problem);
  if (issuer === '' || /[*?]/.test(issuer) || issuerRegExp !== '')
    return failure(`the issuer has to be exact (${issuerRegExp || issuer || 'none was named'})`);
  const identity = identityOf(one);
  if (!identity.ok) return identity;
  const claims = claimsOf(issuer, additionalExtensions);
  if (!claims.ok) return claims;
  const log = one.rekor?.ignoreTlog === true ? {} : { log: 'required' };
  if (roots !== '') {
    const unproven = transparencyProblem(one);
    if (unproven !== null) return failure(unproven);
    if (!certificateBlock.test(roots)) return failure('its roots hold no certificate in PEM');
    if (Object.keys(claims.value).length > 0)
      return failure(
        'additionalExtensions beside roots of your own have no equal: name a trusted root, trustedRoot: FILE',
      );
    return success([{ certificate: { ca: roots, issuer, ...identity.value }, ...log }]);
  }
  return success([
    {
      keyless: { issuer, ...identity.value },
      ...(Object.keys(claims.value).length === 0 ? {} : { claims: claims.value }),
      ...log,
    },
  ]);
}

/** An expression had to match anywhere there; here it has to match the whole, which is less. */
function identityOf({ subject = '', subjectRegExp = '' }: KeylessEntry): Result<object> {
  if (subject === '' && subjectRegExp === '') return failure('it named no subject, so that anybody could sign');
  if (subject !== '' && !/[*?]/.test(subject)) return success({ identity: subject });
  const expression = subject === '' ? subjectRegExp : wildcardExpression(subject);
  const problem = regularExpressionProblem(expression);
  return problem === null
    ? success({ identityRegexp: expression })
    : failure(`its expression for the subject cannot be used: ${problem}`);
}

function wildcardExpression(wildcard: string): string {
  return wildcard
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
}

const githubIssuer = 'https://token.actions.githubusercontent.com';
const extensionPrefix = '1.3.6.1.4.1.57264.1.';

/** Fulcio writes the same into the newer extensions that our claims are read from (fulcio, docs/oid-info.md). */
const claimNames: Readonly<Record<string, { readonly claim: string; readonly value: RegExp }>> = {
  [`${extensionPrefix}2`]: { claim: 'trigger', value: /^[\w*-]+$/ },
  githubWorkflowTrigger: { claim: 'trigger', value: /^[\w*-]+$/ },
  [`${extensionPrefix}3`]: { claim: 'sourceDigest', value: /^[0-9a-f*]+$/ },
  githubWorkflowSha: { claim: 'sourceDigest', value: /^[0-9a-f*]+$/ },
  [`${extensionPrefix}5`]: { claim: 'sourceRepository', value: /^[\w.*-]+\/[\w.*-]+$/ },
  githubWorkflowRepository: { claim: 'sourceRepository', value: /^[\w.*-]+\/[\w.*-]+$/ },
  [`${extensionPrefix}6`]: { claim: 'ref', value: /^[\w./*+@#-]+$/ },
  githubWorkflowRef: { claim: 'ref', value: /^[\w./*+@#-]+$/ },
};

function claimsOf(
  issuer: string,
  extensions: Readonly<Record<string, string>>,
): Result<Readonly<Record<string, string>>> {
  const claims: Record<string, string> = {};
  for (const [name, value] of Object.entries(extensions)) {
    if (name === 'oidcIssuer' || name === `${extensionPrefix}1`) {
      if (value === issuer) continue;
      return failure(`additionalExtensions asks for another issuer (${value})`);
    }
    const known = Object.hasOwn(claimNames, name) ? claimNames[name] : undefined;
    if (known === undefined || issuer !== githubIssuer || !known.value.test(value))
      return failure(`additionalExtensions ${name}: "${value}" has no equal: say it as a claim`);
    if ((claims[known.claim] ?? value) !== value) return failure(`additionalExtensions asks for two values of ${name}`);
    claims[known.claim] = value;
  }
  return success(claims);
}
