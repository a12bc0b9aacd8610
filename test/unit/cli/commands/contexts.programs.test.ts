import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { CommandLine } from '../../../support/command-line.ts';
import { builtProject, signedProject } from '../../../support/project.ts';
import { addIndex, attestImage, layoutOf } from '../../../support/signed-registry.ts';

describe('a context that is no folder', () => {
  it('is a Dockerfile on standard input', async () => {
    const { line, app, other } = await signedProject();
    line.pipes(`FROM ${app.name}\n`);
    expect((await line.run('check', '-')).status).toBe(0);
    line.pipes(`FROM ${other.name}\n`);
    expect((await line.run('check', '-')).status).toBe(10);
  });

  it('is the Dockerfile at a URL, to whose bytes the build is held', async () => {
    const { line, registry, app } = await signedProject();
    registry.intercept = (request, response) => {
      if (request.url !== '/Dockerfile') return false;
      response.end(`FROM ${app.name}\n`);
      return true;
    };
    const { status, document } = await line.json('check', `http://${registry.host}/Dockerfile`);
    expect(status).toBe(0);
    expect(document).toMatchObject({
      targets: [{ context: { digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) } }],
    });
    const missing = await line.run('check', `http://${registry.host}/none`);
    expect(missing.out).toContain('remote-context');
  });

  it('is a repository that cannot be fetched, which is said', async () => {
    const { line } = await signedProject();
    const { out } = await line.run('check', 'https://127.0.0.1:1/none.git');
    expect(out).toContain('remote-context');
  });

  it('is an OCI layout in an image’s place, judged as that image would be', async () => {
    const { line, registry, app, other } = await signedProject();
    await line.write({ Dockerfile: `FROM ${app.name}\n`, ...asFiles(layoutOf(registry, 'other', other.image)) });
    const { status, out } = await line.run('check', '--build-context', `${app.name}=oci-layout://layout`, '.');
    expect(status).toBe(10);
    expect(out).toContain(other.image.digest.slice(0, 19));
    await line.write(asFiles(layoutOf(registry, 'app', app.image)));
    expect((await line.run('check', '--build-context', `${app.name}=oci-layout://layout`, '.')).status).toBe(0);
    expect((await line.run('check', '--build-context', `${app.name}=oci-layout://none`, '.')).status).toBe(11);
    expect((await line.run('check', '--build-context', `${app.name}=oci-layout://layout@x`, '.')).status).toBe(11);
  });

  it('is an OCI layout under a plain name, about which nothing is asked of a registry', async () => {
    const { line, registry, other } = await signedProject();
    const asked = await listeningProxy(line);
    await line.write({ Dockerfile: 'FROM base\n', ...asFiles(layoutOf(registry, 'other', other.image)) });
    const { status, document } = await line.json('check', '--build-context', 'base=oci-layout://layout', '.');
    expect(document).toMatchObject({
      verdict: 'block',
      images: [{ name: 'docker.io/library/base:latest', digest: other.image.digest, status: 'block' }],
    });
    expect([status, asked]).toEqual([10, []]);
    // the control: a name that is an image's is asked about, since its signatures may lie beside it
    await line.write({ Dockerfile: 'FROM base:1\n' });
    await line.run('check', '--build-context', 'base:1=oci-layout://layout', '.');
    expect(asked).not.toEqual([]);
  });

  it('is a folder in an image’s place, which is unsigned', async () => {
    const { line, app } = await signedProject({ 'base/file': '' });
    const { status, out } = await line.run('check', '--build-context', `${app.name}=base`, '.');
    expect(out).toContain('base');
    expect(status).toBe(10);
  });
});

/** A proxy for everything but this machine, that lets nothing through and keeps what was asked. */
async function listeningProxy(line: CommandLine): Promise<readonly string[]> {
  const asked: string[] = [];
  const proxy = createServer().on('connect', (request, socket) => {
    asked.push(String(request.url));
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void proxy.close());
  const { port } = proxy.address() as AddressInfo; // it listens
  line.variables['HTTPS_PROXY'] = `http://127.0.0.1:${port}`;
  line.variables['NO_PROXY'] = '127.0.0.1';
  return asked;
}

const asFiles = (files: Readonly<Record<string, Buffer>>): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`layout/${name}`, bytes]));

describe('an image', () => {
  it('of the local store stands for one that no registry has, and is refused', async () => {
    const { line, docker, registry } = await builtProject();
    const name = `${registry.host}/local:1`;
    docker.keeps(name, { Id: `sha256:${'e'.repeat(64)}`, Os: 'linux', Architecture: 'amd64', RepoDigests: [] });
    await line.write({ Dockerfile: `FROM ${name}\n` });
    const { status, document } = await line.json('check');
    expect(status).toBe(10);
    expect(document).toMatchObject({ images: [{ name, verified: false }] });
  });

  it('with a digest is judged by that, though its tag has moved', async () => {
    const { line, registry, app } = await signedProject();
    await line.write({ Dockerfile: `FROM ${registry.host}/app:1@${app.image.digest}\n` });
    registry.image('app', '1', { os: 'linux', architecture: 'amd64', config: {}, created: '2026-01-01T00:00:00Z' });
    expect((await line.run('check')).status).toBe(0);
  });

  it('held to a lock is used from there when its tag has moved, and is refused when it is gone', async () => {
    const { line, registry, app } = await signedProject();
    await line.run('lock');
    registry.image('app', '1', { os: 'linux', architecture: 'amd64', config: {}, created: '2026-01-01T00:00:00Z' });
    const { status, document } = await line.json('check', '--refresh');
    expect(status).toBe(0);
    expect(document).toMatchObject({ images: [{ digest: app.image.digest }] });
    registry.manifests.delete(`app ${app.image.digest}`);
    line.variables['XDG_CACHE_HOME'] = `${line.folder}/another`;
    expect((await line.run('check')).status).toBe(11);
  });

  it('with signed statements is asked what they say', async () => {
    const { line, registry, acme, app } = await signedProject();
    const spdx = {
      predicateType: 'https://spdx.dev/Document',
      predicate: { spdxVersion: 'SPDX-2.3', packages: [{ SPDXID: 'a', name: 'zlib', versionInfo: '1.3' }] },
    };
    attestImage(registry, 'app', app.image, acme, spdx);
    const policy = (await line.read('docker-verify.yaml')).trimEnd();
    await line.write({ 'docker-verify.yaml': `${policy}\n    require:\n      attestations:\n        - type: spdx\n` });
    expect((await line.run('check')).status).toBe(0);
    expect((await line.run('packages', app.name)).out).toContain('zlib');
    await line.write({
      'docker-verify.yaml': `${policy}\n    require:\n      attestations:\n        - type: slsa-provenance\n`,
    });
    expect((await line.run('check')).status).toBe(10);
  });

  it('in an index with BuildKit’s statements has its packages and bases from there, unsigned', async () => {
    const { line, registry, app } = await signedProject();
    const provenance = {
      predicateType: 'https://slsa.dev/provenance/v0.2',
      predicate: {
        buildType: 'https://mobyproject.org/buildkit@v1',
        materials: [
          {
            uri: `pkg:docker/${registry.host}/app@1?platform=linux%2Famd64`,
            digest: { sha256: app.image.digest.slice(7) },
          },
        ],
      },
    };
    const sbom = {
      predicateType: 'https://spdx.dev/Document',
      predicate: { spdxVersion: 'SPDX-2.3', packages: [{ SPDXID: 'a', name: 'curl', versionInfo: '8.9' }] },
    };
    addIndex(registry, 'indexed', '1', [provenance, sbom]);
    const name = `${registry.host}/indexed:1`;
    expect((await line.run('packages', name)).out).toContain('curl');
    const { out } = await line.run('lineage', name);
    expect(out).toContain(`${registry.host}/app:1`);
    expect((await line.run('inspect', name)).out).toContain('unsigned https://slsa.dev/provenance/v0.2');
    expect((await line.run('recommend', name)).status).toBe(0);
  });
});

describe('a build', () => {
  it('is started again for an image that could not be foreseen, once that was verified', async () => {
    const { line, docker, app, registry } = await builtProject();
    await line.write({ Dockerfile: 'FROM scratch\n' });
    await docker.denies(`docker-image://${app.name}`);
    const { status, err } = await line.run('build', '.');
    expect(err).toContain(`the builder denied ${app.name}, which could not be foreseen`);
    expect(err).toContain('the build starts again');
    expect(status).toBe(0);
    await docker.denies(`docker-image://${app.name}`);
    expect(await line.run('build', '-q', '.')).toMatchObject({ status: 0, err: '' });
    await docker.denies(`docker-image://${registry.host}/other:1`);
    const refused = await line.run('build', '.');
    expect(refused.status).toBe(10);
    await docker.denies('git://example.com/x.git');
    expect((await line.run('build', '.')).err).toContain('[source.unpinned]');
  });

  it('uses an OCI layout that was verified, and is held to it', async () => {
    const { line, docker, registry, app } = await builtProject();
    for (const [name, bytes] of Object.entries(layoutOf(registry, 'app', app.image))) {
      await mkdir(dirname(line.path(join('layout', name))), { recursive: true });
      await writeFile(line.path(join('layout', name)), bytes);
    }
    await line.run('build', '--build-context', `${app.name}=oci-layout://layout`, '.');
    expect(JSON.stringify(await docker.sourcePolicy())).toContain(app.image.digest);
  });

  it('obeys the user’s own source policy besides', async () => {
    const { line, app } = await builtProject();
    const selector = { identifier: `docker-image://${app.name}` };
    await line.write({ 'own.json': JSON.stringify({ version: 1, rules: [{ action: 'DENY', selector }] }) });
    line.variables['EXPERIMENTAL_BUILDKIT_SOURCE_POLICY'] = line.path('own.json');
    expect((await line.run('build', '.')).status).not.toBe(0);
  });
});

describe('in buildx’s place', () => {
  it('its building verbs are ours, and all others its own', async () => {
    const { line, docker, other } = await builtProject();
    line.intercepted = true;
    expect((await line.run('build', '.')).status).toBe(0);
    await line.write({ Dockerfile: `FROM ${other.name}\n` });
    expect((await line.run('build', '.')).status).toBe(10);
    await line.run('inspect', 'x');
    expect((await docker.calls()).at(-1)).toContain('inspect x');
  });
});
