import { describe, expect, it } from 'vitest';
import { signedProject } from '../../../support/project.ts';
import { addImage, newKeyHolder, signImage } from '../../../support/signed-registry.ts';

describe('check', () => {
  it('allows a folder whose base is signed as its policy asks', async () => {
    const { line, app } = await signedProject();
    const { status, document } = await line.json('check');
    expect(status).toBe(0);
    expect(document).toMatchObject({
      verdict: 'allow',
      images: [{ name: app.name, digest: app.image.digest, verified: true, basis: 'signature' }],
    });
  });

  it('refuses an unsigned base, and one that another signer signed', async () => {
    const { line, registry } = await signedProject();
    const unsigned = addImage(registry, 'app', '2');
    await line.write({ Dockerfile: `FROM ${registry.host}/app:2\n` });
    const first = await line.run('check');
    expect(first.status).toBe(10);
    expect(first.out).toContain('[signature.missing]');
    signImage(registry, 'app', unsigned, newKeyHolder());
    line.variables['XDG_CACHE_HOME'] = `${line.folder}/another`;
    const second = await line.run('check');
    expect(second.status).toBe(10);
    expect(second.out).toContain('[signature.untrusted-key]');
  });

  it('refuses an image that no rule covers, and lets it pass where its policy only warns', async () => {
    const { line, other } = await signedProject();
    expect((await line.run('check', other.name)).status).toBe(10);
    await line.write({ 'docker-verify.yaml': (await line.read('docker-verify.yaml')).replace('enforce', 'warn') });
    const { status, out } = await line.run('check', other.name);
    expect(status).toBe(0);
    expect(out).toContain('no rule covers it');
  });

  it('says 11 where the registry cannot be asked, and not that nothing is signed', async () => {
    const { line, registry } = await signedProject();
    registry.intercept = (_, response) => {
      response.writeHead(503).end();
      return true;
    };
    const { status, out } = await line.run('check');
    expect(status).toBe(11);
    expect(out).not.toContain('[signature.missing]');
  });

  it('says nothing with --quiet where all is well, and everything where it is not', async () => {
    const { line, other } = await signedProject();
    expect(await line.run('check', '--quiet')).toMatchObject({ status: 0, out: '' });
    expect((await line.run('check', '--quiet', other.name)).out).toContain(other.name);
  });

  it('writes further formats into files, whole, beside the text', async () => {
    const { line } = await signedProject();
    const { out } = await line.run(
      'check',
      '--format',
      `sarif=${line.path('out.sarif')}`,
      '--format',
      `markdown=${line.path('out.md')}`,
    );
    expect(out).toContain('allowed');
    expect(JSON.parse(await line.read('out.sarif'))).toMatchObject({ version: '2.1.0' });
    expect(await line.read('out.md')).toContain('app:1');
    await line.run('check', '--format', 'json', '--output', line.path('out.json'));
    expect(JSON.parse(await line.read('out.json'))).toMatchObject({ verdict: 'allow' });
  });

  it.each([
    [['--format', 'nonsense'], /format/],
    [['--output', 'no/such/folder/file'], /cannot write/],
    [['--format', 'json=a', '--format', 'sarif=./a'], /two results cannot go to one file/],
    [['--nonsense'], /nonsense/],
    [['.', 'one', 'two'], /./],
  ])('refuses %j before anything is looked at', async (words, message) => {
    const { line, registry } = await signedProject();
    const { status, err } = await line.run('check', ...words);
    expect(status).toBe(64);
    expect(err).toMatch(message);
    expect(registry.paths).toEqual([]);
  });

  it('checks every Dockerfile below the folder', async () => {
    const { line, other } = await signedProject({ 'below/Dockerfile': 'FROM scratch\n' });
    expect((await line.run('check', '--recursive')).status).toBe(0);
    await line.write({ 'below/Dockerfile': `FROM ${other.name}\n` });
    expect((await line.run('check', '--recursive')).status).toBe(10);
  });

  it.each([
    ['a policy that makes no sense', { 'docker-verify.yaml': 'version: 1\nrulez: []\n' }, 78],
    ['a Dockerfile that makes no sense', { Dockerfile: 'FRM x\n' }, 65],
  ])('ends with its own status for %s', async (_, files, expected) => {
    const { line } = await signedProject(files);
    expect((await line.run('check')).status).toBe(expected);
  });
});

describe('scan', () => {
  it('tells what a build would use, without a network', async () => {
    const { line, registry, app } = await signedProject();
    const { status, document } = await line.json('scan');
    expect(status).toBe(0);
    expect(JSON.stringify(document)).toContain(app.name);
    expect(registry.paths).toEqual([]);
  });
});
