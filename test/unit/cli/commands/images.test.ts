import { describe, expect, it } from 'vitest';
import { signedProject } from '../../../support/project.ts';

describe('inspect', () => {
  it('shows what is attached and what each proves', async () => {
    const { line, app, other } = await signedProject();
    const { status, out } = await line.run('inspect', app.name);
    expect(status).toBe(0);
    expect(out).toContain('verifies, and a rule trusts it');
    expect(out).toContain('unsigned https://spdx.dev/Document');
    expect((await line.run('inspect', other.name)).out).not.toContain('verifies');
    const { document } = await line.json('inspect', app.name);
    expect(document).toMatchObject({
      images: [{ evidence: [{ form: 'cosign-signature', verified: true, trusted: true }] }],
    });
  });

  it('says 11 where nothing is in hand and more may be attached, and 0 where it could see that nothing is', async () => {
    const { line, registry, other } = await signedProject();
    expect((await line.run('inspect', other.name)).status).toBe(0);
    line.variables['XDG_CACHE_HOME'] = `${line.folder}/another`;
    registry.intercept = ({ url = '' }, response) => {
      if (!/^\/v2\/other\/(?:referrers|manifests\/sha256-)/.test(url)) return false;
      response.writeHead(403).end();
      return true;
    };
    const { status, out } = await line.run('inspect', other.name);
    expect(status).toBe(11);
    expect(out).toContain('403');
  });

  it('takes images only, and says where one does not exist', async () => {
    const { line, registry } = await signedProject();
    expect((await line.run('inspect', '.')).status).toBe(64);
    expect((await line.run('inspect', `${registry.host}/none:1`)).status).toBe(11);
  });
});

describe('compare', () => {
  it('puts two images side by side', async () => {
    const { line, app, other } = await signedProject();
    const { status, out } = await line.run('compare', app.name, other.name);
    expect(status).toBe(0);
    expect(out).toMatch(/verdict\s+allow\s+block/);
    const { document } = await line.json('compare', app.name, other.name);
    expect(document).toMatchObject({ images: [{ signed: 'verified' }, { signed: 'unsigned' }], layersInCommon: 1 });
    expect((await line.run('compare', app.name)).status).toBe(64);
  });
});

describe('packages', () => {
  it('lists what an SBOM says is inside, and 11 where there is none', async () => {
    const { line, app, registry } = await signedProject();
    const { status, out } = await line.run('packages', app.name);
    expect(status).toBe(0);
    expect(out).toContain('busybox  1.36.1-r29');
    registry.image('bare', '1', { os: 'linux', architecture: 'amd64', config: {} });
    expect((await line.run('packages', `${registry.host}/bare:1`)).status).toBe(11);
  });
});

describe('lineage', () => {
  it.each(['text', 'json', 'mermaid', 'dot'])('draws the chain of bases as %s', async (format) => {
    const { line, app } = await signedProject();
    const { status, out } = await line.run('lineage', '--format', format);
    expect(status).toBe(0);
    expect(out).toContain(app.name);
  });
});

describe('recommend', () => {
  it('says what it knows of an image, and of those of a path', async () => {
    const { line, app } = await signedProject();
    const [named, path] = [await line.run('recommend', app.name), await line.run('recommend')];
    expect(named.status).toBe(0);
    expect(named.out).toContain('Alpine Linux 3.20');
    expect(path.out).toBe(named.out);
  });
});

describe('of several images', () => {
  it.each(['packages', 'lineage'])('%s names the one that cannot be looked up', async (command) => {
    const { line, app } = await signedProject();
    await line.write({ Dockerfile: `FROM ${app.name}\nCOPY --from=127.0.0.1:1/team/gone:1 / /\n` });
    const { status, err } = await line.run(command, '.');
    expect(status).toBe(11);
    expect(err).toContain('127.0.0.1:1/team/gone:1: 127.0.0.1:1 cannot be reached');
  });
});
