import * as z from 'zod';
import { failure, type Result, success } from '../../model/index.ts';
import { type SignedIdentity, signedIdentity } from '../language/patterns/signed-identity.ts';
import { parsePublicKey } from '../load/files/key-material.ts';
import { type ConversionAids, holdsCertificate, trustsPublicAuthorities, trustsPublicLog } from './public-sigstore.ts';

const text = z.string();
const base64 = z.base64();
const fulcio = z.strictObject({
  caPath: text.optional(),
  caData: base64.optional(),
  oidcIssuer: text.min(1),
  subjectEmail: text.min(1),
});

const pki = z.strictObject({
  caRootsPath: text.min(1).optional(),
  caRootsData: base64.optional(),
  caIntermediatesPath: text.min(1).optional(),
  caIntermediatesData: base64.optional(),
  subjectEmail: text.min(1).optional(),
  subjectHostname: text.min(1).optional(),
});

const sigstoreSigned = z.strictObject({
  type: z.literal('sigstoreSigned'),
  keyPath: text.optional(),
  keyData: base64.optional(),
  keyPaths: z.array(text).min(1).optional(),
  keyDatas: z.array(base64).min(1).optional(),
  fulcio: fulcio.optional(),
  pki: pki.optional(),
  rekorPublicKeyPath: text.optional(),
  rekorPublicKeyData: base64.optional(),
  rekorPublicKeyPaths: z.array(text).min(1).optional(),
  rekorPublicKeyDatas: z.array(base64).min(1).optional(),
  signedIdentity: signedIdentity.optional(),
});

type SigstoreSigned = z.output<typeof sigstoreSigned>;

/** A requirement as it stands, of which only the type is known. */
export const containersRequirement = z.looseObject({ type: text });
export type ContainersRequirement = z.output<typeof containersRequirement>;

/** Whom one requirement trusts, any one of them, and what their signatures must name. */
export interface ConvertedRequirement {
  readonly signers: readonly object[];
  readonly identity: SignedIdentity;
  readonly comments: readonly string[];
}

/** What its signatures must name; the strictest where nothing valid is said. */
export function identityOf(one: Readonly<Record<string, unknown>>): SignedIdentity {
  const parsed = signedIdentity.safeParse(one['signedIdentity']);
  return parsed.success ? parsed.data : { type: 'matchRepoDigestOrExact' };
}

/** Reads one requirement that is neither `reject` nor `insecureAcceptAnything`; a failure where nothing of ours is as strict. */
export function convertRequirement(one: ContainersRequirement, aids: ConversionAids): Result<ConvertedRequirement> {
  if (one.type !== 'sigstoreSigned') return failure(`${one.type} (OpenPGP "simple signing") has no equal`);
  const parsed = sigstoreSigned.safeParse(one);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return failure(`it is not valid there either (${[...(issue?.path ?? []), issue?.message].join(' ')})`);
  }
  const requirement = parsed.data;
  const { keyPath, keyData, keyPaths, keyDatas } = requirement;
  const sources = [keyPath, keyData, keyPaths, keyDatas, requirement.fulcio, requirement.pki].filter(
    (value) => value !== undefined,
  );
  if (sources.length !== 1)
    return failure('it is not valid there either (it names not exactly one of keys, fulcio and pki)');
  const log = logOf(requirement, aids);
  if (!log.ok) return log;
  const identity = identityOf(requirement);
  const named = nameComments(requirement, identity);
  if (requirement.fulcio !== undefined) {
    const signer = keylessOf(requirement.fulcio, log.value.isRequired, aids);
    return signer.ok ? success({ signers: [signer.value], identity, comments: named }) : signer;
  }
  if (requirement.pki !== undefined) return failure(problemOfPki(requirement.pki));
  const signers = keysOf(requirement, log.value.isRequired);
  return signers.ok ? success({ signers: signers.value, identity, comments: named }) : signers;
}

function nameComments(requirement: SigstoreSigned, identity: SignedIdentity): readonly string[] {
  switch (identity.type) {
    case 'matchRepository':
    case 'exactRepository':
      return [];
    case 'remapIdentity':
      return [
        'signedIdentity remapIdentity: a signature that names no tag, as those that cosign makes, is compared by its repository alone; there it was refused',
      ];
    case 'matchExact':
    case 'matchRepoDigestOrExact':
    case 'exactReference': {
      const said =
        requirement.signedIdentity === undefined ? 'signedIdentity is left out' : `signedIdentity ${identity.type}`;
      return [
        `${said}: a signature must name the tag too, which those that cosign makes do not; matchRepository takes them, there and here`,
      ];
    }
  }
}

/** Where its keys are those of public Sigstore's log, an entry in a log is asked for here as well. */
function logOf(requirement: SigstoreSigned, aids: ConversionAids): Result<{ readonly isRequired: boolean }> {
  const { rekorPublicKeyPath, rekorPublicKeyData, rekorPublicKeyPaths, rekorPublicKeyDatas } = requirement;
  const said = [rekorPublicKeyPath, rekorPublicKeyData, rekorPublicKeyPaths, rekorPublicKeyDatas];
  const count = said.filter((value) => value !== undefined).length;
  if (count > 1) return failure('it is not valid there either (it names the keys of logs in more than one way)');
  if (count === 0)
    return requirement.fulcio === undefined
      ? success({ isRequired: false })
      : failure('it is not valid there either (fulcio without the key of a log)');
  const pems = pemsOf(
    [...(rekorPublicKeyPaths ?? []), ...(rekorPublicKeyPath === undefined ? [] : [rekorPublicKeyPath])],
    [...(rekorPublicKeyDatas ?? []), ...(rekorPublicKeyData === undefined ? [] : [rekorPublicKeyData])],
    aids,
  );
  if (!pems.ok) return failure(`${pems.reason}: it is not known whether its log is that of public Sigstore`);
  if (trustsPublicLog(pems.value, aids.publicSigstore)) return success({ isRequired: true });
  return failure('its log is another than that of public Sigstore, and a rule cannot name the key of a log');
}

function keylessOf(
  { caPath, caData, oidcIssuer, subjectEmail }: z.output<typeof fulcio>,
  logRequired: boolean,
  aids: ConversionAids,
): Result<object> {
  if ((caPath === undefined) === (caData === undefined))
    return failure('it is not valid there either (fulcio without exactly one of caPath and caData)');
  const pems = pemsOf(caPath === undefined ? [] : [caPath], caData === undefined ? [] : [caData], aids);
  if (!pems.ok)
    return failure(
      `${pems.reason}: it is not known whether its authority is that of public Sigstore; where it is, write keyless: {issuer: "${oidcIssuer}", identity: "${subjectEmail}"}`,
    );
  const log = logRequired ? { log: 'required' } : {};
  if (trustsPublicAuthorities(pems.value, aids.publicSigstore))
    return success({ keyless: { issuer: oidcIssuer, identity: subjectEmail }, ...log });
  if (!pems.value.every(holdsCertificate))
    return failure('its authority is another than that of public Sigstore, and no certificate of it can be read');
  const ca = caPath ?? Buffer.from(caData ?? '', 'base64').toString('utf8');
  return success({ certificate: { ca, issuer: oidcIssuer, identity: subjectEmail }, ...log });
}

/** Why nothing of ours is as strict as a certificate of an authority of one's own (containers/image, signature/pki_cert.go). */
function problemOfPki({
  caRootsPath,
  caRootsData,
  caIntermediatesPath,
  caIntermediatesData,
  subjectEmail,
  subjectHostname,
}: z.output<typeof pki>): string {
  if ((caRootsPath === undefined) === (caRootsData === undefined))
    return 'it is not valid there either (pki without exactly one of caRootsPath and caRootsData)';
  if (caIntermediatesPath !== undefined && caIntermediatesData !== undefined)
    return 'it is not valid there either (pki with both caIntermediatesPath and caIntermediatesData)';
  if (subjectEmail !== undefined && subjectHostname !== undefined)
    return 'its certificate had to name both an e-mail address and a host, and an entry here asks for one name';
  const identity = subjectEmail ?? subjectHostname;
  if (identity === undefined)
    return 'it is not valid there either (pki without any of subjectEmail and subjectHostname)';
  return `pki: there a certificate that has ended never counted, and a name of that kind alone; where a log or a timestamp that proves when it signed is enough, write certificate: {ca: FILE, identity: ${JSON.stringify(identity)}}`;
}

function pemsOf(
  paths: readonly string[],
  datas: readonly string[],
  aids: ConversionAids,
): Result<readonly Uint8Array[]> {
  const read: Uint8Array[] = datas.map((data) => Buffer.from(data, 'base64'));
  for (const path of paths) {
    const bytes = aids.readFile(path);
    if (bytes === null) return failure(`${path} cannot be read here`);
    read.push(bytes);
  }
  return success(read);
}

function keysOf(
  { keyPath, keyPaths, keyData, keyDatas }: SigstoreSigned,
  logRequired: boolean,
): Result<readonly object[]> {
  const log = logRequired ? { log: 'required' } : {};
  const paths = [...(keyPaths ?? []), ...(keyPath === undefined ? [] : [keyPath])];
  if (paths.some((path) => path === '' || path.includes('://') || path.includes('-----BEGIN ')))
    return failure('it names a key by what is no path');
  const inline: string[] = [];
  for (const data of [...(keyDatas ?? []), ...(keyData === undefined ? [] : [keyData])]) {
    // the first block alone counts there
    const [pem = ''] =
      /-----BEGIN [^-]+-----[\s\S]*?-----END [^-]+-----/.exec(Buffer.from(data, 'base64').toString('utf8')) ?? [];
    const key = parsePublicKey(pem, null);
    if (!key.ok) return failure(`one of its keys cannot be used: ${key.reason}`);
    inline.push(key.value.pem);
  }
  return success([...paths, ...inline].map((key) => ({ key, ...log })));
}
