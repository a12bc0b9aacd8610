import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lab, type Outcome, projectFolder, runVerify } from '../support/lab.ts';

const running = lab();
const { registry } = running;

async function base64Of(name: string): Promise<string> {
  return (await readFile(join(running.home, 'sigstore', name))).toString('base64');
}

const policy = (keyless: object, fields: object = {}): object => ({
  apiVersion: 'policy.sigstore.dev/v1beta1',
  kind: 'ClusterImagePolicy',
  metadata: { name: 'builders' },
  spec: {
    images: [{ glob: `${registry}/**` }],
    authorities: [
      {
        keyless: {
          identities: [{ issuer: 'https://issuer.example.test', subject: 'builder@example.test' }],
          ...keyless,
        },
        ...fields,
      },
    ],
  },
});

async function trustRoot(): Promise<object> {
  const log = async (name: string): Promise<object> => ({
    baseURL: running.sigstore, // a checkpoint names the host,
    hashAlgorithm: 'sha-256',
    publicKey: await base64Of(name),
  });
  const subject = { organization: 'example.test', commonName: 'fulcio' };
  return {
    apiVersion: 'policy.sigstore.dev/v1alpha1',
    kind: 'TrustRoot',
    metadata: { name: 'ours' },
    spec: {
      sigstoreKeys: {
        certificateAuthorities: [
          { subject, uri: 'https://fulcio.example.test', certChain: await base64Of('fulcio.pem') },
        ],
        tLogs: [await log('rekor.pub')],
        ctLogs: [await log('ctfe.pub')],
      },
    },
  };
}

async function check(image: string, documents: readonly object[], ...options: readonly string[]): Promise<Outcome> {
  const folder = await projectFolder({
    Dockerfile: `FROM ${registry}/${image}\n`,
    'docker-verify.yaml': 'version: 1\ndefault: deny\nclusterImagePolicies: ["cluster/*.yaml"]\n',
    ...Object.fromEntries(documents.map((document, index) => [`cluster/${index}.yaml`, JSON.stringify(document)])),
  });
  return await runVerify(['check', ...options, '.'], { cwd: folder });
}

describe('a ClusterImagePolicy of a cluster with a Sigstore of its own', () => {
  const referring = policy({ trustRootRef: 'ours' }, { ctlog: { trustRootRef: 'ours' } });

  it('guards a build with the TrustRoot that stands beside it', async () => {
    const documents = [referring, await trustRoot()];
    expect(await check('keyless2/base:1', documents)).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('signed by'),
    });
    expect(await check('legacy/base:1', documents)).toMatchObject({ status: 10 });
    expect(await check('unsigned/base:1', documents)).toMatchObject({ status: 10 });
  });

  it('could not be verified without it', async () => {
    const { status, stdout } = await check('keyless2/base:1', [referring]);
    expect(status).toBe(11);
    expect(stdout).toContain('the TrustRoot ours is not in the files read');
  });

  it('that names its Fulcio by address is proven with --trusted-root alone', async () => {
    const documents = [policy({ url: 'http://fulcio.svc' }, { ctlog: { url: 'http://rekor.svc' } })];
    const refused = await check('keyless2/base:1', documents);
    expect(refused).toMatchObject({ status: 11, stdout: expect.stringContaining('--trusted-root') });
    const root = ['--trusted-root', running.trustedRoot];
    expect(await check('keyless2/base:1', documents, ...root)).toMatchObject({ status: 0 });
    expect(await check('legacy/base:1', documents, ...root)).toMatchObject({ status: 11 });
  });

  it('reads bundles where it asks for them', async () => {
    const documents = [
      policy({ trustRootRef: 'ours' }, { ctlog: { trustRootRef: 'ours' }, signatureFormat: 'bundle' }),
    ];
    documents.push(await trustRoot());
    expect(await check('keyless/base:1', documents)).toMatchObject({ status: 0 });
    expect(await check('keyless2/base:1', documents)).toMatchObject({ status: 10 });
  });
});
