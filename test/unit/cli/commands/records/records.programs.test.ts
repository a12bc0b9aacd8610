import { appendFile, readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { builtProject } from '../../../../support/project.ts';
import { addImage } from '../../../../support/signed-registry.ts';

describe('records', () => {
  it('lists, shows, exports and takes away what was built', async () => {
    const { line, app } = await builtProject();
    await line.run('build', '-t', 'x:1', '.');
    const { document } = await line.json('records', 'ls');
    expect(document).toMatchObject({ records: [{ tags: ['x:1'], images: [{ name: app.name }] }] });
    expect((await line.run('records', 'ls')).out).toContain('x:1  1 image');
    const shown = await line.run('records', 'show', 'x:1');
    expect(shown.out).toContain('runtime-base');
    const exported = await line.run('records', 'export', 'x:1');
    expect(JSON.parse(exported.out)).toMatchObject({ bomFormat: 'CycloneDX' });
    expect(exported.err).toContain('no SBOM of what was built is known');
    const later = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    expect((await line.run('records', 'prune', '--older-than', later)).out).toBe('1 taken away, 0 kept\n');
    const none = await line.run('records', 'ls');
    expect(none.out).toBe('no build is recorded here\n');
    expect(none.err).toMatch(/the journal in \S+docker-verify is empty: docker verify build and bake fill it/);
  });

  it('show one build, and prune, for machines too', async () => {
    const { line, app } = await builtProject();
    await line.run('build', '-t', 'x:1', '.');
    const shown = await line.json('records', 'show', 'x:1');
    expect(shown).toMatchObject({ status: 0, document: { tags: ['x:1'], images: [{ name: app.name }] } });
    const pruned = await line.json('records', 'prune', '--older-than', '9999-01-01');
    expect(pruned).toEqual({ status: 0, document: { schemaVersion: 1, removed: 1, kept: 0 } });
  });

  it('are listed past a line of the journal that is damaged, which is said', async () => {
    const { line } = await builtProject();
    await line.run('build', '-t', 'x:1', '.');
    const [journal = ''] = (await readdir(`${line.folder}/state/docker-verify`)).filter((name) =>
      name.endsWith('.jsonl'),
    );
    await appendFile(`${line.folder}/state/docker-verify/${journal}`, '{"no": "record"}\n');
    const { status, out, err } = await line.run('records', 'ls');
    expect([status, out]).toEqual([0, expect.stringContaining('x:1')]);
    expect(err).toContain('line 2 of the journal is passed over');
    expect((await line.run('records', 'ls', '--quiet')).err).toBe('');
  });

  it('export 11 where no SBOM says what is inside: an empty list must not pass for one without software', async () => {
    const { line, registry, docker } = await builtProject();
    const bare = addImage(registry, 'bare');
    await line.write({
      Dockerfile: `FROM ${registry.host}/bare:1\n`,
      'docker-verify.yaml': 'version: 1\nmode: warn\nrules: []\n',
    });
    await docker.builds({ materials: [{ name: `${registry.host}/bare:1`, digest: bare.digest }] });
    expect((await line.run('build', '-t', 'y:1', '.')).status).toBe(0);
    const { status, out } = await line.run('records', 'export', 'y:1');
    expect(status).toBe(11);
    expect(JSON.parse(out)).toMatchObject({ bomFormat: 'CycloneDX' });
  });

  it.each([
    ['365d', '0 taken away, 1 kept'],
    ['1d12h', '0 taken away, 1 kept'],
    ['1w', '0 taken away, 1 kept'],
    ['2026-01-31', '0 taken away, 1 kept'],
    ['9999-01-01', '1 taken away, 0 kept'],
    ['9999-01-01T12:00:00Z', '1 taken away, 0 kept'],
    ['9999-01-01T12:00+02:00', '1 taken away, 0 kept'],
  ])('takes away what is older than %s', async (age, said) => {
    const { line } = await builtProject();
    await line.run('build', '-t', 'x:1', '.');
    expect(await line.run('records', 'prune', '--older-than', age)).toMatchObject({ status: 0, out: `${said}\n` });
  });

  it('takes nothing away for what is neither an age nor a day', async () => {
    const { line } = await builtProject();
    await line.run('build', '-t', 'x:1', '.');
    for (const age of [
      '32',
      'in 5',
      '1 jan 2027',
      '2026-13-01',
      '2026-01',
      '0d',
      'x 2036-01-31',
      '2036-01-31 x',
      '2036-01-31T1',
    ]) {
      const { status, err } = await line.run('records', 'prune', '--older-than', age);
      expect([age, status, err]).toEqual([age, 64, expect.stringContaining('which records are old')]);
    }
    expect((await line.run('records', 'ls')).out).toContain('x:1');
  });

  it('exports for GitHub with what a workflow or the options say, and not without', async () => {
    const { line } = await builtProject();
    await line.run('build', '-t', 'x:1', '.');
    const github = ['records', 'export', '--format', 'github', 'x:1'];
    expect((await line.run(...github)).err).toContain('--sha');
    const commit = ['--sha', 'a'.repeat(40)];
    expect((await line.run(...github, ...commit)).err).toContain('--ref');
    const { status, out } = await line.run(...github, ...commit, '--ref', 'refs/heads/main');
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      sha: 'a'.repeat(40),
      ref: 'refs/heads/main',
      job: { id: 'local', correlator: 'docker-verify default' },
    });
    Object.assign(line.variables, {
      GITHUB_SHA: 'b'.repeat(40),
      GITHUB_REF: 'refs/tags/v1',
      GITHUB_WORKFLOW: 'release',
      GITHUB_JOB: '',
      GITHUB_RUN_ID: '7',
    });
    const workflow = await line.run(...github);
    expect(JSON.parse(workflow.out)).toMatchObject({
      sha: 'b'.repeat(40),
      ref: 'refs/tags/v1',
      job: { id: '7', correlator: 'docker-verify release default' },
    });
    // what was said and does not count is named: it is not missing
    expect((await line.run(...github, '--sha', 'v1.0')).err).toContain('"v1.0" is no commit');
    expect((await line.run(...github, ...commit, '--ref', 'main')).err).toContain('"main" is no branch or tag');
  });

  it.each([
    [['ls', 'x'], /takes nothing/],
    [['show'], /takes one build/],
    [['show', 'none'], /no recorded build/],
    [['prune'], /which records are old/],
    [['prune', '--older-than', '1d', '--older-than', '2d'], /given twice/],
    [[], /needs a command/],
    [['lst'], /did you mean docker verify records ls\?/],
  ])('refuses %j', async (words, message) => {
    const { line } = await builtProject();
    const { status, err } = await line.run('records', ...words);
    expect(status).toBe(64);
    expect(err).toMatch(message);
  });

  it('leaves nothing where --no-record was said', async () => {
    const { line } = await builtProject();
    await line.run('build', '--verify-no-record', '.');
    expect((await line.run('records', 'ls')).out).toBe('no build is recorded here\n');
  });
});

describe('exposure', () => {
  it('finds the builds with a package, as far as the SBOMs of their images say', async () => {
    const { line } = await builtProject();
    await line.run('build', '-t', 'x:1', '.');
    const hit = await line.run('exposure', 'musl@1.2.5-r0');
    expect(hit.status).toBe(10);
    expect(hit.out).toContain('affected  x:1');
    const { status, document } = await line.json('exposure', 'pkg:apk/alpine/musl@9.9.9-r0');
    expect(status).not.toBe(10);
    expect(document).toMatchObject({ rows: expect.any(Array) });
  });

  it('says nothing is recorded where nothing is', async () => {
    const { line } = await builtProject();
    const { status, out, err } = await line.run('exposure', 'musl@1.2.5-r0');
    expect([status, out]).toEqual([0, 'no build is recorded here\n']);
    expect(err).toMatch(/the journal in \S+ is empty: docker verify build and bake fill it/);
    expect((await line.run('exposure')).status).toBe(64);
  });
});

describe('rebuild', () => {
  it('says what a record lacks, and refuses a build that is not recorded', async () => {
    const { line } = await builtProject();
    await line.run('build', '-t', 'x:1', '.');
    const { status, out } = await line.run('rebuild', 'x:1');
    expect(status).toBe(11);
    expect(out).toContain('the commit that was built');
    expect((await line.run('rebuild', 'none')).status).toBe(64);
  });
});

describe('exposure, further', () => {
  it('takes advisories and statements that something is not affected', async () => {
    const { line } = await builtProject();
    await line.run('build', '-t', 'x:1', '.');
    const advisory = {
      id: 'ALPINE-CVE-2026-1',
      aliases: ['CVE-2026-1'],
      modified: '2026-01-01T00:00:00Z',
      affected: [
        {
          package: { ecosystem: 'Alpine:v3.20', name: 'musl' },
          ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '1.2.5-r9' }] }],
        },
      ],
    };
    await line.write({ 'osv/a.json': JSON.stringify(advisory) });
    expect((await line.run('exposure', 'CVE-2026-1', '--advisories', 'osv')).status).toBe(10);
    const vex = {
      '@context': 'https://openvex.dev/ns/v0.2.0',
      '@id': 'https://example.com/vex/1',
      author: 'Acme',
      timestamp: '2026-01-01T00:00:00Z',
      version: 1,
      statements: [
        {
          vulnerability: { name: 'CVE-2026-1' },
          products: [{ '@id': 'pkg:apk/alpine/musl@1.2.5-r0?arch=x86_64&distro=alpine-3.20' }],
          status: 'not_affected',
          justification: 'vulnerable_code_not_present',
        },
      ],
    };
    await line.write({ 'vex.json': JSON.stringify(vex) });
    const stated = await line.run('exposure', 'CVE-2026-1', '--advisories', 'osv', '--vex', 'vex.json');
    expect(stated.status).toBe(11);
    expect(stated.out).toContain('VEX: CVE-2026-1: not_affected');
    const [statement] = vex.statements;
    const open = { ...vex, statements: [{ ...statement, status: 'under_investigation', justification: undefined }] };
    await line.write({ 'vex.json': JSON.stringify(open) });
    const unsettled = await line.run('exposure', 'CVE-2026-1', '--advisories', 'osv', '--vex', 'vex.json');
    // whoever looks into it has not said that nothing is wrong
    expect([unsettled.status, unsettled.out]).toEqual([11, expect.stringContaining('under investigation')]);
    expect((await line.run('exposure', 'CVE-2026-1', '--advisories', 'none')).status).toBe(64);
  });

  it('looks up the SBOMs of images of which none is kept, unless it may not use the network', async () => {
    const { line } = await builtProject();
    await line.run('build', '-t', 'x:1', '.');
    const { rm } = await import('node:fs/promises');
    const forget = (): Promise<void> => rm(`${line.folder}/state/docker-verify/images`, { recursive: true });
    await forget();
    const offline = await line.run('exposure', '--offline', 'musl@1.2.5-r0');
    expect(offline.status).toBe(11);
    expect(offline.err).toContain('were not looked up (--offline)');
    expect((await line.run('exposure', 'musl@1.2.5-r0')).status).toBe(10);
  });
});
