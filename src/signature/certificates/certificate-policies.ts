import type { ASN1Obj, X509Certificate } from '@sigstore/core';
import { Refusal } from '../refusal.ts';
import { isSelfIssued } from './distinguished-name.ts';

const certificatePolicies = '2.5.29.32';
const policyMappings = '2.5.29.33';
const policyConstraints = '2.5.29.36';
const inhibitAnyPolicy = '2.5.29.54';
const anyPolicy = '2.5.29.32.0';

/** What one certificate says of policies; null where it says nothing. */
interface Declared {
  readonly policies: ReadonlySet<string> | null;
  /** Policies of the subject's domain by the issuer's that they are equal to. */
  readonly mappings: ReadonlyMap<string, ReadonlySet<string>>;
  readonly requireExplicit: number | null;
  readonly inhibitMapping: number | null;
  readonly inhibitAny: number | null;
}

function malformed(): Refusal {
  return new Refusal(
    'certificate-invalid',
    'a certificate of its chain speaks of policies in a way that cannot be read',
  );
}

/** The one value of an extension; undefined where the certificate does not have it. */
function valueIn(certificate: X509Certificate, oid: string): ASN1Obj | undefined {
  const extension = certificate.extension(oid);
  if (extension === undefined) return undefined;
  const [value, ...rest] = extension.valueObj.subs;
  if (value === undefined || rest.length > 0) throw malformed();
  return value;
}

function oidOf(value: ASN1Obj | undefined): string {
  if (value === undefined || !value.tag.isOID()) throw malformed();
  return value.toOID();
}

/** A number of certificates; more than any chain is long is as good as any. */
function countOf({ value }: ASN1Obj): number {
  const [first] = value;
  if (first === undefined || first > 0x7f) throw malformed();
  return Math.min(Number.parseInt(value.toString('hex'), 16), 1_000);
}

function policiesOf(certificate: X509Certificate): ReadonlySet<string> | null {
  const value = valueIn(certificate, certificatePolicies);
  if (value === undefined) return null;
  const policies = value.subs.map(({ subs }) => oidOf(subs[0]));
  const distinct = new Set(policies);
  if (policies.length === 0 || distinct.size !== policies.length) throw malformed();
  return distinct;
}

function mappingsOf(certificate: X509Certificate): ReadonlyMap<string, ReadonlySet<string>> {
  const mappings = new Map<string, Set<string>>();
  for (const { subs } of valueIn(certificate, policyMappings)?.subs ?? []) {
    const [issuer, subject] = [oidOf(subs[0]), oidOf(subs[1])];
    if (issuer === anyPolicy || subject === anyPolicy) throw malformed();
    mappings.set(issuer, (mappings.get(issuer) ?? new Set()).add(subject));
  }
  return mappings;
}

function declaredBy(certificate: X509Certificate): Declared {
  const constraints = valueIn(certificate, policyConstraints);
  const [first] = constraints?.subs ?? [];
  if (constraints !== undefined && first === undefined) throw malformed();
  const count = (place: number): number | null => {
    const found = constraints?.subs.find(({ tag }) => tag.isContextSpecific(place));
    return found === undefined ? null : countOf(found);
  };
  const inhibited = valueIn(certificate, inhibitAnyPolicy);
  if (inhibited !== undefined && !inhibited.tag.isInteger()) throw malformed();
  return {
    policies: policiesOf(certificate),
    mappings: mappingsOf(certificate),
    requireExplicit: count(0),
    inhibitMapping: count(1),
    inhibitAny: inhibited === undefined ? null : countOf(inhibited),
  };
}

/**
 * The lowest level of the valid policy tree (RFC 5280, section 6.1.2 (a)): for each policy those that it is expected to be called by
 * below. Only the lowest counts for whether the tree is empty, so that nothing grows with the number of ways through it (RFC 9618).
 */
type Level = ReadonlyMap<string, ReadonlySet<string>>;

function itself(policy: string): readonly [string, ReadonlySet<string>] {
  return [policy, new Set([policy])];
}

function nextLevel(level: Level, policies: ReadonlySet<string>, takesAny: boolean): Level {
  const expected = new Set([...level.values()].flatMap((each) => [...each]));
  const named = [...policies].filter(
    (policy) => policy !== anyPolicy && (expected.has(policy) || level.has(anyPolicy)),
  );
  const carried = policies.has(anyPolicy) && takesAny ? [...expected] : [];
  return new Map([...named, ...carried].map(itself));
}

function mappedLevel(level: Level, mappings: Declared['mappings'], isInhibited: boolean): Level {
  const next = new Map(level);
  for (const [issuer, subjects] of mappings) {
    if (isInhibited) next.delete(issuer);
    else if (next.has(issuer) || next.has(anyPolicy)) next.set(issuer, subjects);
  }
  return next;
}

function atMost(count: number, bound: number | null): number {
  return bound === null ? count : Math.min(count, bound);
}

/**
 * Requires that a chain has a policy in common where an authority in it asks for one (RFC 5280, section 6.1, with any policy to begin
 * with and nothing inhibited). The anchor's own extensions do not count, as there.
 * @param path the signer first, the anchor last
 * @throws Refusal `certificate-invalid`
 */
export function assertPolicies(path: readonly X509Certificate[]): void {
  const certificates = path.slice(0, -1).reverse();
  let level: Level = new Map([itself(anyPolicy)]);
  let explicit = certificates.length + 1;
  let mapping = explicit;
  let any = explicit;
  for (const [index, certificate] of certificates.entries()) {
    const isLast = index === certificates.length - 1;
    const isOwn = isSelfIssued(certificate);
    const declared = declaredBy(certificate);
    level = declared.policies === null ? new Map() : nextLevel(level, declared.policies, any > 0 || (!isLast && isOwn));
    if (explicit === 0 && level.size === 0) throw noPolicy();
    if (isLast) explicit = Math.max(0, declared.requireExplicit === 0 ? 0 : explicit - 1);
    else {
      level = mappedLevel(level, declared.mappings, mapping === 0);
      const step = isOwn ? 0 : 1;
      explicit = atMost(Math.max(0, explicit - step), declared.requireExplicit);
      mapping = atMost(Math.max(0, mapping - step), declared.inhibitMapping);
      any = atMost(Math.max(0, any - step), declared.inhibitAny);
    }
  }
  if (explicit === 0 && level.size === 0) throw noPolicy();
}

function noPolicy(): Refusal {
  return new Refusal('certificate-invalid', 'an authority in its chain asks for a policy that the chain does not have');
}
