// What others may make as large as they like costs no more than it is allowed to, and never ends as a defect of ours.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Attachment } from '../../../src/model/index.ts';
import { identity } from '../../unit/signature/certificates/test-certificates.ts';
import { createInstance, simpleSigning } from '../../unit/signature/test-instance.ts';
import {
  acmePolicy,
  lab,
  type Outcome,
  projectFolder,
  run,
  runVerify,
  startTestRegistry,
  type TestRegistry,
  temporaryFolder,
  writeFiles,
} from '../support/lab.ts';
import { executable } from '../support/paths.ts';

const { registry } = lab();
const good = `FROM ${registry}/signed/base:1\n`;
const deepJson = '{"a":'.repeat(300_000) + '1'.padEnd(300_001, '}');
const deepLists = '['.repeat(300_000);

/** How a run ended, and the milliseconds of processor that it took. */
async function measured(parameters: readonly string[], cwd: string): Promise<Outcome & { readonly processor: number }> {
  const script = '"$@"; status=$?; times >times; exit $status';
  const outcome = await run(lab(), '/bin/bash', ['-c', script, 'bash', executable, ...parameters], { cwd });
  const { stdout } = await run(lab(), '/bin/cat', [join(cwd, 'times')]);
  const spent = [...(stdout.split('\n')[1] ?? '').matchAll(/(\d+)m([\d.]+)s/g)];
  return { ...outcome, processor: spent.reduce((sum, [, m, s]) => sum + Number(m) * 60_000 + Number(s) * 1_000, 0) };
}

describe('a document that is nested without end ends the run at once:', () => {
  const lockName = 'docker-verify.lock.json';
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[], number])[] = [
    ['a lock', { [lockName]: deepJson }, ['check', '.'], 78],
    ['a lock of lists', { [lockName]: deepLists }, ['check', '.'], 78],
    ['a policy in JSON', { 'docker-verify.yaml': deepJson }, ['check', '.'], 78],
    ['a policy in YAML', { 'docker-verify.yaml': `version: 1\nrules: ${deepLists}` }, ['check', '.'], 78],
    ['a policy of list marks', { 'docker-verify.yaml': '- '.repeat(300_000) }, ['policy', 'check'], 78],
    ['another tool’s policy', { 'p.json': `{"policies": ${deepJson}}` }, ['policy', 'convert', 'p.json'], 78],
    ['a table of tests', { 't.yaml': deepLists }, ['policy', 'test', 't.yaml'], 78],
    ['a trusted root', { 'r.json': deepJson }, ['check', '--trusted-root', 'r.json', '.'], 78],
    ['a first line for a frontend', { Dockerfile: `${deepJson}\n` }, ['check', '.'], 65],
    ['a command in JSON', { Dockerfile: `${good}RUN ${'['.repeat(20_000)}\n` }, ['check', '.'], 0],
  ];
  it.each(cases)('%s', async (_, files, parameters, status) => {
    const folder = await projectFolder({ Dockerfile: good, 'docker-verify.yaml': acmePolicy(), ...files });
    const outcome = await measured(parameters, folder);
    expect({ status: outcome.status, stderr: outcome.stderr.slice(0, 300) }).toMatchObject({ status });
    expect(outcome.processor).toBeLessThan(2_500);
  });

  it("Docker's configuration, where a registry asks for credentials", async () => {
    const server = createServer(
      (_request, response) => void response.writeHead(401, { 'www-authenticate': 'Basic' }).end(),
    );
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo; // it listens on TCP
    const configuration = await temporaryFolder();
    await writeFiles(configuration, { 'config.json': deepJson });
    const cwd = await projectFolder({ 'docker-verify.yaml': acmePolicy() });
    const env = { DOCKER_CONFIG: configuration };
    const outcome = await runVerify(['check', `127.0.0.1:${port}/app:1`], { cwd, env });
    server.close();
    expect(outcome.status).toBe(78);
  });
});

describe('a token service on another port of this machine', () => {
  it('gets no password that is stored for the registry, and one that the registry has itself does', async () => {
    const seen: (string | undefined)[] = [];
    const untrusted = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(401).end();
    });
    await new Promise<void>((resolve) => void untrusted.listen(0, '127.0.0.1', resolve));
    const { port } = untrusted.address() as AddressInfo; // it listens on TCP
    const bearer = { kind: 'bearer', user: 'alice', password: 'secret' } as const;
    const luring = await startTestRegistry({ authentication: { ...bearer, realm: `http://127.0.0.1:${port}/token` } });
    const honest = await startTestRegistry({ authentication: bearer });
    const auth = Buffer.from('alice:secret').toString('base64');
    const configuration = await temporaryFolder();
    const auths = { [luring.host]: { auth }, [honest.host]: { auth } };
    await writeFiles(configuration, { 'config.json': JSON.stringify({ auths }) });
    const check = async (host: string): Promise<Outcome> =>
      await runVerify(['check', `${host}/app:1`], {
        cwd: await projectFolder({ 'docker-verify.yaml': acmePolicy() }),
        env: { DOCKER_CONFIG: configuration },
      });
    try {
      const lured = await check(luring.host);
      expect(lured.status).toBe(11);
      expect(lured.stdout).toContain('the credentials stored for it stay here');
      expect(seen.filter((authorization) => authorization !== undefined)).toEqual([]);
      // with the password sent, the registry says that there is no such image
      expect((await check(honest.host)).stdout).toContain('image.not-found');
    } finally {
      untrusted.close();
      await Promise.all([luring.close(), honest.close()]);
    }
  });
});

describe('2,000 valid signatures of other signers', () => {
  const [many, perManifest] = [2_000, 400];
  const wanted = 'release@example.test';
  let registryOfMany: TestRegistry;
  let root = '';

  function layerOf({ layer, content }: Attachment): object {
    const bytes = Buffer.from(content, 'base64');
    const mediaType = 'application/vnd.dev.cosign.simplesigning.v1+json';
    const digest = registryOfMany.store.putBlob(bytes.toString());
    return { mediaType, digest, size: bytes.length, annotations: layer.annotations };
  }

  beforeAll(async () => {
    registryOfMany = await startTestRegistry({});
    const { store } = registryOfMany;
    const instance = await createInstance();
    root = instance.source().json;
    const empty = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: store.putBlob('{}'), size: 2 };
    const type = 'application/vnd.oci.image.manifest.v1+json';
    const manifestOf = (more: object): string =>
      JSON.stringify({ schemaVersion: 2, mediaType: type, config: empty, layers: [], ...more });
    const config = '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}';
    const imageConfig = { ...empty, digest: store.putBlob(config), size: config.length };
    const image = manifestOf({ config: imageConfig });
    const { digest } = store.putManifest('app', '1', type, image);
    const subject = { mediaType: type, digest, size: image.length };
    const issued: Awaited<ReturnType<typeof instance.issue>>[] = [];
    for (let index = 0; index < 20; index += 1) {
      // oxlint-disable-next-line no-await-in-loop -- the instance has one clock
      issued.push(await instance.issue({ names: [identity('email', `${index}@untrusted.test`)] }));
    }
    const own = await instance.issue({ names: [identity('email', wanted)] });
    const signatures = await Promise.all(
      Array.from({ length: many }, async (_, index) => {
        const certificate = index === many - 1 ? own : issued[index % issued.length];
        const payload = simpleSigning(digest, `registry.example.com/app-${index}`);
        return await instance.signature({ payload, ...(certificate === undefined ? {} : { certificate }) });
      }),
    );
    for (let from = 0; from < many; from += perManifest) {
      const layers = signatures.slice(from, from + perManifest).map(layerOf);
      const manifest = manifestOf({ layers, subject });
      store.putManifest('app', null, type, manifest);
    }
  }, 120_000);
  afterAll(async () => await registryOfMany.close());

  async function check(
    who: string,
    options: readonly string[] = [],
  ): Promise<Outcome & { readonly processor: number }> {
    const rule = {
      images: ['**'],
      signedBy: [{ keyless: { issuer: 'https://issuer.example.test', identity: who } }],
    };
    const folder = await projectFolder({
      'docker-verify.yaml': JSON.stringify({ version: 1, mode: 'enforce', default: 'deny', rules: [rule] }),
      'root.json': root,
    });
    const cache = await temporaryFolder();
    const parameters = [
      'check',
      '--trusted-root',
      'root.json',
      '--refresh',
      ...options,
      `${registryOfMany.host}/app:1`,
    ];
    return await measured(['--config', cache, 'verify', ...parameters], folder);
  }

  it('do not hide the one that counts, and cost a few seconds of processor', async () => {
    const { status, stdout, processor } = await check(wanted);
    expect({ status, stdout: stdout.slice(0, 600) }).toMatchObject({ status: 0 });
    expect(stdout).toContain(wanted);
    expect(processor).toBeLessThan(15_000);
    process.stdout.write(`2,000 signatures: ${Math.round(processor)} ms of processor\n`);
  });

  it('count for nothing', async () => {
    const { status, stdout } = await check('nobody@example.test');
    expect(status).toBe(10);
    expect(stdout).toContain('signature.identity-mismatch');
  });

  it('do not outlast the time for verifying', async () => {
    const { status, processor } = await check(wanted, ['--timeout', '1s']);
    expect([0, 11]).toContain(status);
    expect(processor).toBeLessThan(15_000);
  });
});
