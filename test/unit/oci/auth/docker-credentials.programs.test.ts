import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dockerCredentials } from '../../../../src/oci/auth/docker-credentials.ts';
import { writeProgram } from '../../../support/write-program.ts';
import { temporaryFolder } from '../harness.ts';
import { bareEnvironment } from '../memory-registry.ts';

const auth = (text: string) => ({ auth: Buffer.from(text).toString('base64') });

/** The credentials of a config.json with these contents, and of helpers written as shell scripts. */
async function stored(
  config: unknown,
  helpers: Readonly<Record<string, string>> = {},
  variables: Record<string, string> = {},
  signal = new AbortController().signal,
) {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config));
  for (const [name, script] of Object.entries(helpers)) {
    const file = join(folder, `docker-credential-${name}`);
    writeProgram(file, `#!/bin/sh\n${script}\n`);
  }
  const environment = {
    variables: { PATH: `${folder}:/usr/bin:/bin`, ...variables },
    homeDirectory: folder,
    dockerConfigDirectory: folder,
  };
  return dockerCredentials(bareEnvironment(environment), signal);
}

const ann = { username: 'ann', secret: 'pass:word', kind: 'password' };
const answer = (name: string, secret: string) => `cat >/dev/null; printf '{"Username":"${name}","Secret":"${secret}"}'`;

describe("the credentials of Docker's config.json", () => {
  it.each<[string, unknown, string, unknown]>([
    ['by host', { auths: { 'ghcr.io': auth('ann:pass:word') } }, 'ghcr.io', ann],
    ['by host and port', { auths: { 'ghcr.io:1': auth('ann:pass:word') } }, 'ghcr.io:1', ann],
    ['by an old URL', { auths: { 'https://ghcr.io/v1/': auth('ann:pass:word') } }, 'ghcr.io', ann],
    ['for Docker Hub', { auths: { 'https://index.docker.io/v1/': auth('ann:pass:word') } }, 'docker.io', ann],
    ['by username and password', { auths: { 'ghcr.io': { username: 'ann', password: 'pass:word' } } }, 'ghcr.io', ann],
    [
      'as an identity token',
      { auths: { 'ghcr.io': { ...auth('ann:'), identitytoken: 'token' } } },
      'ghcr.io',
      { username: '', secret: 'token', kind: 'identity-token' }, // the name beside it is sent nowhere
    ],
    [
      'as a token for the registry itself',
      { auths: { 'ghcr.io': { registrytoken: 'token' } } },
      'ghcr.io',
      { username: '', secret: 'token', kind: 'registry-token' },
    ],
    [
      'not for another host (CVE-2026-59891)',
      { auths: { 'ghcr.io': auth('ann:pass:word') } },
      'ghcr.io.evil.com',
      null,
    ],
    ['not for a longer host', { auths: { 'ghcr.io': auth('ann:pass:word') } }, 'sub.ghcr.io', null],
    ['not for another port', { auths: { 'ghcr.io': auth('ann:pass:word') } }, 'ghcr.io:1', null],
    [
      'not for a registry that is named within a path',
      { auths: { 'https://a.com/ghcr.io': auth('ann:pass:word') } },
      'ghcr.io',
      null,
    ],
    [
      'by auth before a name beside it',
      { auths: { 'ghcr.io': { ...auth('ann:pass:word'), username: 'eve', password: 'x' } } },
      'ghcr.io',
      ann,
    ],
    ['with fields in any case', { Auths: { 'ghcr.io': { Username: 'ann', PASSWORD: 'pass:word' } } }, 'ghcr.io', ann],
    [
      'as a secret alone',
      { auths: { 'ghcr.io': { password: 'token' } } },
      'ghcr.io',
      { username: '', secret: 'token', kind: 'identity-token' },
    ],
    [
      'for Docker Hub by its other name',
      { auths: { 'https://index.docker.io/v1/': auth('ann:pass:word') } },
      'registry-1.docker.io',
      ann,
    ],
    ['not for Docker Hub by its host alone', { auths: { 'docker.io': auth('ann:pass:word') } }, 'docker.io', null],
    ['not where letters differ', { auths: { 'GHCR.io': auth('ann:pass:word') } }, 'ghcr.io', null],
    ['not where the entry is empty', { auths: { 'ghcr.io': {} } }, 'ghcr.io', null],
    ['not where there are none', {}, 'ghcr.io', null],
  ])('are found %s', async (_what, config, registry, expected) => {
    expect(await (await stored(config)).credentialFor(registry, ['repository:app:pull'])).toEqual(expected);
  });

  it('are none where there is no file', async () => {
    expect(
      await dockerCredentials(bareEnvironment(), new AbortController().signal).credentialFor('ghcr.io', [
        'repository:app:pull',
      ]),
    ).toBeNull();
  });

  it.each([['{"auths":{"ghcr.io":{"auth":"c2VjcmV0"'], ['{"auths":[]}'], ['{"credHelpers":{"ghcr.io":1}}']])(
    'in a file that makes no sense are refused, and nothing of it is said: %s',
    async (config) => {
      const error: unknown = await (await stored(config))
        .credentialFor('ghcr.io', ['repository:app:pull'])
        .catch((each: unknown) => each);
      expect(error).toMatchObject({ code: 'config.invalid' });
      expect(String(error)).not.toContain('c2VjcmV0');
    },
  );

  it('may stand in DOCKER_AUTH_CONFIG', async () => {
    const variables = { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { 'ghcr.io': auth('ann:pass:word') } }) };
    expect(await (await stored({}, {}, variables)).credentialFor('ghcr.io', ['repository:app:pull'])).toEqual(ann);
  });
});

describe('a credential helper', () => {
  it('is asked for its registry alone, with the key on standard input', async () => {
    const echo = 'read -r key; printf \'{"Username":"ann","Secret":"%s"}\' "$key $1"';
    const source = await stored(
      { credHelpers: { 'ghcr.io': 'one' }, auths: { 'quay.io': auth('bob:x') } },
      { one: echo },
    );
    expect(await source.credentialFor('ghcr.io', ['repository:app:pull'])).toEqual({
      username: 'ann',
      secret: 'ghcr.io get',
      kind: 'password',
    });
    expect(await source.credentialFor('quay.io', ['repository:app:pull'])).toMatchObject({ username: 'bob' });
  });

  it('for all is asked where none is named for the registry, with the URL of Docker Hub', async () => {
    const echo = 'read -r key; printf \'{"Username":"<token>","Secret":"%s"}\' "$key"';
    const source = await stored({ credsStore: 'all' }, { all: echo });
    expect(await source.credentialFor('docker.io', ['repository:app:pull'])).toEqual({
      username: '',
      secret: 'https://index.docker.io/v1/',
      kind: 'identity-token',
    });
  });

  it('that has nothing makes us anonymous', async () => {
    const source = await stored(
      { credsStore: 'none' },
      { none: 'echo "credentials not found in native keychain"; exit 1' },
    );
    expect(await source.credentialFor('ghcr.io', ['repository:app:pull'])).toBeNull();
  });

  it.each<[string, string, unknown]>([
    ['nothing', '{}', null],
    ['a name alone', '{"Username":"ann"}', null],
    ['names in lower case', '{"username":"ann","secret":"pass:word"}', ann],
    ['a secret alone', '{"Secret":"token"}', { username: '', secret: 'token', kind: 'identity-token' }],
    ['something after the first value', '{"Username":"ann","Secret":"pass:word"} note {', ann],
    ['braces inside its texts', '{"Username":"ann","Secret":"}{\\""}', { ...ann, secret: '}{"' }],
  ])('may print %s, as Docker takes it', async (_what, printed, expected) => {
    const source = await stored({ credsStore: 'x' }, { x: `cat >/dev/null; cat <<'E'\n${printed}\nE` });
    expect(await source.credentialFor('ghcr.io', ['repository:app:pull'])).toEqual(expected);
  });

  it.each([
    ['fails', 'echo "secret failure"; exit 1', /failed with status 1/],
    ['prints something else', 'echo secret', /something else than JSON/],
    ['prints a list', 'printf \'["secret"]\'', /no username and secret/],
    ['prints a number for a secret', 'printf \'{"Secret":1,"Username":"secret"}\'', /no username and secret/],
    ['prints without end', 'while :; do printf secret; done', /printed too much/],
    ['is ended', 'kill -9 $$', /did not answer/],
  ])('that %s is an error, which says nothing of what it printed', async (_what, script, message) => {
    const source = await stored({ credsStore: 'bad' }, { bad: script });
    const error: unknown = await source
      .credentialFor('ghcr.io', ['repository:app:pull'])
      .catch((each: unknown) => each);
    expect(error).toMatchObject({ code: 'credentials.failed', message: expect.stringMatching(message) });
    expect(String(error)).not.toContain('secret ');
  });

  it.each([
    ['hangs', 'exec sleep 60'],
    ['leaves its output to something that hangs', 'sleep 60 & exit 0'],
  ])('that %s is given up when the time is over', async (_what, script) => {
    const source = await stored({ credsStore: 'slow' }, { slow: script }, {}, AbortSignal.timeout(300));
    const begun = Date.now();
    await expect(source.credentialFor('ghcr.io', ['repository:app:pull'])).rejects.toMatchObject({
      code: 'credentials.failed',
    });
    expect(Date.now() - begun).toBeLessThan(5_000);
  });

  it.each(['missing', '../evil', 'a b', '/bin/sh'])('named %s is not run', async (name) => {
    const source = await stored({ credsStore: name });
    await expect(source.credentialFor('ghcr.io', ['repository:app:pull'])).rejects.toMatchObject({
      code: 'credentials.failed',
    });
  });

  it('is asked once in a run', async () => {
    const source = await stored(
      { credsStore: 'once' },
      { once: `[ -e "$HOME_OF_TEST/asked" ] && exit 1; : > "$HOME_OF_TEST/asked"; ${answer('ann', 'x')}` },
      { HOME_OF_TEST: await temporaryFolder() },
    );
    const both = await Promise.all([
      source.credentialFor('ghcr.io', ['repository:app:pull']),
      source.credentialFor('ghcr.io', ['repository:app:pull']),
    ]);
    expect(both.map((each) => each?.username)).toEqual(['ann', 'ann']);
  });
});
