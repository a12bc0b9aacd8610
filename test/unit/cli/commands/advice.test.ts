import { describe, expect, it } from 'vitest';
import { signedProject } from '../../../support/project.ts';
import { addImage, attach, signImage, spdxOf } from '../../../support/signed-registry.ts';

describe('recommend', () => {
  it('says what a refresh would change once the tag has moved from what is locked', async () => {
    const { line, registry, acme } = await signedProject();
    expect((await line.run('lock')).status).toBe(0);
    expect((await line.json('recommend')).document).toMatchObject({ images: [{ refresh: null }] });
    const moved = addImage(registry, 'app', '1', { created: '2026-02-02T00:00:00Z' });
    signImage(registry, 'app', moved, acme);
    attach(registry, 'app', moved, spdxOf('musl@1.2.5-r9', 'zlib@1.3-r0'), 'application/spdx+json');
    const { document } = await line.json('recommend');
    expect(document).toMatchObject({ images: [{ refresh: { to: moved.digest } }] });
    const text = (await line.run('recommend')).out;
    expect(text).toContain('musl');
    expect(text).toContain('zlib');
  });

  it('names what a policy prefers before all else, and what is inside', async () => {
    const { line, registry, app } = await signedProject();
    const policy = await line.read('docker-verify.yaml');
    await line.write({
      'docker-verify.yaml': `${policy}recommend:\n  "${registry.host}/app": ["${registry.host}/small:1", "${registry.host}/none:1"]\n`,
    });
    const { document } = await line.json('recommend', app.name);
    const preferred = [`${registry.host}/small:1`, `${registry.host}/none:1`];
    expect(document).toMatchObject({
      images: [{ preferred, inside: { packages: 2, shells: ['busybox'], trust: 'unsigned' } }],
    });
  });

  it('guesses nothing offline and of an image that is not there', async () => {
    const { line, registry } = await signedProject();
    for (const words of [['--offline', `${registry.host}/app:1`], [`${registry.host}/none:1`]]) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const { document } = await line.json('recommend', ...words);
      expect(document).toMatchObject({
        images: [
          {
            digest: null,
            refresh: null,
            inside: null,
            bytes: null,
            unknown: [expect.stringContaining('the image itself')],
          },
        ],
      });
    }
  });
});

describe('lock', () => {
  it('writes nothing where an image cannot be established, and says which', async () => {
    const { line, registry } = await signedProject();
    await line.write({ Dockerfile: `FROM ${registry.host}/none:1\n` });
    const { status, err, out } = await line.run('lock');
    expect(status).toBe(11);
    expect(`${err}${out}`).toContain(`${registry.host}/none:1`);
    await expect(line.read('docker-verify.lock.json')).rejects.toThrow('ENOENT');
  });

  it('does not ask offline, and takes no image that is neither used nor locked', async () => {
    const { line, registry, app } = await signedProject();
    expect((await line.run('lock', '--offline')).status).toBe(11);
    const written = await line.run('lock');
    expect(written.status).toBe(0);
    expect(written.out).toMatch(/^docker-verify\.lock\.json written$/m);
    const strange = await line.run('lock', '--update', `${registry.host}/app:2`);
    expect([strange.status, strange.err]).toEqual([64, expect.stringContaining(`it is used as ${app.name}`)]);
    const elsewhere = await line.run('lock', '--update', `${registry.host}/nowhere:2`);
    expect(elsewhere.err).toContain('name an image as the Dockerfile does');
  });

  it('prunes what no file of the project uses, and nothing where that cannot be known', async () => {
    const { line, app, other } = await signedProject();
    await line.write({ Dockerfile: `FROM ${app.name} AS a\nFROM ${other.name}\nCOPY --from=a / /\n` });
    expect((await line.run('lock')).status).toBe(0);
    await line.write({ Dockerfile: `FROM ${app.name}\n`, 'sub/Dockerfile': 'FROM scratch\nFROM $X\n' });
    const open = await line.run('lock', '--prune');
    expect([open.status, `${open.err}${open.out}`]).toEqual([11, expect.stringContaining('sub/Dockerfile')]);
    expect(await line.read('docker-verify.lock.json')).toContain(other.name);
    await line.write({ 'sub/Dockerfile': 'FROM scratch\n' });
    await line.run('lock', '--prune');
    expect(await line.read('docker-verify.lock.json')).not.toContain(other.name);
    expect(await line.read('docker-verify.lock.json')).toContain(app.name);
  });

  it('keeps an entry whose digest moved until somebody asks for it, and says that the tag moved', async () => {
    const { line, registry, acme } = await signedProject();
    await line.run('lock');
    const before = await line.read('docker-verify.lock.json');
    const moved = addImage(registry, 'app', '1', { created: '2026-02-02T00:00:00Z' });
    signImage(registry, 'app', moved, acme);
    await line.run('lock');
    expect(await line.read('docker-verify.lock.json')).toBe(before);
    expect((await line.run('lock', '--check')).status).not.toBe(0);
    const updated = await line.run('lock', '--update');
    expect(updated.status).toBe(0);
    expect(await line.read('docker-verify.lock.json')).toContain(moved.digest);
  });
});
