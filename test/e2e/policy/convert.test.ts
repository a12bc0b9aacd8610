import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  copyImage,
  digestOf,
  lab,
  type Outcome,
  projectFolder,
  pushLayer,
  runVerify,
  sign,
  writeFiles,
} from '../support/lab.ts';

const { registry, keys } = lab();
const run = `convert-${process.pid}-${Date.now()}`;
const app = `${registry}/${run}/app`;
const mirror = `${registry}/${run}/mirror/git`;

/** What becomes of an image under the policy that another tool's becomes. */
async function checked(source: object, image: string): Promise<Outcome> {
  const folder = await projectFolder({ 'source.json': JSON.stringify(source), Dockerfile: `FROM ${image}\n` });
  const converted = await runVerify(['policy', 'convert', 'source.json'], { cwd: folder });
  expect(converted.status).toBe(0);
  await writeFiles(folder, { 'docker-verify.yaml': converted.stdout });
  return await runVerify(['check', '--refresh', '.'], { cwd: folder });
}

const containers = (scope: string, signedIdentity: object) => ({
  default: [{ type: 'reject' }],
  transports: { docker: { [scope]: [{ type: 'sigstoreSigned', keyPath: 'acme.pub', signedIdentity }] } },
});

async function signAs(image: string, name: string): Promise<void> {
  const more = ['--sign-container-identity', name];
  await sign(lab(), image, { signer: { key: keys.acme.privateKey }, cosign: 2, more });
}

beforeAll(async () => {
  await pushLayer(lab(), null, `${app}:1`, { app: run });
  await copyImage(lab(), `${app}:1`, `${app}:2`);
  await signAs(`${app}:1`, `${app}:1`);
  await pushLayer(lab(), null, `${mirror}:1`, { mirror: run });
  await signAs(`${mirror}:1`, 'vendor.example.com/git');
});

describe('containers-policy.json', () => {
  it.each([
    ['matchExact', `${app}:1`, 0],
    ['matchExact', `${app}:2`, 10],
    ['matchRepoDigestOrExact', `${app}:1`, 0],
    ['matchRepoDigestOrExact', `${app}:2`, 10],
    ['matchRepository', `${app}:2`, 0],
  ])('signedIdentity %s binds what is signed for one tag: %s ends with %i', async (type, image, status) => {
    expect(await checked(containers(app, { type }), image)).toMatchObject({ status });
  });

  it('signedIdentity matchRepoDigestOrExact takes a digest in the repository', async () => {
    const image = `${app}@${await digestOf(lab(), `${app}:1`)}`;
    expect(await checked(containers(app, { type: 'matchRepoDigestOrExact' }), image)).toMatchObject({ status: 0 });
  });

  it('remapIdentity counts for the prefix itself and in its own scope alone', async () => {
    const remap = { type: 'remapIdentity', prefix: mirror, signedPrefix: 'vendor.example.com/git' };
    const scope = mirror.replace(/\/git$/, '');
    expect(await checked(containers(scope, remap), `${mirror}:1`)).toMatchObject({ status: 0 });
    expect(await checked(containers(scope, { ...remap, prefix: app }), `${mirror}:1`)).toMatchObject({ status: 10 });
    expect(await checked(containers(scope, { type: 'matchRepository' }), `${mirror}:1`)).toMatchObject({ status: 10 });
  });
});

describe('Kyverno verifyImages', () => {
  const kyverno = (...entries: readonly object[]) => ({
    apiVersion: 'kyverno.io/v1',
    kind: 'ClusterPolicy',
    spec: {
      validationFailureAction: 'Enforce',
      rules: entries.map((entry, index) => ({
        name: `r${index}`,
        verifyImages: [{ imageReferences: [`${registry}/${run}/a??:*`], attestors: [{ entries: [entry] }] }],
      })),
    },
  });

  it('asks what every entry that covers the image asks', async () => {
    const [acme, mallory] = await Promise.all(
      [keys.acme.publicKey, keys.mallory.publicKey].map((file) => readFile(file, 'utf8')),
    );
    const by = (publicKeys: string | undefined, more: object = {}) => ({
      keys: { publicKeys, rekor: { url: 'u', ignoreTlog: true } },
      ...more,
    });
    expect(await checked(kyverno(by(acme)), `${app}:1`)).toMatchObject({ status: 0 });
    expect(await checked(kyverno(by(acme), by(mallory)), `${app}:1`)).toMatchObject({ status: 10 });
    expect(await checked(kyverno(by(acme, { annotations: { env: 'prod' } })), `${app}:1`)).toMatchObject({
      status: 10,
    });
  });
});

it.each(['/dev/full', '/dev/zero', '.', 'absent.json'])('ends at once where it is asked to read %s', async (path) => {
  const folder = await projectFolder({});
  const { status, stdout } = await runVerify(['policy', 'convert', path], { cwd: folder, timeout: 30_000 });
  expect([status, stdout]).toEqual([78, '']);
});
