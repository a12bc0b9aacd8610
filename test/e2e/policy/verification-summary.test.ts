import { beforeAll, describe, expect, it } from 'vitest';
import { attest, copyImage, digestOf, lab, type Outcome, projectFolder, pushLayer, runVerify } from '../support/lab.ts';

const running = lab();
const { registry, keys } = running;
const series = `summary-${process.pid}-${Date.now()}`;
const at = (name: string): string => `${registry}/${series}/${name}:1`;
const vsa = 'https://slsa.dev/verification_summary/v1';
const verifier = 'https://verifier.example.com';

interface Summary {
  readonly result: string;
  readonly verifier?: string;
  readonly key?: string;
  readonly resource?: string;
}

const images: Readonly<Record<string, Summary | null>> = {
  passed: { result: 'PASSED' },
  failed: { result: 'FAILED' },
  'other-verifier': { result: 'PASSED', verifier: 'https://other.example.com' },
  elsewhere: { result: 'PASSED', resource: `${registry}/${series}/dev@sha256:${'a'.repeat(64)}` },
  untrusted: { result: 'PASSED', key: keys.mallory.privateKey },
  none: null,
};

const policy = JSON.stringify({
  version: 1,
  mode: 'enforce',
  default: 'deny',
  rules: [
    {
      name: 'summarised',
      images: ['127.0.0.1:*/**'],
      require: {
        attestations: [
          { type: 'vsa', signedBy: [{ key: 'acme.pub', log: 'optional' }], where: { verifier, result: 'PASSED' } },
        ],
      },
    },
  ],
});

beforeAll(async () => {
  for (const [name, summary] of Object.entries(images)) {
    const reference = at(name);
    await pushLayer(running, `${registry}/unsigned/base:1`, reference, { [name]: series });
    if (summary === null) continue;
    const content = {
      verifier: { id: summary.verifier ?? verifier },
      timeVerified: '2026-01-01T00:00:00Z',
      resourceUri: summary.resource ?? reference,
      policy: { uri: 'https://example.com/policy', digest: { sha256: 'a'.repeat(64) } },
      verificationResult: summary.result,
      verifiedLevels: ['SLSA_BUILD_LEVEL_2'],
    };
    const signer = { key: summary.key ?? keys.acme.privateKey };
    await attest(running, reference, { type: vsa, content }, { signer, cosign: 3 });
  }
}, 120_000);

async function check(image: string): Promise<Outcome> {
  const folder = await projectFolder({ Dockerfile: `FROM ${image}\n`, 'docker-verify.yaml': policy });
  return await runVerify(['check', '.'], { cwd: folder });
}

describe('a base with a verification summary', () => {
  it('is accepted where a trusted verifier says that it passed, and the report says by whom', async () => {
    const { status, stdout } = await check(at('passed'));
    expect(stdout).toContain('acme');
    expect(status).toBe(0);
  });

  it.each([
    ['it says that the image failed', 'failed', 'result FAILED'],
    ['another verifier made it', 'other-verifier', 'verifier https://other.example.com'],
    ['it is for an image of another repository', 'elsewhere', 'which is of another repository'],
    ['somebody else signed it', 'untrusted', 'attestation.mismatch'],
    ['there is none', 'none', 'attestation.missing'],
  ])('is refused where %s', async (_, name, reason) => {
    const { status, stdout } = await check(at(name));
    expect(stdout).toContain(reason);
    expect(status).toBe(10);
  });

  it('is refused where the summary is about another digest', async () => {
    const repository = `${registry}/${series}/passed`;
    await pushLayer(running, `${registry}/unsigned/base:1`, `${repository}:other`, { other: series });
    const [passed, other] = [await digestOf(running, at('passed')), await digestOf(running, `${repository}:other`)];
    // the tag under which what is attached to an image is listed
    const listing = (digest: string): string => `${repository}:${digest.replace(':', '-')}`;
    await copyImage(running, listing(passed), listing(other));
    expect((await check(at('passed'))).status).toBe(0);
    expect((await check(`${repository}:other`)).status).toBe(10);
  });
});
