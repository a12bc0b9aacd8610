import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dockerCredentials } from '../../../../src/oci/auth/docker-credentials.ts';
import { readScopedConfigs, scopedFolder } from '../../../../src/oci/auth/scoped-credentials.ts';
import { temporaryFolder } from '../harness.ts';
import { bareEnvironment } from '../memory-registry.ts';

async function written(...paths: readonly string[]): Promise<string> {
  const folder = await temporaryFolder();
  for (const path of [...paths.map((each) => `buildx/config/${each}/config.json`), 'config.json']) {
    const host = /config\/([^/@]+)/.exec(path)?.[1] ?? 'ghcr.io';
    const key = host === 'registry-1.docker.io' ? 'https://index.docker.io/v1/' : host;
    const auths = { [key]: { auth: Buffer.from(`${path}:x`).toString('base64') } };
    // one after another is soon enough
    // oxlint-disable-next-line no-await-in-loop
    await mkdir(dirname(join(folder, path)), { recursive: true });
    // oxlint-disable-next-line no-await-in-loop
    await writeFile(join(folder, path), JSON.stringify({ auths }));
  }
  return folder;
}

const pulling = (repository: string): string => `repository:${repository}:pull`;

async function chosen(
  paths: readonly string[],
  registry: string,
  repository: string,
  scopes: readonly string[] = [pulling(repository)],
): Promise<string | null> {
  const environment = bareEnvironment({ dockerConfigDirectory: await written(...paths) });
  const credential = await dockerCredentials(environment, new AbortController().signal).credentialFor(registry, scopes);
  return credential?.username ?? null;
}

describe("buildx's credentials for a scope", () => {
  it.each<[string, readonly string[], string, string, string | null]>([
    ['a repository', ['ghcr.io/acme/app'], 'ghcr.io', 'acme/app', 'buildx/config/ghcr.io/acme/app/config.json'],
    [
      'a repository and pulling',
      ['ghcr.io/acme/app@pull'],
      'ghcr.io',
      'acme/app',
      'buildx/config/ghcr.io/acme/app@pull/config.json',
    ],
    ['a whole registry', ['ghcr.io'], 'ghcr.io', 'acme/app', 'buildx/config/ghcr.io/config.json'],
    ['another repository', ['ghcr.io/acme/other'], 'ghcr.io', 'acme/app', 'config.json'],
    ['another registry', ['quay.io/acme/app'], 'ghcr.io', 'acme/app', 'config.json'],
    ['pushing', ['ghcr.io/acme/app@push'], 'ghcr.io', 'acme/app', 'config.json'],
    ['pulling and pushing', ['ghcr.io/acme/app@pull,push'], 'ghcr.io', 'acme/app', 'config.json'],
    [
      'a registry and one of its repositories',
      ['ghcr.io', 'ghcr.io/acme/app'],
      'ghcr.io',
      'acme/app',
      'buildx/config/ghcr.io/acme/app/config.json',
    ],
    [
      'a repository, and pulling from it',
      ['ghcr.io/acme/app', 'ghcr.io/acme/app@pull'],
      'ghcr.io',
      'acme/app',
      'buildx/config/ghcr.io/acme/app@pull/config.json',
    ],
    [
      'Docker Hub',
      ['registry-1.docker.io/library/alpine'],
      'docker.io',
      'library/alpine',
      'buildx/config/registry-1.docker.io/library/alpine/config.json',
    ],
  ])('for %s', async (_, paths, registry, repository, expected) => {
    expect(await chosen(paths, registry, repository)).toBe(expected);
  });

  // buildx, util/dockerutil/dockerconfig: the configurations are looked through only where the scopes speak of one thing
  it.each<[string, readonly string[], string]>([
    ['no token, as for name and password (Basic)', [], 'config.json'],
    ['a token for two repositories', [pulling('acme/app'), pulling('acme/base')], 'config.json'],
    ['a token for a repository and the catalogue', [pulling('acme/app'), 'registry:catalog:*'], 'config.json'],
    ['a token for a repository and more', [pulling('acme/app'), 'aws'], 'config.json'],
    [
      'a token for one repository, named twice',
      [pulling('acme/app'), 'repository:acme/app:pull,push'],
      'buildx/config/ghcr.io/acme/app@pull,push/config.json',
    ],
  ])('count, or do not, for %s', async (_, scopes, expected) => {
    const paths = ['ghcr.io', 'ghcr.io/acme/app@pull,push'];
    expect(await chosen(paths, 'ghcr.io', 'acme/app', scopes)).toBe(expected);
  });

  it('lie where BUILDX_CONFIG says', async () => {
    const folder = await written('ghcr.io/acme/app');
    const environment = bareEnvironment({ variables: { BUILDX_CONFIG: join(folder, 'buildx') } });
    const configs = await readScopedConfigs(environment);
    expect(scopedFolder(configs, 'ghcr.io', [pulling('acme/app')])).toBe(
      join(folder, 'buildx', 'config', 'ghcr.io', 'acme', 'app'),
    );
  });

  it('lie where BUILDX_CONFIG says, from the current folder on', async () => {
    const folder = await written('ghcr.io/acme/app');
    const environment = bareEnvironment({ variables: { BUILDX_CONFIG: 'buildx' }, workingDirectory: folder });
    expect(scopedFolder(await readScopedConfigs(environment), 'ghcr.io', [pulling('acme/app')])).not.toBeNull();
  });

  it.each(['{"auths":', '[]'])('that cannot be read leave it to those of Docker: %s', async (text) => {
    const folder = await written('ghcr.io/acme/app');
    await writeFile(join(folder, 'buildx/config/ghcr.io/acme/app/config.json'), text);
    const environment = bareEnvironment({ dockerConfigDirectory: folder });
    const source = dockerCredentials(environment, new AbortController().signal);
    expect(await source.credentialFor('ghcr.io', [pulling('acme/app')])).toMatchObject({ username: 'config.json' });
  });

  it('are none where there is no such folder', async () => {
    expect(await readScopedConfigs(bareEnvironment({ dockerConfigDirectory: await temporaryFolder() }))).toEqual([]);
  });
});
