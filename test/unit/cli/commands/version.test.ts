import { createHash, generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { githubWorkflowClaims, identityToken } from '../../../../scripts/lab/identity-token.ts';
import { startTestSigstore } from '../../../../scripts/lab/test-sigstore.ts';
import { openSigner, type ReleaseSigner } from '../../../../scripts/release/sign.ts';
import { type CommandLine, commandLine } from '../../../support/command-line.ts';

const name = 'docker-verify-1.2.3-linux-x64';
const content = Buffer.from('an executable');
const trustedIdentity = 'https://docker-verify.invalid/.github/workflows/release.yml@refs/tags/v1.2.3';

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function statementAbout(file: string, bytes: Buffer): Buffer {
  const subject = [{ name: file, digest: { sha256: sha256(bytes) } }];
  const predicateType = 'https://slsa.dev/provenance/v1';
  return Buffer.from(
    JSON.stringify({ _type: 'https://in-toto.io/Statement/v1', subject, predicateType, predicate: {} }),
  );
}

async function release(signer: ReleaseSigner): Promise<Record<string, string | Buffer>> {
  return {
    [name]: content,
    [`${name}.sigstore.json`]: await signer.signFile(content),
    'docker-verify-1.2.3.provenance.json.sigstore.json': await signer.signStatement(statementAbout(name, content)),
    SHA256SUMS: `${sha256(content)}  ${name}\n`,
  };
}

interface Signed {
  readonly line: CommandLine;
  readonly signer: ReleaseSigner;
}

async function keyOf(line: CommandLine, file: string): Promise<ReleaseSigner> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const [pem, pub] = [
    privateKey.export({ type: 'pkcs8', format: 'pem' }),
    publicKey.export({ type: 'spki', format: 'pem' }),
  ];
  await line.write({ [`${file}.pem`]: pem, [`${file}.pub`]: pub });
  return await openSigner({ key: line.path(`${file}.pem`), fulcio: undefined, rekor: undefined });
}

async function signedByKey(): Promise<Signed> {
  const line = await commandLine();
  const signer = await keyOf(line, 'release');
  await line.write(await release(signer));
  return { line, signer };
}

const byKey = ['version', '--verify', name, '--key', 'release.pub'] as const;

describe('version --verify of a release signed by a key', () => {
  it('accepts the file, its line in the list and the provenance', async () => {
    const { line } = await signedByKey();
    const { status, document } = await line.json(...byKey);
    expect([status, document]).toMatchObject([0, { verified: true, listed: true, provenance: true, problems: [] }]);
    expect((await line.run(...byKey)).out).toMatch(/^✓ verified .*\n {2}signed by (?:.*\n)*verified\n$/);
  });

  it('accepts the file and its signature alone, as an installer has them', async () => {
    const line = await commandLine();
    const signer = await keyOf(line, 'release');
    await line.write({ [name]: content, [`${name}.sigstore.json`]: await signer.signFile(content) });
    expect(await line.json(...byKey)).toMatchObject({ status: 0, document: { listed: null, provenance: null } });
  });

  it('refuses it with one byte changed, wherever that is', async () => {
    const { line } = await signedByKey();
    for (let at = 0; at < content.length; at += 1) {
      const changed = Buffer.from(content);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await line.write({ [name]: changed, SHA256SUMS: `${sha256(changed)}  ${name}\n` });
      expect((await line.run(...byKey)).status).toBe(10);
    }
  });

  it.each([
    ['without a signature', { [`${name}.sigstore.json`]: '' }],
    ['with a signature that is none', { [`${name}.sigstore.json`]: '{}' }],
    ['that the list does not name', { SHA256SUMS: `${'0'.repeat(64)}  something-else\n` }],
    ['that the list names with another checksum', { SHA256SUMS: `${'0'.repeat(64)}  ${name}\n` }],
    ['with a provenance that is none', { 'docker-verify-1.2.3.provenance.json.sigstore.json': '{}' }],
  ])('refuses it %s', async (_, files) => {
    const { line } = await signedByKey();
    await line.write(files);
    const { status, out } = await line.run(...byKey);
    expect(status).toBe(10);
    expect(out).toMatch(/^✗ refused (?:.*\n)*refused: do not run it\n$/);
    expect(out).not.toContain('\nverified');
  });

  it('refuses a signature or a provenance by another key, and one that speaks of another file', async () => {
    const { line, signer } = await signedByKey();
    const untrusted = await keyOf(line, 'untrusted');
    const good = await release(signer);
    const other = Buffer.from('another executable');
    const provenance = 'docker-verify-1.2.3.provenance.json.sigstore.json';
    for (const files of [
      { [`${name}.sigstore.json`]: await untrusted.signFile(content) },
      { [`${name}.sigstore.json`]: await signer.signFile(other) },
      { [provenance]: await untrusted.signStatement(statementAbout(name, content)) },
      { [provenance]: await signer.signStatement(statementAbout(name, other)) },
    ]) {
      await line.write({ ...good, ...files });
      expect((await line.run(...byKey)).status).toBe(10);
    }
    await line.write(good);
    expect((await line.run(...byKey)).status).toBe(0);
  });

  it('refuses it where no signer is named: our own release workflow has not signed it', async () => {
    const { line } = await signedByKey();
    expect((await line.run('version', '--verify', name)).status).toBe(10);
  });

  it('takes a file that is not there, and a signer without a file, for wrong usage', async () => {
    const { line } = await signedByKey();
    expect((await line.run('version', '--verify', 'none', '--key', 'release.pub')).status).toBe(64);
    expect((await line.run('version', '--key', 'release.pub')).status).toBe(64);
  });
});

async function signedByIdentity(identity: string): Promise<{ line: CommandLine; root: string }> {
  const line = await commandLine();
  const sigstore = await startTestSigstore({ port: 0, folder: join(line.folder, 'sigstore') });
  onTestFinished(() => sigstore.close());
  process.env['SIGSTORE_ID_TOKEN'] = identityToken({ ...githubWorkflowClaims({ repository: 'a/b' }), x_san: identity });
  onTestFinished(() => {
    delete process.env['SIGSTORE_ID_TOKEN'];
  });
  const signer = await openSigner({ key: undefined, fulcio: sigstore.url, rekor: sigstore.url });
  await line.write(await release(signer));
  return { line, root: sigstore.trustedRoot };
}

describe('version --verify of a release signed by an identity', () => {
  it('accepts our release workflow at the tag of that version, without naming whom to trust', async () => {
    const { line, root } = await signedByIdentity(trustedIdentity);
    const accepted = await line.json('version', '--verify', name, '--trusted-root', root);
    expect(accepted).toMatchObject({ status: 0, document: { verified: true, signer: { identity: trustedIdentity } } });
    // the public Sigstore, which is what counts where no other is named, knows nothing of it
    expect((await line.run('version', '--verify', name)).status).toBe(10);
  });

  it.each([
    ['the tag of another version', trustedIdentity.replace('1.2.3', '1.2.2')],
    ['a branch', trustedIdentity.replace('tags/v1.2.3', 'heads/main')],
    ['another workflow', trustedIdentity.replace('release.yml', 'ci.yml')],
    ['another repository', trustedIdentity.replace('docker-verify.invalid', 'docker-verify.example')],
  ])('refuses %s', async (_, identity) => {
    const { line, root } = await signedByIdentity(identity);
    const options = ['version', '--verify', name, '--trusted-root', root];
    expect((await line.run(...options)).status).toBe(10);
    const named = ['--identity', identity, '--issuer', 'https://token.actions.githubusercontent.com'];
    expect((await line.run(...options, ...named)).status).toBe(0);
  });
});
