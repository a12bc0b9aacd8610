import { randomUUID, webcrypto } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  copyImage,
  lab,
  mustRun,
  type Outcome,
  projectFolder,
  runVerify,
  temporaryFolder,
  writeFiles,
} from '../support/lab.ts';
import { talk } from './talk.ts';

const running = lab();
const { registry } = running;
const image = `${registry}/init-notation/${randomUUID()}`; // what an earlier run has signed stays with its own
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const subject = 'CN=acme builds,O=acme,L=Seattle,ST=WA,C=US';
const rootName = 'C=US, ST=WA, L=Seattle, O=acme, CN=acme root';
const times = { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + 86_400_000) };
let authority = '';
let fingerprint = '';

async function certificates(): Promise<Readonly<Record<string, string>>> {
  const [rootKeys, leafKeys] = await Promise.all(
    [0, 1].map(() => webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])),
  );
  if (rootKeys === undefined || leafKeys === undefined) throw new Error('no keys');
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: rootName,
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
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', leafKeys.privateKey)).toString('base64');
  fingerprint = Buffer.from(await root.getThumbprint('SHA-256')).toString('hex');
  authority = `${root.toString('pem')}\n`;
  return {
    'leaf.key': `-----BEGIN PRIVATE KEY-----\n${key.replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`,
    'chain.pem': `${leaf.toString('pem')}\n${authority}`,
  };
}

function project(files: Readonly<Record<string, string>> = {}): Promise<string> {
  return projectFolder({ Dockerfile: `FROM ${image}:1\n`, ...files });
}

function init(folder: string, ...options: readonly string[]): Promise<Outcome> {
  return runVerify(['init', ...options], { cwd: folder, stdin: '' });
}

const policyOf = (folder: string): Promise<string> => readFile(join(folder, 'docker-verify.yaml'), 'utf8');

beforeAll(async () => {
  const digest = await copyImage(running, `${registry}/unsigned/base:1`, `${image}:1`);
  const folder = await temporaryFolder();
  const keys = [{ name: 'acme', keyPath: join(folder, 'leaf.key'), certPath: join(folder, 'chain.pem') }];
  const configuration = { 'notation/signingkeys.json': JSON.stringify({ default: 'acme', keys }) };
  await writeFiles(folder, { ...(await certificates()), ...configuration });
  const parameters = ['sign', '--insecure-registry', '--key', 'acme', `${image}@${digest}`];
  await mustRun(running, running.notation, parameters, { env: { XDG_CONFIG_HOME: folder } });
});

describe('init with a signature by real notation', () => {
  it('names subject and authority where --ca says whom to trust, and what it wrote is enforced', async () => {
    const folder = await project({ 'keys/acme-root.pem': authority });
    const { status, stderr } = await init(folder, '--yes', '--ca', 'keys/acme-root.pem');
    expect(stderr).toContain(subject);
    expect(status).toBe(0);
    expect(await policyOf(folder)).toMatch(/notation:\n\s+subject: CN=acme builds,.*\n\s+ca: keys\/acme-root\.pem\n/);
    expect((await runVerify(['check', '.'], { cwd: folder })).stdout).toMatch(/signed by .*acme builds/);
    await writeFiles(folder, { Dockerfile: `FROM ${registry}/unsigned/base:1\n` });
    expect((await runVerify(['check', '.'], { cwd: folder })).status).toBe(10);
  });

  it('never trusts the authority that a signature brings along: --yes locks, and says what would prove it', async () => {
    const folder = await project();
    const { status, stderr } = await init(folder, '--yes');
    expect(status).toBe(0);
    expect(stderr).toMatch(/Notation signature by .*acme builds.*--ca FILE/);
    const policy = await policyOf(folder);
    expect(policy).toContain('locked: true');
    expect(policy).not.toContain('notation:');
  });

  it('shows its fingerprint to a person, and writes it down only after two times yes', async () => {
    const folder = await project();
    const { status, stdout } = await talk(folder, '', ['y\n', 'y\n', '\n']);
    expect(stdout).toContain(`sha256:${fingerprint}`);
    expect(stdout).toContain('compare the fingerprint');
    expect(status).toBe(0);
    const policy = await policyOf(folder);
    expect(policy).toContain('-----BEGIN CERTIFICATE-----');
    expect((await runVerify(['check', '.'], { cwd: folder })).stdout).toMatch(/signed by .*acme builds/);
  });

  it.each([
    ['the authority', ['n\n']],
    ['the signer', ['y\n', 'n\n']],
  ])('locks what a person does not trust: %s', async (_, answers) => {
    const folder = await project();
    expect((await talk(folder, '', [...answers, '\n'])).status).toBe(0);
    const policy = await policyOf(folder);
    expect(policy).toContain('locked: true');
    expect(policy).not.toContain('CERTIFICATE');
  });

  it('refuses a file that holds no certificate: 78', async () => {
    const folder = await project();
    expect((await init(folder, '--yes', '--ca', 'acme.pub')).status).toBe(78);
  });
});
