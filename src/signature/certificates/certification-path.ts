import type { X509Certificate } from '@sigstore/core';
import { limits } from '../limits.ts';
import { problemOf, Refusal } from '../refusal.ts';
import { hasRepeatedExtension, isIssuedBy, isSameCertificate, leadingTo, unevaluatedExtension } from './certificate.ts';
import { assertPolicies } from './certificate-policies.ts';
import { assertStrongAuthority, assertStrongSignature } from './certificate-signature.ts';
import { isSelfIssued } from './distinguished-name.ts';
import { assertNames } from './name-constraints.ts';
import { subjectName } from './subject-name.ts';

/** A certificate, those that issued one another above it, and the one that is trusted last. */
export type CertificationPath = readonly X509Certificate[];

const mostPaths = 16;
const mostSteps = 256;

/**
 * The ways from a certificate to an anchor through authorities that anybody may have brought, the shortest first. Each step is one by name
 * and by signature; what the certificates say beside that is not looked at.
 */
export function pathsTo(
  anchors: readonly X509Certificate[],
  certificate: X509Certificate,
  brought: readonly X509Certificate[],
): readonly CertificationPath[] {
  const between = leadingTo(anchors, brought).filter(
    (each) => !anchors.some((anchor) => isSameCertificate(anchor, each)),
  );
  const paths: CertificationPath[] = [];
  // Breadth first; bounded, since an attacker's certificates may vouch for one another in every order.
  const open: CertificationPath[] = [[certificate]];
  for (let steps = 0; open.length > 0 && paths.length < mostPaths && steps < mostSteps; steps++) {
    const path = open.shift() ?? [];
    const last = path.at(-1) ?? certificate;
    for (const anchor of anchors) {
      if (anchor.isCA && isIssuedBy(last, anchor)) paths.push([...path, anchor]);
    }
    if (path.length >= limits.chainCertificates) continue;
    for (const issuer of between) {
      if (!path.includes(issuer) && isIssuedBy(last, issuer)) open.push([...path, issuer]);
    }
  }
  return paths;
}

function assertExtensions(certificate: X509Certificate): void {
  if (hasRepeatedExtension(certificate)) {
    throw new Refusal('certificate-invalid', 'a certificate of its chain has an extension twice');
  }
  const oid = unevaluatedExtension(certificate);
  if (oid === null) return;
  throw new Refusal(
    'unsupported',
    `the certificate "${subjectName(certificate)}" of its chain has the critical extension ${oid}, which cannot be evaluated here`,
  );
}

/** Each certificate above the first is an authority's, with no more authorities below it than it allows (RFC 5280, section 6.1.4 (k) to (n)). */
function assertAuthorities(path: CertificationPath): void {
  let below = 0;
  for (const authority of path.slice(1)) {
    if (!authority.isCA) {
      throw new Refusal(
        'certificate-invalid',
        `the certificate "${subjectName(authority)}" in its chain is not an authority's`,
      );
    }
    const most = authority.extBasicConstraints?.pathLenConstraint;
    if (most !== undefined && most < BigInt(below)) {
      throw new Refusal('certificate-invalid', 'its chain is longer than an authority in it allows');
    }
    if (!isSelfIssued(authority)) below += 1;
  }
}

/**
 * Requires of a path what RFC 5280, section 6.1, asks for beside signatures and times: that critical extensions are understood, that
 * authorities are such and may have what is below them, that names and policies are within their constraints; and that no signature or key
 * in it is too weak.
 * @throws Refusal `certificate-invalid`; `unsupported` where this cannot be evaluated
 */
export function assertPath(path: CertificationPath): void {
  for (const certificate of path) assertExtensions(certificate);
  // the last is trusted by itself, whatever its own signature is
  for (const certificate of path.slice(0, -1)) assertStrongSignature(certificate);
  for (const authority of path.slice(1)) assertStrongAuthority(authority);
  assertAuthorities(path);
  assertNames(path);
  assertPolicies(path);
}

/** The certificates in which paths through a given chain end: those that signed themselves, else the last. */
export function rootsAmong(chain: readonly X509Certificate[]): readonly X509Certificate[] {
  const selfSigned = chain.filter((certificate) => isIssuedBy(certificate, certificate));
  return selfSigned.length > 0 ? selfSigned : chain.slice(-1);
}

function rank(error: unknown): number {
  return problemOf(error).code === 'unsupported' ? 0 : 1;
}

/**
 * Those of several paths that stand a check.
 * @throws what the check threw where none does, `unsupported` first: what cannot be evaluated leaves it open
 */
export function soundPaths<Found extends { readonly path: CertificationPath }>(
  found: readonly Found[],
  check: (path: CertificationPath) => void,
): readonly Found[] {
  const problems: unknown[] = [];
  const sound = found.filter(({ path }) => {
    try {
      check(path);
      return true;
    } catch (error) {
      problems.push(error);
      return false;
    }
  });
  if (sound.length === 0 && problems.length > 0) throw problems.sort((a, b) => rank(a) - rank(b))[0];
  return sound;
}
