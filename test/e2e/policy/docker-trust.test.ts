import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { copyImage, lab, mustRun, runVerify, sign, temporaryFolder, writeFiles } from '../support/lab.ts';
import { project } from '../support/paths.ts';

const { registry } = lab();
const passphrase = 'of docker trust';

/** The commands with which the page takes a notary key to cosign, up to where the image is signed. */
function commands(): readonly string[] {
  const page = readFileSync(join(project, 'docs/coming-from-docker-trust.md'), 'utf8');
  const [, block = ''] = /^```sh\n([\s\S]*?)^```$/m.exec(page) ?? [];
  return block.split('\n').slice(0, 2);
}

it('a key of Docker Content Trust goes on: what it signs anew is let in, and nothing else', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = publicKey.export({ type: 'spki', format: 'der' });
  const id = createHash('sha256').update(der).digest('hex');
  const encrypted = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString();
  const repository = `${registry}/fleet/trust-${process.pid}-${Date.now()}`;
  const role = { keyids: [id], threshold: 1 };
  const keys = { [id]: { keytype: 'ecdsa', keyval: { private: null, public: der.toString('base64') } } };
  const root = { _type: 'Root', expires: '2034-01-01T00:00:00Z', keys, roles: { targets: role } };
  const folder = await writeFiles(await temporaryFolder(), {
    [`trust/tuf/${repository}/metadata/root.json`]: JSON.stringify({ signed: root, signatures: [] }),
    [`trust/private/${id}.key`]: encrypted.replace('-----\n', `-----\nrole: targets\ngun: ${repository}\n\n`),
  });
  const converted = await runVerify(['policy', 'convert', 'trust'], { cwd: folder });
  expect(converted).toMatchObject({ status: 0 });
  expect(converted.stdout).toContain(`can sign here: private/${id}.key`);
  await writeFiles(folder, { 'docker-verify.yaml': converted.stdout });

  await copyImage(lab(), `${registry}/unsigned/base:1`, `${repository}:1`);
  const check = async () => await runVerify(['check', '--refresh', `${repository}:1`], { cwd: folder });
  expect(await check()).toMatchObject({ status: 10 });
  for (const command of commands()) {
    const typed = command
      .replace('~/.docker/trust/private/ID.key', `trust/private/${id}.key`)
      .replace('openssl pkcs8', `openssl pkcs8 -passin 'pass:${passphrase}'`)
      .replace(/^cosign /, `${lab().cosign3} `);
    await mustRun(lab(), 'bash', ['-o', 'pipefail', '-c', typed], { cwd: folder });
  }
  expect(createPublicKey(readFileSync(join(folder, 'acme.pub'))).export({ type: 'spki', format: 'der' })).toEqual(der);
  await sign(lab(), `${repository}:1`, { signer: { key: lab().keys.mallory.privateKey }, cosign: 3 });
  expect(await check()).toMatchObject({ status: 10 });
  await sign(lab(), `${repository}:1`, { signer: { key: join(folder, 'acme.key') }, cosign: 3 });
  expect(await check()).toMatchObject({ status: 0 });
});
