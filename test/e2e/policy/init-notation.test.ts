import { randomUUID, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { notationSubject, openNotary } from '../../../scripts/attacks/notary.ts';
import { copyImage, lab, type Outcome, projectFolder, runVerify, temporaryFolder, writeFiles } from '../support/lab.ts';
import { talk } from './talk.ts';

const running = lab();
const { registry } = running;
const image = `${registry}/init-notation/${randomUUID()}`; // what an earlier run has signed stays with its own
let authority = '';
let fingerprint = '';

function project(files: Readonly<Record<string, string>> = {}): Promise<string> {
  return projectFolder({ Dockerfile: `FROM ${image}:1\n`, ...files });
}

function init(folder: string, ...options: readonly string[]): Promise<Outcome> {
  return runVerify(['init', ...options], { cwd: folder, stdin: '' });
}

const policyOf = (folder: string): Promise<string> => readFile(join(folder, 'docker-verify.yaml'), 'utf8');

beforeAll(async () => {
  const digest = await copyImage(running, `${registry}/unsigned/base:1`, `${image}:1`);
  const notary = await openNotary(running, await temporaryFolder());
  await notary.sign(`${image}@${digest}`, 'jws');
  authority = notary.root;
  fingerprint = new X509Certificate(authority).fingerprint256.replaceAll(':', '').toLowerCase();
});

describe('init with a signature by real notation', () => {
  it('names subject and authority where --ca says whom to trust, and what it wrote is enforced', async () => {
    const folder = await project({ 'keys/acme-root.pem': authority });
    const { status, stderr } = await init(folder, '--yes', '--ca', 'keys/acme-root.pem');
    expect(stderr).toContain(notationSubject);
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
