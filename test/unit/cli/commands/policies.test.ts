import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { signedProject } from '../../../support/project.ts';
import { addImage } from '../../../support/signed-registry.ts';

describe('policy', () => {
  it('check says what is in force, and refuses what makes no sense', async () => {
    const { line } = await signedProject({ 'other.yaml': 'version: 1\nnonsense: 1\n' });
    const { status, out } = await line.run('policy', 'check');
    expect(status).toBe(0);
    expect(out).toMatch(/^valid: 1 rule, mode enforce\n/);
    const { document } = await line.json('policy', 'check');
    expect(document).toMatchObject({ rules: 1, mode: 'enforce', remarks: [] });
    expect((await line.run('policy', 'check', 'other.yaml')).status).toBe(78);
  });

  it('check says that the built-in policy applies where there is no other, and calls nothing valid', async () => {
    const { line } = await signedProject();
    await rm(line.path('docker-verify.yaml'));
    const { status, out } = await line.run('policy', 'check');
    expect([status, out]).toEqual([
      0,
      expect.stringMatching(/^no policy is written .*\nthe built-in policy applies: .*\n/),
    ]);
    expect(out).toContain('docker verify init');
    expect(out).not.toContain('valid');
    expect((await line.json('policy', 'check')).document).toMatchObject({ rules: 0, mode: 'enforce' });
  });

  it('explain walks the rules for an image', async () => {
    const { line, app, other } = await signedProject();
    const { out } = await line.run('policy', 'explain', app.name);
    expect(out).toContain(': allow');
    expect(out).toContain('✓ cosign-signature');
    expect((await line.run('policy', 'explain', other.name)).out).toContain('nothing is attached');
    const { document } = await line.json('policy', 'explain', other.name);
    expect(document).toMatchObject({ images: [{ name: other.name, decision: { status: 'block' } }] });
  });

  it('test runs a table, and 10 for one that fails', async () => {
    const table = (status: string): string =>
      `version: 1\ntests:\n  - name: unsigned\n    image: registry.example.com/x:1\n    expect: {status: ${status}}\n`;
    const { line } = await signedProject({ 'good.yaml': table('block'), 'bad.yaml': table('allow') });
    expect(await line.run('policy', 'test', 'good.yaml')).toMatchObject({
      status: 0,
      out: expect.stringContaining('1 passed, 0 failed'),
    });
    expect(await line.run('policy', 'test', 'bad.yaml')).toMatchObject({
      status: 10,
      out: expect.stringContaining('0 passed, 1 failed'),
    });
    expect((await line.run('policy', 'test')).status).toBe(64);
  });

  it('convert takes one file of another tool', async () => {
    const policy = {
      default: [{ type: 'reject' }],
      transports: { docker: { 'registry.example.com': [{ type: 'insecureAcceptAnything' }] } },
    };
    const { line } = await signedProject({ 'policy.json': JSON.stringify(policy) });
    const { status, out } = await line.run('policy', 'convert', 'policy.json');
    expect(status).toBe(0);
    expect(out).toContain('default: deny');
    const { document } = await line.json('policy', 'convert', 'policy.json');
    expect(document).toMatchObject({ yaml: out });
    expect((await line.run('policy', 'convert')).status).toBe(64);
  });

  it('convert replaces no policy of the project that somebody wrote, and its own', async () => {
    const policy = JSON.stringify({ default: [{ type: 'reject' }] });
    const { line } = await signedProject({ 'policy.json': policy });
    const written = await line.read('docker-verify.yaml');
    const target = line.path('docker-verify.yaml');
    for (const options of [
      ['--output', target],
      ['--format', `text=${target}`],
    ]) {
      const { status, err } = await line.run('policy', 'convert', ...options, 'policy.json');
      expect(status).toBe(64);
      expect(err).toContain('is there already, and was not converted from anything');
    }
    expect(await line.read('docker-verify.yaml')).toBe(written);
    await line.write({ 'docker-verify.yaml': '' });
    expect((await line.run('policy', 'convert', '--output', target, 'policy.json')).status).toBe(0);
    const converted = await line.read('docker-verify.yaml');
    expect(converted).toContain('default: deny');
    expect((await line.run('policy', 'convert', '--output', target, 'policy.json')).status).toBe(0);
    expect(await line.read('docker-verify.yaml')).toBe(converted);
  });

  it('publishers lists them, and what to write for an image that one of them signs', async () => {
    const { line } = await signedProject();
    const all = await line.run('policy', 'publishers');
    expect(all.out.split('\n').length).toBeGreaterThan(10);
    const one = await line.run('policy', 'publishers', 'cgr.dev/chainguard/static:latest');
    expect(one.out).toContain('to ask for it, put under rules:');
    const none = await line.run('policy', 'publishers', 'registry.example.com/x');
    expect(none.out).toContain('no publisher is known to sign');
    expect((await line.run('policy', 'publishers', 'a', 'b')).status).toBe(64);
  });
});

describe('lock', () => {
  it('locks what a path uses, is current then, and says 10 where a tag has moved', async () => {
    const { line, app, registry } = await signedProject();
    expect((await line.run('lock', '--check')).status).toBe(10);
    expect((await line.run('lock')).out).toContain('written');
    expect(JSON.parse(await line.read('docker-verify.lock.json'))).toMatchObject({
      lockVersion: 1,
      images: { [app.name]: { digest: app.image.digest } },
    });
    expect(await line.run('lock', '--check')).toMatchObject({ status: 0, out: expect.stringContaining('is current') });
    addImage(registry, 'app', '1', { created: '2026-01-01T00:00:00Z' });
    line.variables['XDG_CACHE_HOME'] = `${line.folder}/another`;
    expect((await line.run('lock', '--check')).status).toBe(10);
    // what was signed is unsigned now: only a person may say that this is meant
    const refused = await line.run('lock', '--update');
    expect(refused).toMatchObject({ status: 10, out: expect.stringContaining('was signed before') });
    expect((await line.run('lock', '--update', '--yes')).status).toBe(0);
    expect(await line.read('docker-verify.lock.json')).not.toContain(app.image.digest);
  });

  it('writes nothing where an image cannot be established', async () => {
    const { line, registry } = await signedProject();
    await line.write({ Dockerfile: `FROM ${registry.host}/none:1\n` });
    const { status, err } = await line.run('lock');
    expect(status).toBe(11);
    expect(err).toContain('none:1');
    await expect(line.read('docker-verify.lock.json')).rejects.toThrow('ENOENT');
    expect((await line.run('lock', '--check', '--update')).status).toBe(64);
  });

  it('takes away entries of images that are not used any more', async () => {
    const { line, app } = await signedProject();
    await line.run('lock');
    await line.write({ Dockerfile: 'FROM scratch\n' });
    await line.run('lock');
    expect(await line.read('docker-verify.lock.json')).toContain(app.name);
    await line.run('lock', '--prune');
    expect(await line.read('docker-verify.lock.json')).not.toContain(app.name);
  });
});

describe('init', () => {
  it('proposes a policy from the keys that it is given, and locks what is unsigned', async () => {
    const { line, acme, app, other } = await signedProject({ 'acme.pub': '' });
    await line.write({
      'acme.pub': acme.pem,
      Dockerfile: `FROM ${app.name} AS app\nFROM ${other.name}\nCOPY --from=app / /\n`,
      'docker-verify.yaml': '',
    });
    await rm(`${line.folder}/project/docker-verify.yaml`);
    const { status, err, out } = await line.run('init', '--yes', '--key', 'acme.pub');
    expect(err).toContain('Found 2 repositories that this builds on; who signs is proven of 1.');
    expect(status).toBe(0);
    expect(out).toContain('allowed');
    expect(await line.read('docker-verify.yaml')).toContain('acme.pub');
    expect(await line.read('docker-verify.lock.json')).toContain(other.name);
  });

  it('says which Dockerfiles it has not looked at, and adds what they need', async () => {
    const { line, acme, other } = await signedProject({ 'acme.pub': '', 'web/Dockerfile': 'FROM scratch\n' });
    await line.write({ 'acme.pub': acme.pem, 'web/Dockerfile': `FROM ${other.name}\n` });
    await rm(line.path('docker-verify.yaml'));
    const first = await line.run('init', '--yes', '.');
    expect(first.err).toContain(
      'Not looked at: web/Dockerfile.\n  next: docker verify init --add -f web/Dockerfile .\n',
    );
    const second = await line.run('init', '--yes', '--add', '-f', 'web/Dockerfile', '.');
    expect(second.err).toContain('Found 1 repository without a rule; nothing proves who signs there.');
    expect(second.err).not.toContain('Not looked at');
    expect(await line.read('docker-verify.yaml')).toContain('locked: true');
  });

  it('adds no rule to a policy that has them all, and needs --add for one that is there', async () => {
    const { line } = await signedProject();
    expect((await line.run('init', '--yes')).status).toBe(64);
    const { err } = await line.run('init', '--yes', '--add');
    expect(err).toContain('Every image that this builds on has a rule already.');
  });

  it('says which command has an option that it has not', async () => {
    const { line } = await signedProject();
    const { status, err } = await line.run('init', '--recursive', '.');
    expect([status, err]).toEqual([
      64,
      expect.stringContaining('no option --recursive here (docker verify check has it)'),
    ]);
  });

  it('asks on a terminal alone', async () => {
    const { line } = await signedProject();
    expect((await line.run('init')).err).toMatch(
      /there is no terminal to ask on .*every signer that can be proven, with --key FILE .* lock all else/,
    );
  });
});
