import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveDockerContext } from '../../../../src/builder/engine/docker-context.ts';
import { environmentWith, temporaryFolder } from '../test-environment.ts';

async function configuration(options: {
  current?: string;
  contexts?: Record<string, string>;
  ca?: string;
}): Promise<string> {
  const folder = temporaryFolder();
  await writeFile(join(folder, 'config.json'), JSON.stringify({ currentContext: options.current }));
  for (const [name, host] of Object.entries(options.contexts ?? {})) {
    const identifier = createHash('sha256').update(name).digest('hex');
    await mkdir(join(folder, 'contexts', 'meta', identifier), { recursive: true });
    const meta = { Name: name, Metadata: {}, Endpoints: { docker: { Host: host, SkipTLSVerify: false } } };
    await writeFile(join(folder, 'contexts', 'meta', identifier, 'meta.json'), JSON.stringify(meta));
    if (options.ca === undefined) continue;
    await mkdir(join(folder, 'contexts', 'tls', identifier, 'docker'), { recursive: true });
    await writeFile(join(folder, 'contexts', 'tls', identifier, 'docker', 'ca.pem'), options.ca);
  }
  return folder;
}

describe('resolveDockerContext', () => {
  it.each([
    ['--context before all', ['-c', 'b'], { DOCKER_HOST: 'tcp://h:1', DOCKER_CONTEXT: 'a' }, 'b'],
    ['--host before the variables', ['-H', 'tcp://x:1'], { DOCKER_CONTEXT: 'a' }, 'default'],
    ['DOCKER_HOST before DOCKER_CONTEXT', [], { DOCKER_HOST: 'tcp://x:1', DOCKER_CONTEXT: 'a' }, 'default'],
    ['DOCKER_CONTEXT before the configuration', [], { DOCKER_CONTEXT: 'b' }, 'b'],
    ['the configuration last', [], {}, 'a'],
    ['the configuration where the variables are empty', [], { DOCKER_HOST: '', DOCKER_CONTEXT: '' }, 'a'],
  ])('puts %s', async (_title, dockerFlags, variables, context) => {
    const contexts = { a: 'unix:///a.sock', b: 'unix:///b.sock' };
    const dockerConfigDirectory = await configuration({ current: 'a', contexts });
    const endpoint = await resolveDockerContext(environmentWith({ dockerFlags, variables, dockerConfigDirectory }));
    expect(endpoint.context).toBe(context);
    expect(endpoint.host).toBe(context === 'default' ? 'tcp://x:1' : `unix:///${context}.sock`);
  });

  it('falls back to the local engine', async () => {
    const endpoint = await resolveDockerContext(environmentWith());
    expect(endpoint).toEqual({ context: 'default', host: 'unix:///var/run/docker.sock', tls: null, local: true });
  });

  it('reads the certificates of a context', async () => {
    const dockerConfigDirectory = await configuration({ current: 'a', contexts: { a: 'tcp://host:2376' }, ca: 'PEM' });
    const endpoint = await resolveDockerContext(environmentWith({ dockerConfigDirectory }));
    expect(endpoint.tls).toEqual({ ca: 'PEM', cert: null, key: null, skipVerify: false });
    expect(endpoint.local).toBe(false);
  });

  it('takes certificates from DOCKER_CERT_PATH when TLS is asked for', async () => {
    const certificates = temporaryFolder();
    await writeFile(join(certificates, 'ca.pem'), 'CA');
    const variables = { DOCKER_HOST: 'tcp://host', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: certificates };
    const endpoint = await resolveDockerContext(environmentWith({ variables }));
    expect(endpoint.tls).toEqual({ ca: 'CA', cert: null, key: null, skipVerify: false });
  });

  it('refuses a context that does not exist, and says how to see those that do', async () => {
    const environment = environmentWith({ variables: { DOCKER_CONTEXT: 'gone' } });
    await expect(resolveDockerContext(environment)).rejects.toMatchObject({
      code: 'builder.unavailable',
      message: 'Docker context "gone" does not exist',
      hint: expect.stringContaining('docker context ls'),
    });
  });

  it('refuses TLS whose authority is missing rather than go without', async () => {
    const variables = { DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: '/nowhere' };
    await expect(resolveDockerContext(environmentWith({ variables }))).rejects.toMatchObject({
      code: 'builder.unavailable',
    });
  });

  it('refuses a configuration that is not JSON, naming the file', async () => {
    const dockerConfigDirectory = temporaryFolder();
    await writeFile(join(dockerConfigDirectory, 'config.json'), '{"currentContext": ');
    await expect(resolveDockerContext(environmentWith({ dockerConfigDirectory }))).rejects.toMatchObject({
      code: 'config.invalid',
      place: { file: join(dockerConfigDirectory, 'config.json') },
    });
  });
});
