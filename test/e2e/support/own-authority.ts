import 'reflect-metadata';
import { createPublicKey, webcrypto } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import {
  type CertificateSpec,
  type Certified,
  certify,
  identity,
} from '../../unit/signature/certificates/test-certificates.ts';
import { copyImage, lab, mustRun, temporaryFolder } from './lab.ts';

export const { registry } = lab();
// signatures of an earlier run stay in the registry
export const repository = `${registry}/own-authority/${Date.now().toString(36)}`;
export const release = 'release@acme.example';
const long = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 86_400_000) };
const codeSigning = ['1.3.6.1.5.5.7.3.3'];

export let folder: string;
export let root: Certified;
let between: Certified;
let lists: Server;
/** By name, with the digest. */
export const images = new Map<string, string>();
export let endOfShort: Date;

async function write(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

async function cosign(tool: 'cosign3' | 'cosign2', ...parameters: readonly string[]): Promise<void> {
  await mustRun(lab(), lab()[tool], parameters, { cwd: folder, env: { COSIGN_PASSWORD: '' } });
}

/** A certificate for cosign's own key, which alone can sign with it. */
async function signerWith(spec: CertificateSpec): Promise<string> {
  const publicKey = createPublicKey(await readFile(join(folder, 'k.pub'), 'utf8'));
  const names = [identity('email', release)];
  // only the public half goes into a certificate
  const pair = { publicKey, privateKey: between.pair.privateKey };
  const made = await certify(
    { subject: 'O=acme,CN=release', usages: codeSigning, names, ...long, pair, ...spec },
    between,
    null,
  );
  return made.pem;
}

async function listOfRevoked(serials: readonly string[]): Promise<Buffer> {
  const jwk = between.pair.privateKey.export({ format: 'jwk' });
  const curve = { name: 'ECDSA', namedCurve: 'P-256' };
  const signingKey = await webcrypto.subtle.importKey('jwk', jwk, curve, true, ['sign']);
  const list = await x509.X509CrlGenerator.create({
    issuer: between.name,
    thisUpdate: long.notBefore,
    nextUpdate: long.notAfter,
    entries: serials.map((serialNumber) => ({
      serialNumber,
      revocationDate: long.notBefore,
      reason: x509.X509CrlReason.keyCompromise,
    })),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    signingKey,
  });
  return Buffer.from(list.rawData);
}

async function sign(
  name: string,
  tool: 'cosign3' | 'cosign2',
  spec: CertificateSpec,
  isStamped = false,
): Promise<void> {
  const image = `${repository}/${name}`;
  const digest = await copyImage(lab(), `${registry}/unsigned/base:1`, `${image}:1`);
  images.set(name, `${image}@${digest}`);
  const certificate = await write(`${name}.pem`, await signerWith(spec));
  const signed = [
    '--key',
    'k.key',
    '--certificate',
    certificate,
    '--certificate-chain',
    'chain.pem',
    '-y',
    '--allow-http-registry',
  ];
  const stamps = `${lab().sigstore}/api/v1/timestamp`;
  if (tool === 'cosign2') {
    const clock = isStamped ? ['--timestamp-server-url', stamps] : [];
    await cosign(tool, 'sign', ...signed, '--tlog-upload=false', ...clock, `${image}@${digest}`);
  } else {
    await cosign(
      tool,
      'sign',
      ...signed,
      '--signing-config',
      'empty.json',
      '--trusted-root',
      'own.json',
      `${image}@${digest}`,
    );
  }
}

/** Makes the authorities, and signs an image in each of the ways that are tried. */
export async function prepareSignatures(): Promise<void> {
  folder = await temporaryFolder();
  await cosign('cosign2', 'generate-key-pair', '--output-key-prefix', 'k');
  root = await certify({ subject: 'CN=own root', isAuthority: true, ...long }, null, null);
  between = await certify({ subject: 'CN=own between', isAuthority: true, pathLength: 0, ...long }, root, null);
  const other = await certify({ subject: 'CN=own root', isAuthority: true, ...long }, null, null);
  await write('root.pem', root.pem);
  await write('between.pem', between.pem);
  await write('other.pem', other.pem);
  await write('chain.pem', `${between.pem}\n${root.pem}\n`);
  await cosign('cosign3', 'signing-config', 'create', '--out', 'empty.json');
  await cosign(
    'cosign3',
    'trusted-root',
    'create',
    '--fulcio',
    'url=http://x.test,certificate-chain=chain.pem',
    '--out',
    'own.json',
  );
  const trusted: { timestampAuthorities: { certChain: { certificates: { rawBytes: string }[] } }[] } = JSON.parse(
    await readFile(lab().trustedRoot, 'utf8'),
  );
  const stampers = trusted.timestampAuthorities.flatMap(({ certChain }) => certChain.certificates);
  const pem = stampers.map(({ rawBytes }) => `-----BEGIN CERTIFICATE-----\n${rawBytes}\n-----END CERTIFICATE-----\n`);
  await write('tsa.pem', pem.join(''));

  const answers = { '/none': await listOfRevoked([]), '/this': await listOfRevoked(['0102030405']) };
  lists = createServer(({ url }, response) => {
    const found = url === '/none' || url === '/this' ? answers[url] : null;
    response.writeHead(found === null ? 404 : 200).end(found);
  });
  await new Promise<void>((resolve) => lists.listen(0, '127.0.0.1', resolve));
  const { port } = lists.address() as AddressInfo;
  const listed = (path: string) => ({
    extensions: [new x509.CRLDistributionPointsExtension([`http://127.0.0.1:${port}${path}`])],
  });

  await sign('v2', 'cosign2', {});
  await sign('v3', 'cosign3', {});
  const names = [
    identity('email', 'first@acme.example'),
    identity('email', release),
    identity('url', 'https://b.test/'),
  ];
  await sign('several', 'cosign2', { names });
  await sign('several-v3', 'cosign3', { names });
  await sign('not-revoked', 'cosign2', listed('/none'));
  await sign('revoked', 'cosign2', listed('/this'));
  await sign('unlisted', 'cosign2', listed('/nowhere'));
  endOfShort = new Date(Date.now() + 30_000);
  await sign('short', 'cosign2', { notAfter: endOfShort });
  await sign('short-v3', 'cosign3', { notAfter: endOfShort });
  await sign('stamped', 'cosign2', { notAfter: endOfShort }, true);
}

/** Ends what serves the lists of revoked certificates. */
export function endLists(): void {
  lists.close();
}
