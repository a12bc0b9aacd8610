import { webcrypto } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { mustRun, type RunningLab } from '../lab/running-lab.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** The subject of the signer, as policies write it. */
export const notationSubject = 'CN=acme builds,O=acme,L=Seattle,ST=WA,C=US';

/** Signs with real notation, by an authority of its own whose certificate is `root` (PEM). */
export interface Notary {
  readonly root: string;
  readonly sign: (reference: string, format: 'jws' | 'cose') => Promise<void>;
}

interface Issued {
  readonly root: string;
  readonly chain: string;
  readonly key: string;
}

async function issue(): Promise<Issued> {
  const generate = (): Promise<webcrypto.CryptoKeyPair> =>
    webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const [rootKeys, leafKeys] = [await generate(), await generate()];
  const times = { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + 7 * 86_400_000) };
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'C=US, ST=WA, L=Seattle, O=acme, CN=acme root',
    ...times,
    signingAlgorithm: algorithm,
    keys: rootKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  });
  const leaf = await x509.X509CertificateGenerator.create({
    serialNumber: '02',
    subject: 'C=US, ST=WA, L=Seattle, O=acme, CN=acme builds',
    issuer: root.subject,
    ...times,
    signingAlgorithm: algorithm,
    publicKey: leafKeys.publicKey,
    signingKey: rootKeys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.codeSigning]),
    ],
  });
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', leafKeys.privateKey)).toString('base64');
  const pem = root.toString('pem');
  return {
    root: `${pem}\n`,
    chain: `${leaf.toString('pem')}\n${pem}\n`,
    key: `-----BEGIN PRIVATE KEY-----\n${der.replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`,
  };
}

/** Makes an authority, and a signer whose subject is always the same: another authority's signer differs in nothing else. */
export async function openNotary(lab: RunningLab, folder: string): Promise<Notary> {
  const { root, chain, key } = await issue();
  await mkdir(join(folder, 'notation'), { recursive: true });
  const [keyPath, certPath] = [join(folder, 'leaf.key'), join(folder, 'chain.pem')];
  await writeFile(keyPath, key);
  await writeFile(certPath, chain);
  const keys = [{ name: 'acme', keyPath, certPath }];
  await writeFile(join(folder, 'notation', 'signingkeys.json'), JSON.stringify({ default: 'acme', keys }));
  return {
    root,
    sign: async (reference, format) => {
      const words = ['sign', '--insecure-registry', '--signature-format', format, '--key', 'acme', reference];
      await mustRun(lab, lab.notation, words, { env: { XDG_CONFIG_HOME: folder } });
    },
  };
}
