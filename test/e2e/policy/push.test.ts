import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { identityToken } from '../../../scripts/lab/identity-token.ts';
import {
  cosignVerify,
  defaultIdentity,
  lab,
  type Outcome,
  projectFolder,
  runVerify,
  temporaryFolder,
  writeFiles,
} from '../support/lab.ts';

const running = lab();
const { registry, referrersRegistry, sigstore } = running;

function keyPair(options: { readonly passphrase?: string } = {}): { readonly pem: string; readonly pub: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { passphrase } = options;
  const format = { type: 'pkcs8', format: 'pem' } as const;
  const pem = privateKey.export(passphrase === undefined ? format : { ...format, cipher: 'aes-256-cbc', passphrase });
  return { pem: pem.toString(), pub: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

const readText = (file: string): Promise<string> => readFile(file, 'utf8');

const rule = (images: string, key: string): object => ({ images: [images], signedBy: [{ key }] });

function policyText(serial: number | null, more: object = {}): string {
  return JSON.stringify({ version: 1, ...(serial === null ? {} : { serial }), default: 'deny', ...more });
}

interface Setting {
  readonly folder: string;
  readonly target: string;
  readonly push: (args?: readonly string[], env?: Readonly<Record<string, string>>) => Promise<Outcome>;
}

/** A folder with a policy, its key, and a place of its own in a registry. */
async function setting(policy: string, where = registry): Promise<Setting & { readonly pub: string }> {
  const { pem, pub } = keyPair();
  const folder = await projectFolder({ 'base.yaml': policy, 'key.pem': pem });
  const target = `oci://${where}/share-${randomUUID()}/base:1`;
  const push: Setting['push'] = (args = ['--key', 'key.pem'], env = {}) =>
    runVerify(['policy', 'push', '--format', 'json', ...args, 'base.yaml', target], { cwd: folder, env });
  return { folder, target, pub, push };
}

/** Another machine, whose policy extends the bundle. */
async function elsewhere(target: string, signedBy: readonly object[], files: Readonly<Record<string, string>> = {}) {
  const home = await temporaryFolder();
  const env = { HOME: home, XDG_CACHE_HOME: `${home}/cache`, XDG_STATE_HOME: `${home}/state` };
  const folder = await projectFolder({
    'docker-verify.yaml': JSON.stringify({ version: 1, extends: [{ from: target, signedBy }] }),
    ...files,
  });
  return (image: string, ...args: readonly string[]): Promise<Outcome> =>
    runVerify(['check', '--format', 'json', ...args, image], { cwd: folder, env });
}

const [signed, unsigned] = [`${registry}/signed/base:1`, `${registry}/unsigned/base:1`];

describe.each([
  ['a registry without the referrers API', registry],
  ['one with it', referrersRegistry],
])('policy push to %s', (_, where) => {
  it('publishes a policy with its files, which another machine has in force', async () => {
    const more = {
      publishers: 'more/publishers.yaml',
      clusterImagePolicies: ['cluster/*.yaml'],
      rules: [
        rule('127.0.0.1:*/signed/**', 'acme.pub'),
        { images: ['127.0.0.1:*/published/**'], signedBy: [{ publisher: 'ours' }] },
        {
          images: ['127.0.0.1:*/keyless/**'],
          signedBy: [
            {
              keyless: { issuer: defaultIdentity.issuer, identity: defaultIdentity.email },
              trustedRoot: 'root.json',
            },
          ],
        },
      ],
    };
    const { folder, push, target, pub } = await setting(policyText(1, more), where);
    const acme = await readText(running.keys.acme.publicKey);
    const publisher = { entries: [{ images: ['127.0.0.1:*/published/**'], signedBy: [{ key: 'keys/acme.pub' }] }] };
    await writeFiles(folder, {
      'more/publishers.yaml': JSON.stringify({ version: 1, publishers: { ours: publisher } }),
      'more/keys/acme.pub': acme,
      'root.json': await readText(running.trustedRoot),
      'cluster/one.yaml': JSON.stringify({
        apiVersion: 'policy.sigstore.dev/v1beta1',
        kind: 'ClusterImagePolicy',
        metadata: { name: 'one' },
        spec: { images: [{ glob: 'registry.example.com/**' }], authorities: [{ static: { action: 'fail' } }] },
      }),
      'beside.txt': 'not named, so not pushed',
    });
    const pushed = await push();
    expect(pushed).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(pushed.stdout)).toMatchObject({
      serial: 1,
      previousSerial: null,
      files: ['acme.pub', 'cluster/one.yaml', 'more/keys/acme.pub', 'more/publishers.yaml', 'root.json'],
      signer: { kind: 'key' },
    });

    const check = await elsewhere(target, [{ key: 'signer.pub' }], { 'signer.pub': pub });
    expect(await check(signed)).toMatchObject({ status: 0 });
    expect(await check(unsigned)).toMatchObject({ status: 10 });
    // without the network it is what was kept, files and all
    expect(await check(signed, '--offline')).toMatchObject({ status: 0 });
    const untrusted = await elsewhere(target, [{ key: 'signer.pub' }], { 'signer.pub': keyPair().pub });
    const refused = await untrusted(signed);
    expect(refused).toMatchObject({ status: 11, stdout: '' });
    expect(refused.stderr).toContain('it is not signed by whom the policy that extends it names');
  });

  it('is signed in the form of cosign 3', async () => {
    const { folder, push, target, pub } = await setting(policyText(1), where);
    expect(await push()).toMatchObject({ status: 0 });
    await writeFiles(folder, { 'signer.pub': pub });
    const reference = target.slice('oci://'.length);
    const judge = await cosignVerify(running, reference, { key: `${folder}/signer.pub` }, { cosign: 3 });
    expect(judge).toMatchObject({ status: 0 });
    await writeFiles(folder, { 'other.pub': keyPair().pub });
    expect(await cosignVerify(running, reference, { key: `${folder}/other.pub` }, { cosign: 3 })).not.toMatchObject({
      status: 0,
    });
  });

  it('is signed by an ambient identity', async () => {
    const { push, target } = await setting(policyText(1), where);
    const services = ['--fulcio', sigstore, '--rekor', sigstore];
    const nothing = await push(services, { SIGSTORE_ID_TOKEN: '' });
    expect(nothing).toMatchObject({ status: 64 });
    expect(nothing.stderr).toContain('there is nothing to sign with');
    const pushed = await push(services, { SIGSTORE_ID_TOKEN: identityToken() });
    expect(pushed).toMatchObject({ status: 0 });
    const { email: identity, issuer } = defaultIdentity;
    expect(JSON.parse(pushed.stdout).signer).toEqual({ kind: 'keyless', identity, issuer });
    const root = await readText(running.trustedRoot);
    const by = async (who: string) =>
      await elsewhere(target, [{ keyless: { issuer, identity: who }, trustedRoot: 'root.json' }], {
        'root.json': root,
      });
    const check = await by(identity);
    expect(await check(unsigned)).toMatchObject({ status: 10 });
    const untrusted = await by('other@example.test');
    expect(await untrusted(unsigned)).toMatchObject({ status: 11 });
  });

  it('lets the serial only grow', async () => {
    const { folder, push, target, pub } = await setting(policyText(3), where);
    expect(await push()).toMatchObject({ status: 0 });
    const check = await elsewhere(target, [{ key: 'signer.pub' }], { 'signer.pub': pub });
    expect(await check(unsigned)).toMatchObject({ status: 10 });
    for (const serial of [2, 3]) {
      await writeFiles(folder, { 'base.yaml': policyText(serial, { default: 'allow' }) });
      const refused = await push();
      expect(refused).toMatchObject({ status: 64, stdout: '' });
      expect(refused.stderr).toContain(`serial ${serial} does not grow`);
      expect(refused.stderr).toContain('holds 3');
    }
    expect(await check(unsigned, '--refresh')).toMatchObject({ status: 10 });
    await writeFiles(folder, { 'base.yaml': policyText(4, { default: 'allow' }) });
    expect(JSON.parse((await push()).stdout)).toMatchObject({ serial: 4, previousSerial: 3 });
    expect(await check(unsigned, '--refresh')).toMatchObject({ status: 0 });
    // the same once more is signed once more, and nothing else
    expect(await push()).toMatchObject({ status: 0 });
  });
});

describe('policy push', () => {
  it('says that what is unsigned cannot be extended', async () => {
    const { folder, push, target, pub } = await setting(policyText(1));
    expect(await push(['--unsigned'])).toMatchObject({ status: 0 });
    const text = await runVerify(['policy', 'push', '--unsigned', 'base.yaml', target], { cwd: folder });
    expect(text.stdout).toContain('it is unsigned: extends refuses it');
    const check = await elsewhere(target, [{ key: 'signer.pub' }], { 'signer.pub': pub });
    expect(await check(signed)).toMatchObject({ status: 11 });
  });

  it('signs with a key that is encrypted', async () => {
    const { folder, push } = await setting(policyText(1));
    await writeFiles(folder, { 'locked.pem': keyPair({ passphrase: 'open' }).pem, right: 'open\n', wrong: 'closed\n' });
    const withPassword = (file: string) => push(['--key', 'locked.pem', '--key-password-file', file]);
    expect(await push(['--key', 'locked.pem'])).toMatchObject({ status: 64 });
    expect(await withPassword('wrong')).toMatchObject({ status: 64 });
    expect(await withPassword('right')).toMatchObject({ status: 0 });
  });

  it.each([
    ['has no serial', policyText(null), 78, 'carries no serial'],
    ['is not valid', policyText(1, { nonsense: true }), 78, 'nonsense'],
    [
      'extends another',
      policyText(1, { extends: [`https://example.com/a#sha256=${'a'.repeat(64)}`] }),
      11,
      'cannot be had',
    ],
    [
      'names a file outside of its folder',
      policyText(1, { rules: [rule('a/**', '../outside.pub')] }),
      78,
      'beside or below',
    ],
  ])('refuses a policy that %s', async (_, text, status, message) => {
    const { folder, push } = await setting(text);
    await writeFiles(folder, { '../outside.pub': keyPair().pub });
    const refused = await push();
    expect(refused).toMatchObject({ status, stdout: '' });
    expect(refused.stderr).toContain(message);
  });

  it.each([
    [['--unsigned', '--key', 'key.pem'], 'exclude each other'],
    [['--key', 'missing.pem'], 'cannot be read'],
    [['--key', 'acme.pub'], 'no private key'],
    [['--key-password-file', 'key.pem'], 'needs --key'],
    [['--key', 'key.pem', '--rekor', 'https://rekor.example.com'], 'with an identity'],
  ])('refuses %j', async (args, message) => {
    const { push } = await setting(policyText(1));
    const refused = await push(args);
    expect(refused).toMatchObject({ status: 64, stdout: '' });
    expect(refused.stderr).toContain(message);
  });

  it('refuses a tag that holds something else', async () => {
    const { folder } = await setting(policyText(1));
    const args = ['policy', 'push', '--key', 'key.pem', 'base.yaml', `oci://${signed}`];
    const refused = await runVerify(args, { cwd: folder });
    expect(refused).toMatchObject({ status: 64, stdout: '' });
    expect(refused.stderr).toContain('holds something else');
  });
});
