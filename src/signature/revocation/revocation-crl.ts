import { ASN1Obj } from '@sigstore/core';
import * as pkijs from 'pkijs';
import { limits } from '../limits.ts';
import { isSignedBy, pkiCertificate, revoked, staleness, unknown, uriName } from './revocation-pki.ts';
import type { RevocationQuestion, RevocationSource, RevocationStatus } from './revocation-source.ts';

const distributionPoints = '2.5.29.31';
const issuingDistributionPoint = '2.5.29.28';
const reasonCode = '2.5.29.21';
/** An entry that takes a certificate off a list again: only lists of changes have it, which are not read. */
const removeFromList = 8;

/** A list without its entries, which one library reads, and its entries, of which there may be tens of thousands: they stay as they are. */
interface RevocationList {
  readonly head: pkijs.CertificateRevocationList;
  /** What is signed. */
  readonly signed: Uint8Array;
  readonly entries: readonly ASN1Obj[];
}

const utcTime = 0x17;
const generalizedTime = 0x18;

function isTime({ tag }: ASN1Obj): boolean {
  return tag.isUniversal() && (tag.number === utcTime || tag.number === generalizedTime);
}

/** Reads a CertificateList (RFC 5280, section 5.1): its entries stand behind its one or two times, and may be left out. */
function parseList(bytes: Uint8Array): RevocationList {
  const list = ASN1Obj.parseBuffer(Buffer.from(bytes));
  const [content, ...rest] = list.subs;
  if (content === undefined) throw new Error('it is not a list of revoked certificates');
  const at = content.subs.findLastIndex(isTime) + 1;
  const found = content.subs[at];
  const entries = found?.tag.isUniversal() === true ? found : undefined;
  const others = content.subs.filter((part) => part !== entries);
  const short = new ASN1Obj(list.tag, list.value, [new ASN1Obj(content.tag, content.value, others), ...rest]);
  return {
    head: pkijs.CertificateRevocationList.fromBER(Uint8Array.from(short.toDER())),
    signed: content.toDER(),
    entries: entries?.subs ?? [],
  };
}

function namesOf(name: pkijs.DistributionPointName | undefined): readonly string[] {
  if (!Array.isArray(name)) return [];
  return name.filter(({ type }) => type === uriName).map(({ value }) => String(value));
}

/** For each distribution point the addresses of its list, any of which will do; null for a point that cannot be followed. */
function placesOf(certificate: pkijs.Certificate): readonly (readonly string[] | null)[] {
  const extension = certificate.extensions?.find(({ extnID }) => extnID === distributionPoints);
  if (extension === undefined) return [];
  const points: unknown = extension.parsedValue;
  if (!(points instanceof pkijs.CRLDistributionPoints)) return [null];
  return points.distributionPoints.slice(0, limits.revocationAddresses).map((point) => {
    const isWhole = point.cRLIssuer === undefined && point.reasons === undefined;
    const addresses = namesOf(point.distributionPoint).filter((url) => /^https?:\/\//i.test(url));
    return isWhole && addresses.length > 0 ? addresses.slice(0, limits.revocationAddresses) : null;
  });
}

/** Why a list that says which certificates it is about (RFC 5280, section 5.2.5) is not about this one; null where it is. */
function scopeProblem(
  list: pkijs.CertificateRevocationList,
  addresses: readonly string[],
  isAuthority: boolean,
): string | null {
  const extension = list.crlExtensions?.extensions.find(({ extnID }) => extnID === issuingDistributionPoint);
  if (extension === undefined) return null;
  const scope: unknown = extension.parsedValue;
  if (!(scope instanceof pkijs.IssuingDistributionPoint)) return 'its scope cannot be read';
  if (scope.indirectCRL || scope.onlySomeReasons !== undefined) return 'it is a list of a part only';
  const isOther = isAuthority ? scope.onlyContainsUserCerts : scope.onlyContainsCACerts;
  if (isOther || scope.onlyContainsAttributeCerts) return 'it is about other certificates';
  const names = scope.distributionPoint === undefined ? addresses : namesOf(scope.distributionPoint);
  return names.some((name) => addresses.includes(name)) ? null : 'it belongs to another place';
}

async function problemOf(
  { head: list, signed }: RevocationList,
  addresses: readonly string[],
  { certificate, issuer, now }: RevocationQuestion,
): Promise<string | null> {
  const holder = pkiCertificate(issuer.native.raw);
  const isOwn = list.issuer.isEqual(holder.subject) && issuer.parsed.extKeyUsage?.crlSign !== false;
  if (!isOwn || !(await isSignedBy(holder, signed, list.signatureValue, list.signatureAlgorithm))) {
    return 'it is not signed by the authority';
  }
  const stale = staleness(list.thisUpdate.value, list.nextUpdate?.value, now);
  if (stale !== null) return stale;
  const foreign = list.crlExtensions?.extensions.find(
    ({ critical, extnID }) => critical && extnID !== issuingDistributionPoint,
  );
  if (foreign !== undefined) return `it has the extension ${foreign.extnID}, which is not understood`;
  return scopeProblem(list, addresses, certificate.parsed.isCA);
}

function reasonOf({ crlEntryExtensions }: pkijs.RevokedCertificate): number | null {
  const value: unknown = crlEntryExtensions?.extensions.find(({ extnID }) => extnID === reasonCode)?.parsedValue;
  const block = value instanceof Object && 'valueBlock' in value ? value.valueBlock : null;
  return block instanceof Object && 'valueDec' in block ? Number(block.valueDec) : null;
}

function entryOf({ entries }: RevocationList, question: RevocationQuestion): RevocationStatus {
  const { serialNumber } = question.certificate.parsed;
  const found = entries.find(({ subs }) => subs[0]?.value.equals(serialNumber) === true);
  if (found === undefined) return { status: 'good', reason: '' };
  const entry = pkijs.RevokedCertificate.fromBER(Uint8Array.from(found.toDER()));
  if (reasonOf(entry) === removeFromList) return { status: 'good', reason: '' };
  const extensions = entry.crlEntryExtensions?.extensions ?? [];
  return revoked(
    entry.revocationDate.value,
    extensions.filter(({ extnID }) => extnID !== reasonCode),
    question,
  );
}

async function readList(
  addresses: readonly string[],
  question: RevocationQuestion,
  source: RevocationSource,
): Promise<RevocationStatus> {
  let last = unknown('it names no list');
  for (const url of addresses) {
    try {
      const bytes = await source.fetch({ url, limit: limits.revocationListBytes });
      const list = parseList(bytes);
      const problem = await problemOf(list, addresses, question);
      if (problem === null) return entryOf(list, question);
      last = unknown(`the list at ${url.slice(0, 200)} does not count: ${problem}`);
    } catch (error) {
      last = unknown(error instanceof Error ? error.message : 'its list cannot be read');
    }
  }
  return last;
}

/**
 * What the lists say that the certificate names: each of its distribution points counts, and of the addresses of one the first that
 * has a list which counts. Lists of changes (`freshestCRL`) are not read: the whole list holds until it says. Null where it names none.
 */
export async function readLists(
  question: RevocationQuestion,
  source: RevocationSource,
): Promise<RevocationStatus | null> {
  const places = placesOf(pkiCertificate(question.certificate.native.raw));
  if (places.length === 0) return null;
  const found: RevocationStatus[] = [];
  for (const addresses of places) {
    const status = addresses === null ? unknown('it names a list in a way that cannot be followed') : null;
    found.push(status ?? (await readList(addresses ?? [], question, source)));
  }
  const worst =
    found.find(({ status }) => status === 'revoked') ?? found.find(({ status }) => status === 'unknown') ?? null;
  return worst ?? { status: 'good', reason: '' };
}
