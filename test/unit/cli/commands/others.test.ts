import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandLine } from '../../../support/command-line.ts';
import { builtProject, signedProject } from '../../../support/project.ts';

describe('doctor', () => {
  it('says that everything is there, and 11 with what is missing', async () => {
    const { line } = await builtProject();
    const { status, out } = await line.run('doctor');
    expect(out).toContain('✓ good  enforcement: the builder denies what a source policy denies');
    expect(status).toBe(0);
    const bare = await commandLine();
    const { status: without, document } = await bare.json('doctor');
    expect(without).toBe(11);
    expect(document).toMatchObject({
      examinations: expect.arrayContaining([expect.objectContaining({ name: 'builder', result: 'bad' })]),
    });
  });

  it('says that a builder does not obey', async () => {
    const { line, docker } = await builtProject();
    await docker.obeys(false);
    expect((await line.run('doctor')).status).toBe(11);
  });

  it('takes nothing', async () => {
    expect((await (await commandLine()).run('doctor', 'x')).status).toBe(64);
  });
});

describe('trust', () => {
  it('shows the roots, and refreshes none without a network', async () => {
    const line = await commandLine();
    const shown = await line.run('trust', 'show');
    expect(shown.out).toContain('sigstore public good (builtin)');
    const { document } = await line.json('trust', 'show');
    expect(document).toMatchObject({ roots: expect.any(Array) });
    const updated = await line.run('trust', 'update', '--offline');
    expect(updated.out).toContain('offline: nothing was asked for');
    expect(updated.status).toBe(0);
  });
});

describe('explain', () => {
  it('lists the codes, explains those that are named, and guesses at a slip', async () => {
    const line = await commandLine();
    const all = await line.run('explain');
    expect(all.out).toContain('signature.missing');
    expect((await line.run('explain', 'signature.missing', 'registry.unreachable')).out).toContain('exit status 11');
    const { document } = await line.json('explain', '[policy.default]');
    expect(document).toMatchObject({ codes: [{ code: 'policy.default', exitStatus: null }] });
    expect((await line.run('explain', 'signature.mising')).err).toContain('did you mean signature.missing?');
    const far = await line.run('explain', 'zzzzzzzzzzzzzzzzzzzz');
    expect([far.status, far.err]).toEqual([64, expect.stringContaining('(docker verify explain lists them all)')]);
  });
});

describe('install', () => {
  it('puts the plugin where Docker looks and takes it out again', async () => {
    const { line } = await signedProject();
    const { status, err } = await line.run('install');
    expect(status).toBe(0);
    expect(err).toContain('docker build now runs docker verify build');
    expect(await readlink(join(line.folder, 'docker', 'cli-plugins', 'docker-verify'))).toMatch(/node/);
    expect((await line.run('install')).err).toBe('it was installed already\n');
    expect((await line.run('uninstall')).err).toContain('Docker’s own again'.replace('’', "'"));
    expect((await line.run('uninstall')).err).toBe('nothing was installed\n');
    expect((await line.run('install', '--mode', 'none')).status).toBe(64);
  });
});

describe('help, completion and version', () => {
  it.each([
    [['help'], 'Usage: docker verify COMMAND'],
    [['help', 'check'], 'Usage: docker verify check'],
    [['check', '--help'], 'Usage: docker verify check'],
    [['policy', '--help'], 'publishers [IMAGE]'],
    [['version'], 'docker-verify '],
    [['completion', 'bash'], '_docker_verify'],
    [['completion', 'fish'], 'complete'],
    [['completion', 'zsh'], 'compdef'],
    [['shell', 'bash'], 'docker verify build'],
    [['__complete', 'che'], 'check\t'],
    [['__complete', 'check', '--form'], '--format'],
    [['__complete', 'policy', ''], 'explain'],
  ])('%j', async (words, expected) => {
    const { status, out } = await (await commandLine()).run(...words);
    expect(status).toBe(0);
    expect(out).toContain(expected);
  });

  it('words are completed without descriptions where none are asked for', async () => {
    const line = await commandLine();
    expect((await line.run('__completeNoDesc', 'trust', '')).out).toBe('show\nupdate\n:4\n');
    expect((await line.run('__complete', 'trust', '')).out).toMatch(/^show\t.+\nupdate\t.+\n:4\n$/);
  });

  it('the version is the same for machines', async () => {
    const line = await commandLine();
    const { status, document } = await line.json('version');
    expect([status, document]).toEqual([0, { schemaVersion: 0, version: expect.stringMatching(/^\d+\.\d+\.\d+/) }]);
    expect((await line.run('version')).out).toBe(`docker-verify ${(document as { version: string }).version}\n`);
  });

  it.each([[['completion']], [['completion', 'tcsh']], [['shell', 'a', 'b']]])('refuses %j', async (words) => {
    expect((await (await commandLine()).run(...words)).status).toBe(64);
  });
});
