import { rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { type Project, signedProject } from '../../../support/project.ts';

/** A project without a policy, whose keys lie in it. */
async function openProject(): Promise<Project> {
  const project = await signedProject();
  const { line, acme, app, other } = project;
  await rm(line.path('docker-verify.yaml'));
  await line.write({
    'acme.pub': acme.pem,
    Dockerfile: `FROM ${app.name} AS app\nFROM ${other.name}\nCOPY --from=app / /\n`,
  });
  return project;
}

describe('init with a person at the terminal', () => {
  it('asks whom to trust, explains, shows what it would write, and writes it', async () => {
    const { line } = await openProject();
    line.answers('?', 'y', 'y');
    const { status, err } = await line.run('init');
    expect(err).toMatch(/Trust key .* \[y\/N\/\?\]/);
    expect(err).toContain('docker-verify.yaml would be:');
    expect(status).toBe(0);
    expect(await line.read('docker-verify.yaml')).toContain('acme.pub');
  });

  it('locks what is signed by somebody who is not trusted', async () => {
    const { line } = await openProject();
    line.answers('n', 'y');
    expect((await line.run('init')).status).toBe(0);
    expect(await line.read('docker-verify.yaml')).not.toContain('acme.pub');
    expect(await line.read('docker-verify.lock.json')).toContain('app:1');
  });

  it('writes nothing where the last question is answered with no', async () => {
    const { line } = await openProject();
    line.answers('y', 'n');
    const { status, err } = await line.run('init');
    expect(status).toBe(130);
    expect(err).toContain('nothing was written');
    await expect(line.read('docker-verify.yaml')).rejects.toThrow('ENOENT');
  });

  it('asks for a key where a signature waits for one, and again where the file is none', async () => {
    const { line, acme } = await openProject();
    await rm(line.path('acme.pub'));
    await line.write({ '../elsewhere.pem': acme.pem });
    line.answers('no-such-file', '../elsewhere.pem', 'y', 'y');
    const { status, err } = await line.run('init');
    expect(err).toContain('A file with its public key');
    expect(err).toContain('no-such-file');
    expect(status).toBe(0);
    expect(await line.read('docker-verify.yaml')).toContain('-----BEGIN PUBLIC KEY-----');
    expect(await line.read('docker-verify.yaml')).not.toContain('elsewhere.pem');
    expect((await line.run('check', '.')).out).toContain('verified');
  });
});
