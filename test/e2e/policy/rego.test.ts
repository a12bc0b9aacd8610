import { mkdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeStandInOpa } from '../../support/stand-in-opa.ts';
import { attest, lab, type Outcome, projectFolder, pushLayer, runVerify } from '../support/lab.ts';

const running = lab();
const { registry, keys } = running;
const series = `rego-${process.pid}-${Date.now()}`;
const scan = 'https://scans.example.com/v1';
const at = (name: string): string => `${registry}/${series}/${name}:1`;

beforeAll(async () => {
  const scans = [
    ['clean', 0, keys.acme.privateKey],
    ['holed', 3, keys.acme.privateKey],
    ['by-mallory', 0, keys.mallory.privateKey],
  ] as const;
  for (const [name, critical, key] of scans) {
    await pushLayer(running, `${registry}/unsigned/base:1`, at(name), { [name]: series });
    await attest(running, at(name), { type: scan, content: { critical } }, { signer: { key }, cosign: 2 });
  }
  await pushLayer(running, `${registry}/unsigned/base:1`, at('unscanned'), { none: series });
}, 120_000);

const module_ = 'package sigstore\n[{ result: input.predicate.critical === 0, error: "critical findings" }]';

async function check(name: string, settings: string, opa: boolean): Promise<Outcome> {
  const cluster = {
    apiVersion: 'policy.sigstore.dev/v1beta1',
    kind: 'ClusterImagePolicy',
    metadata: { name: 'scanned' },
    spec: {
      images: [{ glob: `${registry}/**` }],
      authorities: [
        {
          key: { secretRef: { name: 'acme' } },
          attestations: [{ name: 'scan', predicateType: scan, policy: { type: 'rego', data: module_ } }],
        },
      ],
    },
  };
  const folder = await projectFolder({
    Dockerfile: `FROM ${at(name)}\n`,
    'docker-verify.yaml': `version: 1\ndefault: deny\n${settings}\nclusterImagePolicies: ["cluster.yaml"]\n`,
    'cluster.yaml': await withKey(cluster),
  });
  const programs = join(folder, 'programs');
  await mkdir(programs);
  if (opa) await writeStandInOpa(programs);
  return await runVerify(['check', '.'], {
    cwd: folder,
    env: { PATH: [programs, process.env['PATH']].join(delimiter) },
  });
}

async function withKey(cluster: object): Promise<string> {
  const text = await readFile(keys.acme.publicKey, 'utf8');
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'acme' }, stringData: { 'cosign.pub': text } };
  return `${JSON.stringify(cluster)}\n---\n${JSON.stringify(secret)}\n`;
}

describe('Rego in a ClusterImagePolicy, where its policy lets opa evaluate it', () => {
  it('lets an image in whose attestation it finds compliant', async () => {
    expect(await check('clean', 'rego: opa', true)).toMatchObject({ status: 0 });
  });

  it('refuses one that it does not find compliant, and says what it says', async () => {
    const { status, stdout } = await check('holed', 'rego: opa', true);
    expect(status).toBe(10);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('the Rego of scan does not find it compliant: critical findings');
  });

  it('refuses one that another signer attested, and one without an attestation', async () => {
    expect(await check('by-mallory', 'rego: opa', true)).toMatchObject({ status: 10 });
    expect(await check('unscanned', 'rego: opa', true)).toMatchObject({ status: 10 });
  });

  it('could not be verified without opa, and without the word of the policy', async () => {
    const without = await check('clean', 'rego: opa', false);
    expect(without).toMatchObject({ status: 11, stdout: expect.stringContaining('there is no opa on PATH') });
    expect(await check('clean', '', true)).toMatchObject({ status: 11, stdout: expect.stringContaining('Rego') });
  });
});
