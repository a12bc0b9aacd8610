import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtProject } from '../../../../support/project.ts';
import { addImage, type KeyHolder, newKeyHolder } from '../../../../support/signed-registry.ts';

const privatePem = ({ privateKey }: KeyHolder): string =>
  privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

type Shared = Awaited<ReturnType<typeof builtProject>> & { readonly made: string; readonly digest: string };

/** A project whose build was pushed as `made:1` and recorded here, with Acme's keys beside it. */
async function sharedProject(): Promise<Shared> {
  const project = await builtProject();
  const { line, registry, acme, docker, app } = project;
  const { digest } = addImage(registry, 'made');
  const made = `${registry.host}/made:1`;
  await docker.builds({ materials: [{ name: app.name, digest: app.image.digest }], digest });
  await line.write({ 'acme.key': privatePem(acme), 'acme.pub': acme.pem });
  expect((await line.run('build', '-t', made, '--push', '.')).status).toBe(0);
  return { ...project, made, digest };
}

/** Forgets all that was recorded here, as another machine would not know it. */
async function forget({ line }: Shared): Promise<void> {
  await rm(join(line.folder, 'state'), { recursive: true, force: true });
}

describe('records push and pull', () => {
  it('attach a signed record, which another machine takes from its signer and from no other', async () => {
    const project = await sharedProject();
    const { line, made, digest } = project;
    const pushed = await line.run('records', 'push', '--sbom', '--key', 'acme.key', made);
    expect(pushed).toMatchObject({ status: 0, out: expect.stringContaining(`PASSED  ${made}@${digest}`) });
    expect(pushed.out).toMatch(/record \w+, with its SBOM\n.* {2}signed by key/s);
    await forget(project);
    const repository = made.replace(/:1$/, '');
    const pulled = await line.run('records', 'pull', '--key', 'acme.pub', repository);
    expect(pulled).toMatchObject({
      status: 0,
      out: expect.stringMatching(/^\+ \w+ {2}.*made:1 {2}PASSED, signed by acme \(key sha256:/),
    });
    expect(pulled.out).toContain('1 new, 0 known, 0 refused, 0 not looked at');
    expect((await line.run('records', 'ls')).out).toContain('made:1');
    const again = await line.json('records', 'pull', '--key', 'acme.pub', made, `${repository}@${digest}`);
    expect(again).toMatchObject({ status: 0, document: { added: [], refused: [], problems: [] } });
    await line.write({ 'other.pub': newKeyHolder().pem });
    const untrusted = await line.run('records', 'pull', '--key', 'other.pub', repository);
    expect(untrusted).toMatchObject({ status: 10, out: expect.stringContaining('of somebody who was not named') });
  });

  it('say that an unsigned record proves nothing, and refuse to take it', async () => {
    const project = await sharedProject();
    const { line, made } = project;
    const pushed = await line.json('records', 'push', '--unsigned', made);
    expect(pushed).toMatchObject({ status: 0, document: { images: [{ result: 'PASSED', signer: null, sbom: null }] } });
    expect((await line.run('records', 'push', '--unsigned', made)).out).toContain('unsigned: others cannot verify it');
    await forget(project);
    const pulled = await line.run('records', 'pull', '--key', 'acme.pub', made);
    expect(pulled).toMatchObject({ status: 10, out: expect.stringContaining('a verification summary is unsigned') });
  });

  it('read repositories from a file, and go on past one that cannot be asked', async () => {
    const project = await sharedProject();
    const { line, made, registry } = project;
    await line.run('records', 'push', '--key', 'acme.key', made);
    await forget(project);
    await line.write({ list: `# ours\n${made} # the app\n\n${registry.host}/none:1\n` });
    const { status, out } = await line.run('records', 'pull', '--key', 'acme.pub', '--file', 'list');
    expect(status).toBe(11);
    expect(out).toMatch(/^\? not looked at: .*\/none:1: /m);
    expect(out).toContain('1 new, 0 known, 0 refused, 1 not looked at');
  });

  it('looks at each tag once, says which cannot be had, and takes a reason for what is broken', async () => {
    const project = await sharedProject();
    const { line, made, registry, digest } = project;
    await line.run('records', 'push', '--key', 'acme.key', made);
    addImage(registry, 'made', 'broken');
    registry.intercept = ({ url, method }, response) => {
      if (method !== 'GET' || url !== '/v2/made/manifests/broken') return false;
      response.writeHead(500).end();
      return true;
    };
    await forget(project);
    const { status, out } = await line.run('records', 'pull', '--key', 'acme.pub', `${registry.host}/made`);
    expect(status).toBe(11);
    expect(out).toMatch(/^\? not looked at: .*made:broken: /m);
    expect(out).toContain('1 new');
    expect(registry.paths.filter((path) => path.startsWith(`GET /v2/made/referrers/${digest}`)).length).toBeGreaterThan(
      0,
    );
  });

  it.each([
    [['push'], /records push takes images/],
    [['push', '--key', 'a', '--unsigned', 'x'], /exclude each other/],
    [['push', '--key-password-file', 'a', 'x'], /needs --key/],
    [['push', '--unsigned', '--rekor', 'https://x', 'x'], /for signing with an identity/],
    [['push', '--key', 'a', '--key', 'b', 'x'], /given twice/],
    [['push', '--key', 'none', 'x'], /none cannot be read/],
    [['push', '--key', 'acme.pub', 'x'], /no private key/],
    [['push', '--key', 'acme.key', '--key-password-file', 'none', 'x'], /none cannot be read/],
    [['push', '--fulcio', 'nowhere', 'x'], /--fulcio takes an address/],
    [['push', '--rekor', 'ftp://x', 'x'], /--rekor takes an address/],
    [['push', 'x'], /nothing to sign with/],
    [['pull', '--key', 'acme.pub'], /takes repositories/],
    [['pull', 'x'], /whose records are trusted/],
    [['pull', '--identity', 'a', 'x'], /belong together/],
    [['pull', '--key', 'acme.pub', '--file', 'none'], /none cannot be read/],
  ])('refuse %j', async (words, message) => {
    const { line, acme, registry } = await builtProject();
    await line.write({ 'acme.key': privatePem(acme), 'acme.pub': acme.pem });
    expect(await line.run('records', ...words)).toMatchObject({ status: 64, err: expect.stringMatching(message) });
    expect(registry.log).toEqual([]);
  });

  it('sign with an identity that is ambient, through the services that are named, and say which of them failed', async () => {
    const { line, made, registry } = await sharedProject();
    const claims = Buffer.from(JSON.stringify({ iss: 'https://issuer.example.com', sub: 'me', aud: 'sigstore' }));
    line.variables['SIGSTORE_ID_TOKEN'] = `e30.${claims.toString('base64url')}.c2ln`;
    const service = `http://${registry.host}`;
    const { status, err } = await line.run('records', 'push', '--fulcio', `${service}/`, '--rekor', service, made);
    expect(status).not.toBe(0);
    expect(err).toContain(registry.host);
    expect(registry.paths.at(-1)).toMatch(/^POST \/api\/v2\/signingCert/);
    expect(registry.log.at(-1)?.authorization ?? '').not.toContain('Basic');
  });

  it('refuse an image that was not built here', async () => {
    const { line, app, acme } = await builtProject();
    await line.write({ 'acme.key': privatePem(acme) });
    const { status, err } = await line.run('records', 'push', '--key', 'acme.key', app.name);
    expect([status, err]).toEqual([64, expect.stringContaining('no record of this machine says that it built')]);
  });

  it('tell why a build did not pass', async () => {
    const project = await sharedProject();
    const { line, made } = project;
    await line.write({
      'docker-verify.yaml': (await line.read('docker-verify.yaml')).replace('mode: enforce', 'mode: warn'),
      Dockerfile: `FROM ${project.other.name}\n`,
    });
    await project.docker.builds({
      materials: [{ name: project.other.name, digest: project.other.image.digest }],
      digest: project.digest,
    });
    expect((await line.run('build', '-t', made, '--push', '.')).status).toBe(0);
    const { out } = await line.run('records', 'push', '--key', 'acme.key', made);
    expect(out).toMatch(/^FAILED .*\n {2}! /);
  });
});

describe('policy push', () => {
  it('publishes a policy that others extend, signed, and only with a serial that grows', async () => {
    const { line, registry, acme, app } = await builtProject();
    await line.write({ 'acme.key': privatePem(acme), 'acme.pub': acme.pem });
    const policy = (serial: number): string =>
      `version: 1\nserial: ${serial}\nmode: enforce\nrules:\n  - images: ["**"]\n    signedBy: [{key: acme.pub, log: optional}]\n`;
    await line.write({ 'company.yaml': policy(3) });
    const target = `oci://${registry.host}/policy:v1`;
    const push = (...more: readonly string[]) => line.run('policy', 'push', 'company.yaml', target, ...more);
    const first = await push('--key', 'acme.key');
    expect(first).toMatchObject({ status: 0, out: expect.stringContaining(`pushed ${target}, serial 3: sha256:`) });
    expect(first.out).toContain('  with acme.pub\n');
    expect(first.out).toContain(`extends: [{from: "${target}", signedBy: [{key: FILE-OF-THE-PUBLIC-KEY}]}]`);
    const again = await line.json('policy', 'push', 'company.yaml', target, '--key', 'acme.key'); // the same once more
    expect(again).toMatchObject({ status: 0, document: { reference: target, serial: 3, signer: { kind: 'key' } } });
    await line.write({ 'company.yaml': policy(3).replace('enforce', 'warn') });
    expect(await push('--key', 'acme.key')).toMatchObject({
      status: 64,
      err: expect.stringContaining('serial 3 does not grow'),
    });
    await line.write({ 'company.yaml': policy(4) });
    expect((await push('--unsigned')).out).toMatch(/serial 4, after 3: .*it is unsigned: extends refuses it/s);
    await line.write({
      'docker-verify.yaml': `version: 1\nextends: [{from: "${target}", signedBy: [{key: acme.pub}]}]\n`,
    });
    const refused = await line.run('check', app.name);
    expect(refused).toMatchObject({
      status: 11,
      err: expect.stringContaining('it is not signed by whom the policy that extends it names'),
    });
  });

  it('lets a signed one be extended', async () => {
    const { line, registry, acme, app, other } = await builtProject();
    const target = `oci://${registry.host}/policy:v1`;
    await line.write({
      'acme.key': privatePem(acme),
      'acme.pub': acme.pem,
      'company.yaml': (await line.read('docker-verify.yaml')).replace('version: 1\n', 'version: 1\nserial: 1\n'),
    });
    expect((await line.run('policy', 'push', 'company.yaml', target, '--key', 'acme.key')).status).toBe(0);
    await line.write({
      'docker-verify.yaml': `version: 1\nextends: [{from: "${target}", signedBy: [{key: acme.pub, log: optional}]}]\n`,
    });
    expect((await line.run('check', app.name)).status).toBe(0);
    expect((await line.run('check', other.name)).status).toBe(10);
  });

  it('takes no tag that holds something else', async () => {
    const { line, registry, acme } = await builtProject();
    await line.write({ 'acme.key': privatePem(acme), 'company.yaml': 'version: 1\nserial: 1\n' });
    const push = await line.run('policy', 'push', 'company.yaml', `oci://${registry.host}/app:1`, '--key', 'acme.key');
    expect(push).toMatchObject({ status: 64, err: expect.stringContaining('holds something else already') });
  });

  it.each([
    [['company.yaml'], /takes one file, and where it goes/],
    [['company.yaml', 'oci://registry.example.com/policy:1', 'more.yaml'], /takes one file, and where it goes/],
    [['company.yaml', 'registry.example.com/policy:1'], /is no place for a bundle/],
    [['company.yaml', `oci://registry.example.com/policy@sha256:${'0'.repeat(64)}`], /names a digest, and not a tag/],
  ])('refuses %j', async (words, message) => {
    const { line } = await builtProject({ 'company.yaml': 'version: 1\nserial: 1\n' });
    const { status, err } = await line.run('policy', 'push', ...words, '--unsigned');
    expect([status, err]).toEqual([64, expect.stringMatching(message)]);
  });
});
