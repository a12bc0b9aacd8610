import { chmod, writeFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { dockerConfiguration, lab, runDocker, runVerify, temporaryFolder, writeFiles } from '../support/lab.ts';
import { TokenLog, type TokenLogOptions } from '../support/token-log.ts';

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const auth = { auth: base64('ann:pass:word') };
const answering = (answer: string): string => `cat > /dev/null; printf '%s' '${answer}'`;
const failing = (words: string): string => `cat > /dev/null; printf '%s' '${words}'; exit 1`;
const own = answering('{"Username":"bob","Secret":"helper"}');

/** A configuration as a user may have it; HOST stands for the registry. */
interface Situation {
  /** Text of config.json; null for no file. */
  readonly config: string | null;
  readonly variable?: string;
  /** What helpers do, by their name. */
  readonly helpers?: Readonly<Record<string, string>>;
  readonly server?: TokenLogOptions;
  /** Further files of Docker's folder. */
  readonly files?: Readonly<Record<string, string>>;
}

const logs: TokenLog[] = [];
afterEach(() => {
  for (const log of logs.splice(0)) log.stop();
});

async function startLog(options: TokenLogOptions = {}): Promise<TokenLog> {
  const log = await TokenLog.start(options);
  logs.push(log);
  return log;
}

async function environmentFor(situation: Situation, host: string): Promise<Record<string, string>> {
  const folder = await dockerConfiguration();
  const named = (text: string): string => text.replaceAll('HOST', host);
  await writeFile(join(folder, 'config.json'), named(situation.config ?? '{}'));
  for (const [name, text] of Object.entries(situation.files ?? {})) {
    await writeFiles(folder, { [named(name)]: named(text) });
  }
  const programs = await temporaryFolder();
  for (const [name, script] of Object.entries(situation.helpers ?? {})) {
    const file = join(programs, `docker-credential-${name}`);
    await writeFile(file, `#!/bin/sh\n${script}\n`);
    await chmod(file, 0o755);
  }
  const { PATH = '' } = lab().environment;
  return {
    DOCKER_CONFIG: folder,
    HOME: programs,
    XDG_CACHE_HOME: programs,
    PATH: `${programs}:${PATH}`,
    ...(situation.variable === undefined ? {} : { DOCKER_AUTH_CONFIG: named(situation.variable) }),
  };
}

async function shownByBuildx(situation: Situation): Promise<readonly string[]> {
  const log = await startLog(situation.server);
  const context = await writeFiles(await temporaryFolder(), { Dockerfile: `FROM ${log.host}/app:1\n` });
  const env = await environmentFor(situation, log.host);
  await runDocker(['buildx', 'build', '--output=type=cacheonly', context], { env });
  return [...log.shown].sort();
}

async function shownByUs(situation: Situation): Promise<readonly string[]> {
  const log = await startLog(situation.server);
  const env = await environmentFor(situation, log.host);
  await runVerify(['check', `${log.host}/app:1`], { cwd: await temporaryFolder(), env });
  return [...log.shown].sort();
}

const json = (value: unknown): string => JSON.stringify(value);
const stored = (entry: unknown, more: object = {}): string => json({ auths: { HOST: entry }, ...more });

const entries: Readonly<Record<string, unknown>> = {
  auth,
  'auth with zeros behind': { auth: base64('ann:pass\0\0') },
  'auth without a colon': { auth: base64('ann') },
  'name and password': { username: 'ann', password: 'word' },
  'password alone': { password: 'word' },
  'name alone': { username: 'ann' },
  'auth and others beside it': { ...auth, username: 'eve', password: 'other' },
  'identity token': { identitytoken: 'idt' },
  'identity token and auth': { ...auth, identitytoken: 'idt' },
  'registry token': { registrytoken: 'regt' },
  'registry token and auth': { ...auth, registrytoken: 'regt' },
  'both tokens': { registrytoken: 'regt', identitytoken: 'idt' },
  'other case of letters': { AUTH: base64('ann:word') },
  'identity token in other case': { IdentityToken: 'idt' },
  nothing: {},
};
const keys = ['HOST', 'https://HOST', 'http://HOST/v1/', 'https://HOST/v2/', 'HOST/', 'HOST/app', 'other.test'];

const situations: readonly (readonly [string, Situation])[] = [
  ...Object.entries(entries).map(([name, entry]) => [`auths: ${name}`, { config: stored(entry) }] as const),
  ...keys.map((key) => [`auths under ${key}`, { config: json({ auths: { [key]: auth } }) }] as const),
  ['auths in other case', { config: json({ Auths: { HOST: auth } }) }],
  ['an empty file', { config: '' }],
  ['an empty file, and a helper of the platform', { config: '', helpers: { secretservice: own } }],
  ['no credentials, and a helper of the platform', { config: '{}', helpers: { secretservice: own } }],
  [
    'credentials of another, and a helper of the platform',
    { config: json({ auths: { 'other.test': auth } }), helpers: { secretservice: own } },
  ],
  ['no credentials, pass, and a helper for it', { config: '{}', helpers: { pass: own, secretservice: failing('x') } }],
  ['credsStore', { config: json({ credsStore: 'own' }), helpers: { own } }],
  ['credsStore in other case', { config: json({ CredsStore: 'own' }), helpers: { own } }],
  ['credsStore beside auths', { config: stored(auth, { credsStore: 'own' }), helpers: { own } }],
  [
    'credHelpers beside a registry token',
    { config: stored({ registrytoken: 'regt' }, { credHelpers: { HOST: 'own' } }), helpers: { own } },
  ],
  [
    'a helper that has nothing, beside a registry token',
    {
      config: stored({ registrytoken: 'regt' }, { credsStore: 'own' }),
      helpers: { own: failing('credentials not found in native keychain') },
    },
  ],
  [
    'a helper that has nothing, beside a name and its secret',
    {
      config: stored(auth, { credsStore: 'own' }),
      helpers: { own: failing('credentials not found in native keychain') },
    },
  ],
  [
    'a helper that fails, beside a registry token',
    { config: stored({ registrytoken: 'regt' }, { credsStore: 'own' }), helpers: { own: failing('locked') } },
  ],
  [
    'credsStore beside a registry token',
    { config: stored({ registrytoken: 'regt' }, { credsStore: 'own' }), helpers: { own } },
  ],
  ['credHelpers', { config: json({ credHelpers: { HOST: 'own' } }), helpers: { own } }],
  ['credHelpers of another', { config: stored(auth, { credHelpers: { 'other.test': 'own' } }), helpers: { own } }],
  [
    'credHelpers under an address',
    { config: stored(auth, { credHelpers: { 'https://HOST': 'own' } }), helpers: { own } },
  ],
  [
    'credHelpers before credsStore',
    { config: json({ credHelpers: { HOST: 'own' }, credsStore: 'bad' }), helpers: { own, bad: failing('x') } },
  ],
  [
    'an identity token of a helper',
    { config: json({ credsStore: 'own' }), helpers: { own: answering('{"Username":"<token>","Secret":"idt"}') } },
  ],
  [
    'a secret alone of a helper',
    { config: json({ credsStore: 'own' }), helpers: { own: answering('{"Secret":"idt"}') } },
  ],
  [
    'a helper that has nothing',
    { config: json({ credsStore: 'own' }), helpers: { own: failing('credentials not found in native keychain') } },
  ],
  [
    'a helper that says so in other words',
    { config: json({ credsStore: 'own' }), helpers: { own: failing('credentials not found') } },
  ],
  [
    'a helper without a server',
    { config: json({ credsStore: 'own' }), helpers: { own: failing('no credentials server URL') } },
  ],
  ['a helper that fails', { config: json({ credsStore: 'own' }), helpers: { own: failing('locked') } }],
  ['the variable', { config: '{}', variable: json({ auths: { HOST: auth } }) }],
  [
    'the variable before the file',
    { config: stored({ auth: base64('eve:x') }), variable: json({ auths: { HOST: auth } }) },
  ],
  [
    'the variable before a helper',
    { config: json({ credsStore: 'own' }), variable: json({ auths: { HOST: auth } }), helpers: { own } },
  ],
  [
    'the variable for another',
    { config: stored(auth), variable: json({ auths: { 'other.test': { auth: base64('eve:x') } } }) },
  ],
  ['the variable, broken', { config: stored(auth), variable: '{"auths":' }],
  [
    'the variable with more than auth',
    { config: stored(auth), variable: json({ auths: { HOST: { auth: base64('eve:x'), email: 'x' } } }) },
  ],
  [
    'the variable with a password',
    { config: stored(auth), variable: json({ auths: { HOST: { username: 'eve', password: 'x' } } }) },
  ],
  [
    'the variable without a colon',
    { config: stored(auth), variable: json({ auths: { HOST: { auth: base64('eve') } } }) },
  ],
  ['a service that takes no forms', { config: stored(auth), server: { refusesForms: true } }],
  [
    'a service that takes no forms, an identity token',
    { config: stored({ identitytoken: 'idt' }), server: { refusesForms: true } },
  ],
  ...Object.entries(entries).map(
    ([name, entry]) => [`Basic: ${name}`, { config: stored(entry), server: { basic: true } }] as const,
  ),
  [
    'Basic, a secret alone of a helper',
    {
      config: json({ credsStore: 'own' }),
      helpers: { own: answering('{"Secret":"idt"}') },
      server: { basic: true },
    },
  ],
  ['Basic, a helper', { config: json({ credsStore: 'own' }), helpers: { own }, server: { basic: true } }],
  ['Basic, the variable', { config: '{}', variable: json({ auths: { HOST: auth } }), server: { basic: true } }],
  ...['auth', 'identity token', 'registry token', 'nothing'].map(
    (name) => [`a token asked for within its own origin: ${name}`, moved(entries[name])] as const,
  ),
];

function moved(entry: unknown): Situation {
  return { config: stored(entry), server: { moves: true } };
}

/** Credentials that buildx keeps for a scope, beside Docker's own. */
function scopedTo(scope: string, server: TokenLogOptions = {}): Situation {
  const scoped = json({ auths: { HOST: { auth: base64('scope:narrow') } } });
  return { config: stored(auth), server, files: { [`buildx/config/HOST${scope}/config.json`]: scoped } };
}

const scopes: readonly (readonly [string, Situation, readonly string[]])[] = [
  ['of the repository', scopedTo('/app'), ['name and secret scope:narrow']],
  ['of pulling from it', scopedTo('/app@pull'), ['name and secret scope:narrow']],
  ['of the registry', scopedTo(''), ['name and secret scope:narrow']],
  ['of another repository', scopedTo('/other'), ['name and secret ann:pass:word']],
  ['of pushing', scopedTo('/app@push'), ['name and secret ann:pass:word']],
  // a registry that wants name and password asks for them without a scope
  ['of the repository, which asks for no token', scopedTo('/app', { basic: true }), ['name and secret ann:pass:word']],
  ['of the registry, which asks for no token', scopedTo('', { basic: true }), ['name and secret ann:pass:word']],
];

// 0.31 and later know of scopes (buildx, util/dockerutil/dockerconfig)
const { stdout: buildxVersion } = await runDocker(['buildx', 'version']);
const knowsScopes = Number(/\sv?0\.(\d+)/.exec(buildxVersion)?.[1] ?? 99) >= 31;

describe('the credentials that a registry is shown', () => {
  it.each(situations)('are those that buildx shows it: %s', async (_name, situation) => {
    const [theirs, ours] = [await shownByBuildx(situation), await shownByUs(situation)];
    expect(ours).toEqual(theirs);
  });

  it.each(scopes)('are those of a scope: %s', async (_name, situation, expected) => {
    expect(await shownByUs(situation)).toEqual(expected);
  });

  it.runIf(knowsScopes).each(scopes)(
    'are those of a scope for buildx as well: %s',
    async (_name, situation, expected) => {
      expect(await shownByBuildx(situation)).toEqual(expected);
    },
  );

  it('are not sent again within one origin where they are name and password, unlike with buildx', async () => {
    const situation = { config: stored(auth), server: { moves: true, basic: true } };
    expect(await shownByUs(situation)).toEqual([]);
    expect(await shownByBuildx(situation)).toEqual(['name and secret ann:pass:word']);
  });

  it.each<[string, Situation]>([
    // what cannot be read is reported, and never taken for "no login"
    ['a broken file', { config: '{"auths":{"HOST":' }],
    ['a field of another kind', { config: json({ auths: { HOST: auth }, credHelpers: [] }) }],
  ])('are none where buildx goes on with a warning: %s', async (_name, situation) => {
    expect(await shownByUs(situation)).toEqual([]);
  });

  it('stay here where the token service is another host, unlike with buildx', async () => {
    const service = await startLog({ address: '127.0.0.2' });
    const situation = { config: stored(auth), server: { realm: `http://${service.host}/token` } };
    await shownByUs(situation);
    expect(service.raw).toEqual([]);
    await shownByBuildx(situation);
    expect(service.raw).not.toEqual([]);
  });
});

describe('credentials never go on', () => {
  const configs = Object.entries(entries).filter(
    ([, entry]) => /word|idt|regt|pass/.test(json(entry)) || entry === auth,
  );

  it.each(configs)('to where an answer points: %s', async (_name, entry) => {
    const untrusted = await startLog({ address: '127.0.0.2' });
    const there = {
      manifests: `http://${untrusted.host}/v2/app/manifests/1`,
      tokens: `http://${untrusted.host}/token`,
    };
    for (const sendsOn of [{ manifests: there.manifests }, { tokens: there.tokens }]) {
      await shownByUs({ config: stored(entry), server: { sendsOn } });
    }
    const secrets = untrusted.raw.filter((header) => !header.includes('issued-by-the-test'));
    expect(secrets).toEqual([]);
    expect(untrusted.raw).toEqual([]);
  });

  const outer = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;

  it.skipIf(outer === undefined).each(configs)('over plain HTTP to another machine: %s', async (_name, entry) => {
    const log = await startLog({ address: outer ?? '' });
    const env = await environmentFor({ config: stored(entry) }, log.host);
    const args = ['check', '--mode', 'enforce', `${log.host}/app:1`];
    const { status } = await runVerify(args, { cwd: await temporaryFolder(), env });
    expect(status).toBe(11);
    expect(log.raw).toEqual([]);
  });
});
