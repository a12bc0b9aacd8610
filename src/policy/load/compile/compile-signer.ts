import { createHash } from 'node:crypto';
import { isPem, isRecord, type KeyMaterial, nearestName, parseBoundedJson } from '../../../model/index.ts';
import type {
  ClaimName,
  KeylessSigner,
  KeySigner,
  NotationSigner,
  SignerEntry,
  TrustedSigner,
} from '../../language/compiled/trusted-signer.ts';
import { exactOrGlob, type TextPattern } from '../../language/patterns/text-pattern.ts';
import type { SignerDocument } from '../../language/schema/schema.ts';
import { knownIdentifiers } from '../../publishers/known-identifiers.ts';
import { entryOfPublisher } from '../../publishers/publisher-catalogue.ts';
import { parsePublicKey } from '../files/key-material.ts';
import { addCertificates } from '../files/named-certificates.ts';
import { invalidIn, type PolicyScope, readNamedFile, shortName } from '../files/policy-scope.ts';
import { certificateSigner, describeCertificateSigner } from './compile-certificate-signer.ts';

type Path = readonly PropertyKey[];

/**
 * An entry of `signedBy`, its files read. Its material goes into the scope's collector.
 * @throws VerifyError `policy.invalid`
 */
export async function compileSigner(scope: PolicyScope, path: Path, document: SignerDocument): Promise<SignerEntry> {
  if (document.publisher !== undefined) return publisherEntry(scope, [...path, 'publisher'], document.publisher);
  const signer = await signerOf(scope, path, document);
  return { label: signerLabel(signer), choices: [{ signer, images: null }] };
}

function publisherEntry(scope: PolicyScope, path: Path, name: string): SignerEntry {
  const publisher = scope.publishers.get(name);
  if (publisher !== undefined) return entryOfPublisher(publisher);
  const near = nearestName(name, [...scope.publishers.keys()]);
  const meant = near === null ? 'docker verify policy publishers lists them' : `did you mean "${near}"?`;
  throw invalidIn(scope, path, `no publisher is called "${name}"; ${meant}`, meant);
}

async function signerOf(scope: PolicyScope, path: Path, document: SignerDocument): Promise<TrustedSigner> {
  const logRequired = document.log === 'required';
  if (document.keyless !== undefined) return keylessSigner(scope, path, document, document.keyless);
  if (document.notation !== undefined) return notationSigner(scope, path, document.notation);
  if (document.certificate !== undefined)
    return certificateSigner(scope, [...path, 'certificate'], document.certificate, logRequired);
  const { key, sha256 } = document;
  if (typeof key === 'object') return pendingKey(scope, key.url, key.sha256, logRequired);
  if (key === undefined) throw invalidIn(scope, path, 'it names no signer');
  if (key.startsWith('https://') && sha256 !== undefined) return pendingKey(scope, key, sha256, logRequired);
  const material = await keyMaterial(scope, [...path, 'key'], key);
  scope.material.addKey(material);
  return { kind: 'key', id: material.id, name: material.name ?? 'inline', pending: null, logRequired };
}

function pendingKey(scope: PolicyScope, url: string, sha256: string, logRequired: boolean): KeySigner {
  const name = shortName(URL.canParse(url) ? new URL(url).pathname : url);
  scope.material.addFetch({ url, sha256, name });
  return { kind: 'key', id: null, name, pending: url, logRequired };
}

async function keyMaterial(scope: PolicyScope, path: Path, key: string): Promise<KeyMaterial> {
  if (isPem(key)) return keyFrom(scope, path, key, null, 'the inline key');
  if (/^[a-z0-9]+:\/\//i.test(key))
    throw invalidIn(
      scope,
      path,
      `"${key.slice(0, 200)}" is not supported as a key`,
      'name a file, an inline PEM or an https address',
    );
  const file = await readNamedFile(scope, path, key);
  return keyFrom(scope, path, file.text, shortName(key), file.path);
}

function keyFrom(scope: PolicyScope, path: Path, pem: string, name: string | null, where: string): KeyMaterial {
  const id = knownIdentifiers.get(pem);
  if (id !== undefined) return { id, pem, name, hashAlgorithm: null, isPublishers: scope.layer === 'builtin' };
  const material = parsePublicKey(pem, name);
  if (material.ok) return material.value;
  throw invalidIn(
    scope,
    path,
    `${where} is not a usable public key: ${material.reason}`,
    'name a public key in PEM, for instance cosign.pub',
  );
}

async function keylessSigner(
  scope: PolicyScope,
  path: Path,
  document: SignerDocument,
  keyless: NonNullable<SignerDocument['keyless']>,
): Promise<KeylessSigner> {
  const { issuer, identity, identityRegexp } = keyless;
  const pattern: TextPattern =
    identityRegexp === undefined ? { kind: 'exact', text: identity ?? '' } : { kind: 'regexp', text: identityRegexp };
  const trustedRoots =
    document.trustedRoot === undefined
      ? null
      : await trustedRootsOf(scope, [...path, 'trustedRoot'], document.trustedRoot);
  const logRequired = document.log === 'required';
  return {
    kind: 'keyless',
    issuer,
    identity: pattern,
    claims: claimsOf(document.claims ?? {}),
    trustedRoots,
    logRequired,
  };
}

function claimsOf(claims: NonNullable<SignerDocument['claims']>): Readonly<Partial<Record<ClaimName, TextPattern>>> {
  const patterns: Partial<Record<ClaimName, TextPattern>> = {};
  for (const [name, value] of Object.entries(claims)) {
    // The schema knows no other names.
    if (value !== undefined) patterns[name as ClaimName] = exactOrGlob(onGitHub(name, value));
  }
  return patterns;
}

/** `acme/app` is short for `https://github.com/acme/app`, and as an owner `acme` for `https://github.com/acme`. */
function onGitHub(name: string, value: string): string {
  if (name === 'sourceRepository') return repositoryUri(value);
  return name === 'sourceRepositoryOwner' && !value.includes('://') ? `https://github.com/${value}` : value;
}

/** The URI of a source repository; `acme/app` is on GitHub. */
export function repositoryUri(value: string): string {
  return value.includes('://') ? value : `https://github.com/${value}`;
}

/**
 * Makes a trusted root count for the layer that names it, and for those after it.
 * @throws VerifyError `policy.invalid`
 */
export async function declareTrustedRoot(scope: PolicyScope, path: Path, value: string): Promise<void> {
  await trustedRootsOf(scope, [...path, 'trustedRoot'], value);
}

async function trustedRootsOf(scope: PolicyScope, path: Path, value: string): Promise<readonly string[] | 'github'> {
  if (value === 'github') {
    scope.material.addGithub();
    return value;
  }
  const { text, path: file } = await readNamedFile(scope, path, value);
  // One document, or one a line, as GitHub publishes its own.
  const documents = isJson(text) ? [text] : text.split('\n').filter((line) => line.trim() !== '');
  if (documents.length === 0 || !documents.every(isJson)) throw invalidIn(scope, path, `${file} is not a trusted root`);
  return documents.map((json) => {
    const id = createHash('sha256').update(json).digest('hex');
    scope.material.addTrustedRoot({ id, layer: scope.layer, source: value, json, updated: null, thresholds: null });
    return id;
  });
}

/** Whether it is a JSON object; whether it is a trusted root is found out where it is first used. */
function isJson(text: string): boolean {
  try {
    return isRecord(parseBoundedJson(text));
  } catch {
    return false;
  }
}

async function notationSigner(
  scope: PolicyScope,
  path: Path,
  notation: {
    readonly subject: string;
    readonly ca: string;
    readonly tsa?: string | undefined;
    readonly timestamp?: 'required' | 'optional' | undefined;
    readonly revocation?: NotationSigner['revocation'] | undefined;
  },
): Promise<NotationSigner> {
  const { subject, ca, tsa, timestamp, revocation = 'require' } = notation;
  if (timestamp === 'required' && tsa === undefined)
    throw invalidIn(
      scope,
      [...path, 'notation', 'timestamp'],
      'a timestamp that is required needs a tsa to be made by',
    );
  const authority = await addCertificates(scope, [...path, 'notation', 'ca'], ca, 'notation');
  if (tsa !== undefined) await addCertificates(scope, [...path, 'notation', 'tsa'], tsa, 'notation-timestamp');
  if (revocation !== 'skip') scope.material.addRevocable(authority);
  return { kind: 'notation', subject, authority, revocation, timestampRequired: timestamp === 'required' };
}

/** What a rule asks for, for people. */
export function signerLabel(signer: TrustedSigner): string {
  const log = signer.kind !== 'notation' && signer.logRequired ? ', with a log entry' : '';
  switch (signer.kind) {
    case 'key':
      return `key ${signer.name} (${signer.id === null ? 'not fetched' : `sha256:${signer.id}`})${log}`;
    case 'keyless': {
      const claims = Object.entries(signer.claims).map(([name, pattern]) => `${name} ${pattern.text}`);
      const matching = signer.identity.kind === 'exact' ? '' : 'matching ';
      return `keyless ${matching}${signer.identity.text} from ${signer.issuer}${claims.length === 0 ? '' : ` (${claims.join(', ')})`}${log}`;
    }
    case 'notation':
      return `certificate ${signer.subject}`;
    case 'certificate':
      return `${describeCertificateSigner(signer)}${log}`;
  }
}
