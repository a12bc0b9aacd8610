import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  attest,
  copyImage,
  cosignVerify,
  defaultIdentity,
  digestOf,
  findDigest,
  githubIssuer,
  githubWorkflowClaims,
  lab,
  moveTag,
  mustRun,
  type Outcome,
  pushLayer,
  run,
  sign,
  startTestRegistry,
  type TestRegistry,
  temporaryFolder,
  writeFiles,
} from './support/lab.ts';

const { keys, registry, referrersRegistry } = lab();
const acme = { key: keys.acme.publicKey };
const mallory = { key: keys.mallory.publicKey };
const builder = { identity: defaultIdentity.email };
const untrusted = { identity: 'untrusted@example.test' };
// compared whole, so that a failure shows what the program said
const success = { status: 0, stdout: expect.any(String), stderr: expect.any(String) };
const workflow = {
  identity: 'https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1',
  issuer: githubIssuer,
};

describe('real cosign accepts each fixture from its signer and from no other', () => {
  const cases = [
    { image: 'signed/base:1', cosign: 3, good: acme, bad: mallory },
    { image: 'signed/b0:1', cosign: 3, good: acme, bad: mallory },
    { image: 'signed/b9:1', cosign: 3, good: acme, bad: mallory },
    { image: 'signed/multi:1', cosign: 3, good: acme, bad: mallory },
    { image: 'signed/onbuild:1', cosign: 3, good: acme, bad: mallory },
    { image: 'moved/base:good', cosign: 3, good: acme, bad: mallory },
    { image: 'legacy/base:1', cosign: 2, good: acme, bad: mallory },
    { image: 'legacy/base:1', cosign: 3, good: acme, bad: mallory },
    { image: 'logged/base:1', cosign: 3, good: acme, bad: mallory, witness: 'rekor1' },
    { image: 'keyless/base:1', cosign: 3, good: builder, bad: untrusted },
    { image: 'keyless/tiles:1', cosign: 3, good: builder, bad: untrusted, witness: 'rekor2-timestamp' },
    { image: 'keyless2/base:1', cosign: 2, good: builder, bad: untrusted },
    { image: 'keyless2/base:1', cosign: 3, good: builder, bad: untrusted },
    { image: 'workflow/base:1', cosign: 3, good: workflow, bad: { ...workflow, issuer: defaultIdentity.issuer } },
    { image: 'wrong/base:1', cosign: 3, good: mallory, bad: acme },
  ] as const;

  it.each(cases)('$image by cosign $cosign', async ({ image, good, bad, ...options }) => {
    const reference = `${registry}/${image}`;
    const accepted = await cosignVerify(lab(), reference, good, options);
    expect(accepted).toEqual(success);
    const refused = await cosignVerify(lab(), reference, bad, options);
    expect(refused.status).not.toBe(0);
  });

  it.each(['unsigned/base:1', 'moved/base:evil'])('%s from no signer', async (image) => {
    expect((await cosignVerify(lab(), `${registry}/${image}`, acme, { cosign: 3 })).status).not.toBe(0);
    expect((await cosignVerify(lab(), `${registry}/${image}`, acme, { cosign: 2 })).status).not.toBe(0);
  });

  it.each([
    ['signed/base:1', acme, mallory],
    ['signed/multi:1', acme, mallory],
    ['keyless/base:1', builder, untrusted],
  ] as const)('%s through the referrers API', async (image, good, bad) => {
    const reference = `${referrersRegistry}/${image}`;
    expect(await cosignVerify(lab(), reference, good, { cosign: 3 })).toEqual(success);
    expect((await cosignVerify(lab(), reference, bad, { cosign: 3 })).status).not.toBe(0);
  });
});

describe('every way to sign that the lab offers', () => {
  it.each([
    { cosign: 2, witness: 'rekor1' },
    { cosign: 2, witness: 'rekor1-timestamp' },
    { cosign: 3, witness: 'timestamp' },
    { cosign: 3, witness: 'rekor1-timestamp' },
    { cosign: 3, witness: 'rekor2-timestamp' },
  ] as const)('cosign $cosign keyless with $witness is accepted', async (options) => {
    const reference = `${registry}/ways/keyless${options.cosign}-${options.witness}:1`;
    await pushLayer(lab(), `${registry}/unsigned/base:1`, reference, { way: options.witness });
    await sign(lab(), reference, { signer: { identity: {} }, ...options });
    const verdict = await cosignVerify(lab(), reference, builder, options);
    expect(verdict).toEqual(success);
    expect((await cosignVerify(lab(), reference, untrusted, options)).status).not.toBe(0);
  });
});

describe('what else cosign writes', () => {
  it.each([2, 3] as const)('cosign %s attests by key, and only that key verifies it', async (version) => {
    const reference = `${registry}/ways/attested${version}:1`;
    await pushLayer(lab(), `${registry}/unsigned/base:1`, reference, { version: `${version}` });
    const predicate = { type: 'https://example.test/review/v1', content: { reviewer: 'ann' } };
    const subject = await attest(lab(), reference, predicate, {
      signer: { key: keys.acme.privateKey },
      cosign: version,
    });
    const verify = (key: string): Promise<Outcome> => {
      const trust = version === 3 ? ['--trusted-root', lab().trustedRoot] : [];
      const who = ['--key', key, '--type', predicate.type, '--insecure-ignore-tlog=true', ...trust];
      const program = version === 3 ? lab().cosign3 : lab().cosign2;
      return run(lab(), program, ['verify-attestation', '--allow-http-registry', ...who, subject]);
    };
    expect(await verify(acme.key)).toEqual(success);
    expect((await verify(mallory.key)).status).not.toBe(0);
  });

  it("puts a GitHub workflow's claims into the certificate", async () => {
    const reference = `${registry}/ways/workflow:1`;
    await pushLayer(lab(), `${registry}/unsigned/base:1`, reference, { workflow: 'deploy' });
    const identity = githubWorkflowClaims({ repository: 'acme/tools', runner: 'self-hosted' });
    await sign(lab(), reference, { signer: { identity }, cosign: 3 });
    const expected = { identity: identity.x_san ?? '', issuer: githubIssuer };
    const claims = (repository: string): string[] => [
      `--certificate-github-workflow-repository=${repository}`,
      '--certificate-github-workflow-ref=refs/heads/main',
      '--certificate-github-workflow-trigger=push',
    ];
    const verify = (repository: string): Promise<Outcome> =>
      cosignVerify(lab(), reference, expected, { cosign: 3, more: claims(repository) });
    expect(await verify('acme/tools')).toEqual(success);
    expect((await verify('acme/other')).status).not.toBe(0);
  });
});

describe('the engines', () => {
  const engines = [lab().dockerHost, lab().secondDockerHost].filter((host) => host !== null);

  async function build(host: string, policy: object | null): Promise<Outcome> {
    const folder = await writeFiles(await temporaryFolder(), {
      'context/Dockerfile': `FROM ${registry}/unsigned/base:1\nRUN --network=none ["/bin/busybox", "true"]\n`,
      'policy.json': JSON.stringify(policy),
    });
    const enforced = policy === null ? {} : { EXPERIMENTAL_BUILDKIT_SOURCE_POLICY: join(folder, 'policy.json') };
    const env = { DOCKER_HOST: host, ...enforced };
    return run(lab(), lab().docker, ['buildx', 'build', '--progress=plain', join(folder, 'context')], { env });
  }

  it.each(engines)('%s builds, and refuses what a source policy denies', async (host) => {
    expect(await build(host, null)).toEqual(success);
    const denied = await build(host, { rules: [{ action: 'DENY', selector: { identifier: 'docker-image://*' } }] });
    expect(denied.status).not.toBe(0);
    expect(denied.stderr).toContain(`docker-image://${registry}/unsigned/base:1`);
  });

  it.runIf(lab().secondDockerHost !== null)('the second one has the containerd image store', async () => {
    const env = { DOCKER_HOST: lab().secondDockerHost ?? '' };
    const driver = await mustRun(lab(), lab().docker, ['info', '--format', '{{.DriverStatus}}'], { env });
    expect(driver).toContain('io.containerd.snapshotter.v1');
  });

  it('hold no local copy of a fixture, which would stand in for the registry', async () => {
    const images = await mustRun(lab(), lab().docker, ['image', 'ls', '--format', '{{.Repository}}']);
    expect(images).not.toContain(`${registry}/signed/`);
  });
});

describe('what tests do with images', () => {
  it('moves a tag to other bytes', async () => {
    const tag = `${registry}/moves/base:1`;
    const before = await copyImage(lab(), `${registry}/moved/base:good`, tag);
    const after = await moveTag(lab(), tag, `${registry}/moved/base:evil`);
    expect(after).not.toBe(before);
    expect(await digestOf(lab(), tag)).toBe(after);
    expect(await findDigest(lab(), `${registry}/moves/base@${before}`)).toBe(before);
  });

  it('keeps a copy of the signed base as an OCI layout', async () => {
    const target = `${registry}/from-layout/base:1`;
    await mustRun(lab(), lab().crane, ['push', '--insecure', lab().layout, target]);
    expect(await digestOf(lab(), target)).toBe(await digestOf(lab(), `${registry}/signed/base:1`));
  });
});

describe('the test registry under real clients', () => {
  let started: TestRegistry | undefined;
  afterEach(async () => {
    await started?.close();
    started = undefined;
  });

  it('takes an image from crane and a signature from cosign, and lists it as a referrer', async () => {
    started = await startTestRegistry();
    const reference = `${started.host}/signed/base:1`;
    const digest = await copyImage(lab(), `${registry}/unsigned/base:1`, reference);
    await sign(lab(), reference, { signer: { key: keys.acme.privateKey }, cosign: 3 });
    expect(started.store.referrers('signed/base', digest)).toMatchObject([
      { artifactType: 'application/vnd.dev.sigstore.bundle.v0.3+json' },
    ]);
    expect(await cosignVerify(lab(), reference, acme, { cosign: 3 })).toEqual(success);
    expect((await cosignVerify(lab(), reference, mallory, { cosign: 3 })).status).not.toBe(0);
  });

  it('is pulled from by the engine', async () => {
    started = await startTestRegistry();
    const reference = `${started.host}/pulled/base:1`;
    await copyImage(lab(), `${registry}/unsigned/base:1`, reference);
    expect(await run(lab(), lab().docker, ['pull', '--quiet', reference])).toEqual(success);
    await mustRun(lab(), lab().docker, ['image', 'rm', reference]);
  });

  it.each(['bearer', 'basic'] as const)('lets in who knows the password, by %s, and no other user', async (kind) => {
    started = await startTestRegistry({ authentication: { kind, user: 'ann', password: 'secret' } });
    const reference = `${started.host}/private/base:1`;
    expect(await findDigest(lab(), reference)).toBeNull();
    await expect(copyImage(lab(), `${registry}/unsigned/base:1`, reference)).rejects.toThrow(/401|UNAUTHORIZED/i);
    const config = await temporaryFolder();
    const auth = Buffer.from('ann:secret').toString('base64');
    await writeFiles(config, { 'config.json': JSON.stringify({ auths: { [started.host]: { auth } } }) });
    const knowing = { ...lab(), environment: { ...lab().environment, DOCKER_CONFIG: config } };
    expect(await copyImage(knowing, `${registry}/unsigned/base:1`, reference)).toMatch(/^sha256:/);
  });

  it('makes crane refuse bytes that are not those of the digest', async () => {
    started = await startTestRegistry();
    const reference = `${started.host}/spoilt/base:1`;
    await copyImage(lab(), `${registry}/unsigned/base:1`, reference);
    const pull = ['manifest', '--insecure', `${started.host}/spoilt/base@${await digestOf(lab(), reference)}`];
    expect(await run(lab(), lab().crane, pull)).toEqual(success);
    started.addFault({ method: 'GET', path: '/manifests/', effect: { kind: 'bytes' } });
    expect((await run(lab(), lab().crane, pull)).status).not.toBe(0);
  });
});
