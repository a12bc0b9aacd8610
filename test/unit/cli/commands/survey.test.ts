import { describe, expect, it } from 'vitest';
import { builtProject } from '../../../support/project.ts';

describe('check --recursive with definitions', () => {
  it('judges the targets of bake and compose files that buildx evaluates', async () => {
    const { line, docker, other } = await builtProject({
      'below/docker-bake.hcl': 'target "default" {}\n',
      'below/Dockerfile': 'FROM scratch\n',
      'service/compose.yaml': 'services:\n  web:\n    build: .\n',
      'service/Dockerfile': 'FROM scratch\n',
    });
    await docker.prints({ target: { default: { context: '.', dockerfile: 'Dockerfile' } } });
    const { status, document } = await line.json('check', '--recursive');
    expect(status).toBe(0);
    expect(JSON.stringify(document)).toContain('docker-bake.hcl');
    await line.write({ 'below/Dockerfile': `FROM ${other.name}\n` });
    expect((await line.run('check', '--recursive')).status).toBe(10);
  });
});

describe('verbs that build without being seen', () => {
  it('run with a warning where nothing is enforced', async () => {
    const { line, docker } = await builtProject();
    await line.write({ 'docker-verify.yaml': (await line.read('docker-verify.yaml')).replace('enforce', 'warn') });
    const { err } = await line.run('dap', 'build', '.');
    expect(err).toContain('dap');
    expect((await docker.calls()).at(-1)).toContain('dap build');
  });
});

describe('a key that a policy names by its address', () => {
  const policy = (host: string, url: string, sha256: string): string =>
    `version: 1\nmode: enforce\ndefault: deny\nrules:\n  - images: ["${host}/app"]\n    signedBy:\n      - key: {url: "${url}", sha256: "${sha256}"}\n        log: optional\n`;

  it('is fetched by https alone, and where it cannot be had nothing is called unsigned', async () => {
    const { line, registry } = await builtProject();
    await line.write({ 'docker-verify.yaml': policy(registry.host, `http://${registry.host}/k`, '0'.repeat(64)) });
    expect((await line.run('check')).status).toBe(78);
    await line.write({ 'docker-verify.yaml': policy(registry.host, 'https://127.0.0.1:1/k', '0'.repeat(64)) });
    const { status, out, err } = await line.run('check');
    expect(err).toContain('could not be fetched');
    expect(status).toBe(11);
    expect(out).not.toContain('[signature.missing]');
  });
});
