import { describe, expect, it } from 'vitest';
import { builtProject } from '../../../support/project.ts';

const fresh = { materials: [{ name: 'x:1', digest: `sha256:${'9'.repeat(64)}` }] };

describe('build', () => {
  it('runs buildx with what was verified and nothing else, and ends with its status', async () => {
    const { line, docker, app } = await builtProject();
    const { status, err, out } = await line.run('build', '-t', 'x:1', '.');
    expect([status, out]).toEqual([0, '']);
    expect(err.match(/allowed: the image is verified/g)).toHaveLength(1);
    expect((await docker.calls()).at(-1)).toMatch(/^buildx build --metadata-file \S+ -t x:1 \.$/);
    const policy = JSON.stringify(await docker.sourcePolicy());
    expect(policy).toContain(app.image.digest);
    expect(policy).toContain('DENY');
  });

  it('does not run buildx where an image is refused', async () => {
    const { line, docker, other } = await builtProject();
    await line.write({ Dockerfile: `FROM ${other.name}\n` });
    const { status, err } = await line.run('build', '.');
    expect(status).toBe(10);
    expect(err).toContain('[policy.default]');
    expect(err.match(/blocked: /g)).toHaveLength(1); // said once
    expect((await docker.calls()).filter((call) => call.includes('--metadata-file'))).toEqual([]);
  });

  it('gives the status of a build that failed', async () => {
    const { line, docker } = await builtProject();
    await docker.builds({ status: 3 });
    expect((await line.run('build', '.')).status).toBe(3);
  });

  it('says 12 where the builder recorded other bytes than those that were verified, and a warning where it only warns', async () => {
    const { line, docker } = await builtProject();
    await docker.builds(fresh);
    const { status, err } = await line.run('build', '.');
    expect(status).toBe(12);
    expect(err).toContain('built from sources that were not verified');
    await line.write({ 'docker-verify.yaml': (await line.read('docker-verify.yaml')).replace('enforce', 'warn') });
    const warned = await line.run('build', '.');
    expect(warned.status).toBe(0);
    expect(warned.err).toContain('built from sources that were not verified');
  });

  it('says 12 where the builder recorded nothing', async () => {
    const { line, docker } = await builtProject();
    await docker.builds({ materials: null });
    const { status, err } = await line.run('build', '.');
    expect(status).toBe(12);
    expect(err).toContain('recorded nothing');
  });

  it('refuses a builder that does not deny what its source policy denies, and says so where it only warns', async () => {
    const { line, docker } = await builtProject();
    await docker.obeys(false);
    const { status, err } = await line.run('build', '.');
    expect(status).toBe(11);
    expect(err).toContain('did not deny');
    const warned = await line.run('build', '--verify-mode', 'warn', '.');
    expect(warned.status).toBe(64); // a policy that enforces is not loosened
    await line.write({ 'docker-verify.yaml': (await line.read('docker-verify.yaml')).replace('enforce', 'warn') });
    const loose = await line.run('build', '.');
    expect(loose.err).toContain('nothing is enforced');
    expect(loose.status).toBe(0);
  });

  it('is quiet where Docker was asked to be, and reports a refusal all the same', async () => {
    const { line, other } = await builtProject();
    expect(await line.run('build', '-q', '.')).toMatchObject({ status: 0, err: '' });
    await line.write({ Dockerfile: `FROM ${other.name}\n` });
    expect((await line.run('build', '-q', '.')).err).toContain('blocked: ');
  });

  it('writes its report into files', async () => {
    const { line } = await builtProject();
    await line.run('build', '--verify-format', 'json', '--verify-output', line.path('report.json'), '.');
    expect(JSON.parse(await line.read('report.json'))).toMatchObject({ verdict: 'allow', build: { status: 0 } });
    await line.run('build', '--verify-format', `markdown=${line.path('report.md')}`, '.');
    expect(await line.read('report.md')).toContain('app:1');
  });

  it('shows buildx’s help with its own behind it, and its own alone where there is no buildx', async () => {
    const { line } = await builtProject();
    expect((await line.run('build', '--help')).out).toContain('--verify-policy FILE');
    line.variables['PATH'] = '';
    const { status, out } = await line.run('debug', 'build', '--help');
    expect([status, out === '']).toEqual([0, true]);
  });

  it('is what the debugger builds with', async () => {
    const { line, docker, other } = await builtProject();
    expect((await line.run('debug', '--invoke', 'sh', 'build', '.')).status).toBe(0);
    expect((await docker.calls()).at(-1)).toMatch(/^buildx debug --invoke sh build --metadata-file/);
    await line.write({ Dockerfile: `FROM ${other.name}\n` });
    expect((await line.run('debug', 'build', '.')).status).toBe(10);
  });

  it('does not start a debugger that learns later what to build, where a policy is enforced', async () => {
    const { line } = await builtProject();
    expect((await line.run('dap', 'build', '.')).status).not.toBe(0);
  });
});

describe('bake', () => {
  const definition = { target: { default: { context: '.', dockerfile: 'Dockerfile', tags: ['y:1'] } } };

  it('builds what buildx makes of the definition, verified', async () => {
    const { line, docker } = await builtProject();
    await docker.prints(definition);
    const { status, err } = await line.run('bake');
    expect(err).toContain('allowed');
    expect(status).toBe(0);
    expect((await docker.calls()).at(-1)).toMatch(/^buildx bake --file \S+ --metadata-file/);
  });

  it.each([['--list=targets'], ['--print']])(
    'hands over %s, which builds nothing, and verifies nothing',
    async (option) => {
      const { line, docker, other } = await builtProject();
      await line.write({ Dockerfile: `FROM ${other.name}\n` });
      await docker.prints(definition);
      const { status, err } = await line.run('bake', option);
      expect([status, err]).toEqual([0, '']);
      expect((await docker.calls()).at(-1)).toBe(`buildx bake ${option}`);
      expect((await line.run('bake')).status).toBe(10);
    },
  );

  it('refuses a target with a base that is not signed', async () => {
    const { line, docker, other } = await builtProject({ 'other.Dockerfile': 'FROM scratch' });
    await line.write({ 'other.Dockerfile': `FROM ${other.name}\n` });
    await docker.prints({ target: { ...definition.target, more: { context: '.', dockerfile: 'other.Dockerfile' } } });
    expect((await line.run('bake')).status).toBe(10);
    expect((await line.run('check', '-f', 'docker-bake.hcl')).status).not.toBe(0);
  });
});

describe('another verb', () => {
  it('is handed to buildx, and an unknown one is refused', async () => {
    const { line, docker } = await builtProject();
    expect((await line.run('ls')).status).toBe(0);
    expect((await docker.calls()).at(-1)).toBe('buildx ls');
    const { status, err } = await line.run('chek');
    expect(status).toBe(64);
    expect(err).toContain('did you mean docker verify check?');
  });

  it('that another tool has is answered with the command of ours that does it', async () => {
    const { line } = await builtProject();
    const { status, err } = await line.run('find', 'xz');
    expect(status).toBe(64);
    expect(err).toContain('has a command find (did you mean docker verify exposure?)');
  });
});
