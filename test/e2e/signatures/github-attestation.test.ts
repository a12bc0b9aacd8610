import { attest } from 'sigstore';
import { beforeAll, describe, expect, it } from 'vitest';
import { identityToken } from '../../../scripts/lab/identity-token.ts';
import {
  copyImage,
  digestOf,
  githubIssuer,
  githubWorkflowClaims,
  lab,
  mustRun,
  projectFolder,
  runVerify,
} from '../support/lab.ts';

const bundleType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const workflow = 'https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1';

/** Provenance as GitHub's attest action writes it, signed by sigstore-js and attached as a referrer. */
async function attestLikeGitHub(reference: string, subject: string): Promise<void> {
  const { sigstore, oras } = lab();
  const [repository = ''] = reference.split(/:(?=[^/:]*$)/);
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: repository, digest: { sha256: subject.slice('sha256:'.length) } }],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'https://actions.github.io/buildtypes/workflow/v1',
        externalParameters: {
          workflow: {
            ref: 'refs/tags/v1',
            repository: 'https://github.com/acme/app',
            path: '.github/workflows/release.yml',
          },
        },
        resolvedDependencies: [
          { uri: 'git+https://github.com/acme/app@refs/tags/v1', digest: { gitCommit: 'a'.repeat(40) } },
        ],
      },
      runDetails: { builder: { id: 'https://github.com/actions/runner/github-hosted' } },
    },
  };
  const claims = githubWorkflowClaims({
    repository: 'acme/app',
    workflow: '.github/workflows/release.yml',
    ref: 'refs/tags/v1',
    runner: 'github-hosted',
  });
  const bundle = await attest(Buffer.from(JSON.stringify(statement)), 'application/vnd.in-toto+json', {
    fulcioURL: sigstore,
    rekorURL: sigstore,
    identityToken: identityToken(claims),
  });
  const folder = await projectFolder({ 'bundle.json': JSON.stringify(bundle) });
  const digest = await digestOf(lab(), reference);
  const file = `bundle.json:${bundleType}`;
  const words = ['attach', '--plain-http', '--artifact-type', bundleType, `${repository}@${digest}`, file];
  await mustRun(lab(), oras, words, { cwd: folder });
}

function policy(identity: string): string {
  const keyless = { issuer: githubIssuer, identity };
  const attestation = { type: 'slsa-provenance', signedBy: [{ keyless }], where: { sourceRepository: 'acme/app' } };
  return JSON.stringify({
    version: 1,
    mode: 'enforce',
    default: 'deny',
    rules: [{ name: 'attested', images: ['127.0.0.1:*/**'], require: { attestations: [attestation] } }],
  });
}

describe('an attestation as GitHub makes them', () => {
  const image = (): string => `${lab().registry}/github-attestation/app:1`;
  const forged = (): string => `${lab().registry}/github-attestation/forged:1`;

  beforeAll(async () => {
    await copyImage(lab(), `${lab().registry}/unsigned/base:1`, image());
    await attestLikeGitHub(image(), await digestOf(lab(), image()));
    await copyImage(lab(), `${lab().registry}/unsigned/base:1`, forged());
  });

  async function check(name: string, identity: string): Promise<{ status: number; stdout: string }> {
    const folder = await projectFolder({ 'docker-verify.yaml': policy(identity), Dockerfile: `FROM ${name}\n` });
    return await runVerify(['check', '--format', 'json', '--trusted-root', lab().trustedRoot, folder], { cwd: folder });
  }

  it('admits an image that carries nothing else', async () => {
    const { status, stdout } = await check(image(), workflow);
    expect(JSON.parse(stdout).images[0]).toMatchObject({ status: 'allow', basis: 'attestation', verified: true });
    expect(status).toBe(0);
  });

  it('does not admit it where another workflow is trusted', async () => {
    const { status, stdout } = await check(image(), workflow.replace('release.yml', 'other.yml'));
    expect(JSON.parse(stdout).images[0]).toMatchObject({ status: 'block', verified: false });
    expect(status).toBe(10);
  });

  it('does not admit an image that has none', async () => {
    expect((await check(forged(), workflow)).status).toBe(10);
  });
});
