import { createHash, type KeyObject, X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { initializeCTLog, initializeTLog, initializeTSA } from '@sigstore/mock';
import { createAuthority, createAuthorityCertificate } from './certificate-authority.ts';
import { type KeyPair, keptKeyPair, keptText, publicKeyInfo } from './kept-keys.ts';
import { tileLogId } from './transparency-log.ts';

type TimestampAuthority = Awaited<ReturnType<typeof initializeTSA>>;

/** The authorities of a test Sigstore. */
export interface SigstoreAuthorities {
  readonly certificates: ReturnType<typeof createAuthority>;
  readonly log: Awaited<ReturnType<typeof initializeTLog>>;
  readonly logPublicKey: KeyObject;
  readonly tileLogKeys: KeyPair;
  readonly timestamps: TimestampAuthority;
}

interface TrustedAuthority {
  readonly uri: string;
  readonly certChain: { readonly certificates: readonly { readonly rawBytes: string }[] };
  readonly validFor: { readonly start: string };
}

const trustedRootFile = 'trusted_root.json';
const ecdsa = 'PKIX_ECDSA_P256_SHA_256';

function bytesOf(view: ArrayBufferView<ArrayBuffer>): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}

/** `@sigstore/core` parses times with no fraction of a second or three digits of one; the mock's have any number. */
function inWholeSeconds(authority: TimestampAuthority): TimestampAuthority {
  return Object.assign(authority, { getCurrentTime: () => new Date(Math.floor(Date.now() / 1000) * 1000) });
}

/** Those of earlier starts: a timestamp authority's certificates are made anew each time, what they stamped stays valid. */
function earlierTimestampAuthorities(folder: string): readonly TrustedAuthority[] {
  const file = join(folder, trustedRootFile);
  if (!existsSync(file)) {
    return [];
  }
  const root: { timestampAuthorities: TrustedAuthority[] } = JSON.parse(readFileSync(file, 'utf8'));
  return root.timestampAuthorities.slice(-15);
}

function trustedAuthority(
  url: string,
  start: string,
  certificates: readonly ArrayBufferView<ArrayBuffer>[],
): TrustedAuthority {
  return {
    uri: url,
    certChain: { certificates: certificates.map((view) => ({ rawBytes: bytesOf(view).toString('base64') })) },
    validFor: { start },
  };
}

function trustedLog(url: string, start: string, key: KeyObject, id?: Buffer): object {
  const info = publicKeyInfo(key);
  const keyDetails = key.asymmetricKeyType === 'ed25519' ? 'PKIX_ED25519' : ecdsa;
  return {
    baseUrl: url,
    hashAlgorithm: 'SHA2_256',
    publicKey: { rawBytes: info.toString('base64'), keyDetails, validFor: { start } },
    logId: { keyId: (id ?? createHash('sha256').update(info).digest()).toString('base64') },
  };
}

/** Takes up again, or makes, the authorities kept in `folder`; writes there `trusted_root.json` and, for cosign 2, PEM files. */
export async function openAuthorities(folder: string, url: string): Promise<SigstoreAuthorities> {
  mkdirSync(folder, { recursive: true });
  const keys = (name: string, kind: 'p256' | 'ed25519'): KeyPair => keptKeyPair(join(folder, `${name}.key`), kind);
  const authorityKeys = keys('fulcio', 'p256');
  const promiseKeys = keys('ctfe', 'p256');
  const logKeys = keys('rekor', 'p256');
  const tileLogKeys = keys('tiles', 'ed25519');
  const authorityPem = await keptText(join(folder, 'fulcio.pem'), () => createAuthorityCertificate(authorityKeys));
  const certificates = createAuthority(authorityPem, authorityKeys, await initializeCTLog(promiseKeys));
  const timestamps = inWholeSeconds(await initializeTSA(keys('tsa', 'p256')));
  const stampers = [timestamps.intCertificate, timestamps.rootCertificate];
  const start = new Date(new X509Certificate(authorityPem).validFrom).toISOString();
  const root = {
    mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
    tlogs: [
      trustedLog(url, start, logKeys.publicKey),
      trustedLog(url, start, tileLogKeys.publicKey, tileLogId(tileLogKeys)),
    ],
    ctlogs: [trustedLog(url, start, promiseKeys.publicKey)],
    certificateAuthorities: [trustedAuthority(url, start, [certificates.rootCertificate])],
    timestampAuthorities: [...earlierTimestampAuthorities(folder), trustedAuthority(url, start, stampers)],
  };
  writeFileSync(join(folder, trustedRootFile), `${JSON.stringify(root, null, 2)}\n`);
  writeFileSync(join(folder, 'rekor.pub'), logKeys.publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(join(folder, 'ctfe.pub'), promiseKeys.publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(
    join(folder, 'tsa.pem'),
    stampers.map((view) => new X509Certificate(bytesOf(view)).toString()).join(''),
  );
  return {
    certificates,
    log: await initializeTLog(url, logKeys),
    logPublicKey: logKeys.publicKey,
    tileLogKeys,
    timestamps,
  };
}
