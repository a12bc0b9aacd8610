import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { install, installPlaces, uninstall } from '../../../src/plugin/index.ts';
import { environmentOf } from '../invocation/environment.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

/** A Docker configuration folder that says `config` (null: none), and an executable elsewhere. */
function setUp(config: string | null) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'install-')));
  roots.push(root);
  const folder = join(root, '.docker');
  const executable = join(root, 'docker-verify');
  writeFileSync(executable, '#!/bin/sh\n', { mode: 0o755 });
  const path = join(folder, 'config.json');
  if (config !== null) {
    mkdirSync(folder);
    writeFileSync(path, config, { mode: 0o600 });
  }
  const environment = { ...environmentOf(root), dockerConfigDirectory: folder };
  return { root, folder, executable, path, environment, places: installPlaces(environment) };
}

const read = (path: string): string => readFileSync(path, 'utf8');
const parse = (path: string): Record<string, unknown> => JSON.parse(read(path));

const configurations: readonly (readonly [what: string, text: string])[] = [
  ['written by Docker', '{\n\t"auths": {\n\t\t"https://index.docker.io/v1/": {}\n\t},\n\t"credsStore": "desktop"\n}'],
  ['with two spaces and a final newline', '{\n  "psFormat": "x",\n  "auths": {}\n}\n'],
  ['on one line', '{"auths":{},"HttpHeaders":{"A":"B"}}'],
  ['with Windows line ends', '{\r\n    "auths": {}\r\n}\r\n'],
  ['with another builder', '{\n  "aliases": {\n    "builder": "buildx"\n  },\n  "auths": {}\n}\n'],
  ['with an empty aliases', '{"aliases": {}, "auths": {}}'],
  ['with plugin folders of others', '{\n\t"cliPluginsExtraDirs": [\n\t\t"/opt/plugins"\n\t]\n}'],
  ['with an empty list of plugin folders', '{"cliPluginsExtraDirs":[ ]}'],
  ['with numbers and escapes of its own', '{"a": 1.0e2, "b": "\\u00e9\\/", "detachKeys":"ctrl-\\\\"}  \n\n'],
  ['that is an empty object', '{}'],
  ['that is an empty file', ''],
  ['of blanks', '\n  \n'],
];

describe.each(['alias', 'full'] as const)('install in mode %s, then uninstall', (mode) => {
  it.each(configurations)('leaves a configuration %s byte for byte', async (_, text) => {
    const { executable, path, environment, places } = setUp(text);
    await install(executable, mode, environment);
    const now = parse(path);
    expect(now['aliases']).toMatchObject({ builder: 'verify' });
    const folders = now['cliPluginsExtraDirs'] ?? [];
    expect(Array.isArray(folders) && folders.includes(places.shimFolder)).toBe(mode === 'full');
    await uninstall(environment);
    expect(read(path)).toBe(text);
  });

  it.each(configurations)('changes nothing when done twice with a configuration %s', async (_, text) => {
    const { executable, path, environment, places } = setUp(text);
    const first = await install(executable, mode, environment);
    expect(first.changes).not.toEqual([]);
    const [config, record] = [read(path), read(places.record)];
    const times = [path, places.record].map((file) => statSync(file).mtimeMs);
    expect(await install(executable, mode, environment)).toEqual({ changes: [] });
    expect([read(path), read(places.record)]).toEqual([config, record]);
    expect([path, places.record].map((file) => statSync(file).mtimeMs)).toEqual(times);
    await uninstall(environment);
    expect(read(path)).toBe(text);
  });

  it('removes every file and folder that it made, the configuration too where there was none', async () => {
    const { root, folder, executable, environment, places } = setUp(null);
    await install(executable, mode, environment);
    expect(realpathSync(places.plugin)).toBe(executable);
    expect(existsSync(places.shim)).toBe(mode === 'full');
    expect(statSync(places.config).mode & 0o777).toBe(0o600);
    await uninstall(environment);
    expect(existsSync(folder)).toBe(false);
    expect(readdirSync(root)).toEqual(['docker-verify']);
    expect(await uninstall(environment)).toEqual({ changes: [] });
  });
});

describe('install', () => {
  it('keeps the other keys, their order and layout', async () => {
    const { executable, path, environment } = setUp('{\n  "z": 1,\n  "a": [1,\n 2],\n  "auths": {}\n}\n');
    await install(executable, 'alias', environment);
    expect(read(path)).toBe(
      '{\n  "z": 1,\n  "a": [1,\n 2],\n  "auths": {},\n  "aliases": {\n    "builder": "verify"\n  }\n}\n',
    );
  });

  it('puts our plugin folder before others, since the first one counts', async () => {
    const { executable, path, environment, places } = setUp('{"cliPluginsExtraDirs":["/opt/plugins"]}');
    await install(executable, 'full', environment);
    expect(parse(path)['cliPluginsExtraDirs']).toEqual([places.shimFolder, '/opt/plugins']);
    expect(realpathSync(places.shim)).toBe(executable);
  });

  it('keeps the file’s mode, and a link a link', async () => {
    const { root, executable, path, environment } = setUp('{"auths":{}}');
    const real = join(root, 'dotfiles.json');
    writeFileSync(real, read(path));
    chmodSync(real, 0o640);
    rmSync(path);
    symlinkSync('../dotfiles.json', path);
    await install(executable, 'full', environment);
    expect(readlinkSync(path)).toBe('../dotfiles.json');
    expect(parse(real)['aliases']).toEqual({ builder: 'verify' });
    expect(statSync(real).mode & 0o777).toBe(0o640);
    await uninstall(environment);
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(read(real)).toBe('{"auths":{}}');
    expect(statSync(real).mode & 0o777).toBe(0o640);
  });

  it('stands in for compose where there is one, and no longer where there is none', async () => {
    const { executable, environment, places } = setUp('{}');
    await install(executable, 'full', environment, true);
    expect([places.shim, places.composeShim].map((file) => realpathSync(file))).toEqual([executable, executable]);
    expect(await install(executable, 'full', environment, true)).toEqual({ changes: [] });
    await install(executable, 'full', environment, false);
    expect([places.shim, places.composeShim].map((file) => existsSync(file))).toEqual([true, false]);
    await install(executable, 'full', environment, true);
    await install(executable, 'alias', environment);
    expect(existsSync(places.shimFolder)).toBe(false);
    await install(executable, 'full', environment, true);
    await uninstall(environment);
    expect(existsSync(places.shimFolder)).toBe(false);
  });

  it('moves between the modes and back', async () => {
    const text = '{\n\t"auths": {}\n}';
    const { executable, path, environment, places } = setUp(text);
    await install(executable, 'full', environment);
    const full = read(path);
    await install(executable, 'alias', environment);
    expect(existsSync(places.shim)).toBe(false);
    expect(parse(path)).toEqual({ auths: {}, aliases: { builder: 'verify' } });
    await install(executable, 'full', environment);
    expect(read(path)).toBe(full);
    await uninstall(environment);
    expect(read(path)).toBe(text);
  });

  it.each([
    ['{"auths":{},}'],
    ['{ // mine\n "auths": {} }'],
    ['[]'],
    ['null'],
    ['{"auths": {'],
    ['{"aliases": "verify"}'],
    ['{"aliases": ["builder"]}'],
    ['{"aliases": {}, "aliases": {"builder": "buildx"}}'],
    ['{"Aliases": {"builder": "buildx"}}'],
    ['{"cliPluginsExtraDirs": "/x"}'],
  ])('refuses the configuration %s and leaves everything as it was', async (text) => {
    const { executable, folder, path, environment } = setUp(text);
    const attempts = [install(executable, 'full', environment), uninstall(environment)];
    for (const outcome of await Promise.allSettled(attempts)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'config.invalid', place: { file: path } } });
    }
    expect(read(path)).toBe(text);
    expect(readdirSync(folder)).toEqual(['config.json']);
  });

  const others: readonly (readonly [what: string, put: (target: string, root: string) => void])[] = [
    ['another program', (target) => writeFileSync(target, '#!/bin/sh\nexit 0\n', { mode: 0o755 })],
    ['another program of the same size', (target) => writeFileSync(target, '#!/bin/ab\n', { mode: 0o755 })],
    [
      'a link to another',
      (target, root) => {
        writeFileSync(join(root, 'other'), '');
        symlinkSync(join(root, 'other'), target);
      },
    ],
    ['a link to nothing', (target, root) => symlinkSync(join(root, 'nothing'), target)],
    ['a folder', (target) => mkdirSync(target)],
  ];
  it.each(others)("changes nothing where %s has the plugin's place, which Docker would start", async (_what, put) => {
    const { root, folder, executable, path, environment, places } = setUp('{}');
    mkdirSync(join(folder, 'cli-plugins'));
    put(places.plugin, root);
    const before = lstatSync(places.plugin);
    await expect(install(executable, 'alias', environment)).rejects.toMatchObject({
      code: 'file.unwritable',
      message: `${places.plugin} is there already, and is not this program; nothing was changed`,
    });
    expect([read(path), readdirSync(folder).sort()]).toEqual(['{}', ['cli-plugins', 'config.json']]);
    expect(lstatSync(places.plugin)).toMatchObject({ ino: before.ino, mode: before.mode });
    expect(await uninstall(environment)).toEqual({ changes: [] });
  });

  it('leaves a copy of itself that somebody else has put there', async () => {
    const { folder, executable, environment, places } = setUp('{}');
    mkdirSync(join(folder, 'cli-plugins'));
    writeFileSync(places.plugin, read(executable), { mode: 0o755 });
    await install(executable, 'alias', environment);
    await uninstall(environment);
    expect(lstatSync(places.plugin).isFile()).toBe(true);
  });

  it('makes no link to itself, and does not remove itself', async () => {
    const { folder, environment, places } = setUp('{}');
    mkdirSync(join(folder, 'cli-plugins'));
    writeFileSync(places.plugin, '#!/bin/sh\n', { mode: 0o755 });
    await install(places.plugin, 'alias', environment);
    await uninstall(environment);
    expect(lstatSync(places.plugin).isFile()).toBe(true);
  });

  it('follows an executable that has moved', async () => {
    const { root, executable, environment, places } = setUp('{}');
    await install(executable, 'full', environment);
    const moved = join(root, 'moved');
    writeFileSync(moved, '');
    await install(moved, 'full', environment);
    expect([places.plugin, places.shim].map((file) => realpathSync(file))).toEqual([moved, moved]);
  });

  it('copies where links are not to be had', async () => {
    const { executable, environment, folder } = setUp('{}');
    const windows = { ...environment, platform: 'win32' as const };
    await install(executable, 'full', windows);
    const copies = [join(folder, 'cli-plugins/docker-verify.exe'), join(folder, 'verify/plugins/docker-buildx.exe')];
    expect(copies.map((file) => lstatSync(file).isFile())).toEqual([true, true]);
    await uninstall(windows);
    expect(copies.some((file) => existsSync(file))).toBe(false);
  });
});

describe('uninstall', () => {
  it('takes out our parts alone where Docker has written the file anew', async () => {
    const { executable, path, environment, places } = setUp('{"auths":{},"cliPluginsExtraDirs":["/opt/plugins"]}');
    await install(executable, 'full', environment);
    const rewritten = {
      aliases: { builder: 'verify' },
      auths: { 'example.com': {} },
      cliPluginsExtraDirs: [places.shimFolder, '/opt/plugins'],
      credsStore: 'pass',
    };
    writeFileSync(path, JSON.stringify(rewritten, null, '\t'));
    await uninstall(environment);
    const expected = { auths: { 'example.com': {} }, cliPluginsExtraDirs: ['/opt/plugins'], credsStore: 'pass' };
    expect(read(path)).toBe(JSON.stringify(expected, null, '\t'));
  });

  it('puts an earlier builder back where the file has changed since', async () => {
    const { executable, path, environment } = setUp('{"aliases":{"builder":"buildx"}}');
    await install(executable, 'alias', environment);
    writeFileSync(path, '{"aliases":{"builder":"verify"},"auths":{"a":{}}}');
    await uninstall(environment);
    expect(read(path)).toBe('{"aliases":{"builder":"buildx"},"auths":{"a":{}}}');
  });

  it('leaves a builder that somebody has chosen since', async () => {
    const { executable, path, environment } = setUp('{}');
    await install(executable, 'alias', environment);
    writeFileSync(path, '{"aliases":{"builder":"buildx"}}');
    await uninstall(environment);
    expect(read(path)).toBe('{"aliases":{"builder":"buildx"}}');
  });

  it('takes out an alias that was set by hand, without which nothing could be built', async () => {
    const { path, environment } = setUp('{"aliases":{"builder":"verify"},"auths":{}}');
    await uninstall(environment);
    expect(parse(path)).toEqual({ aliases: {}, auths: {} });
  });

  it('leaves the policy that lies beside its record', async () => {
    const { folder, executable, environment } = setUp('{}');
    mkdirSync(join(folder, 'verify'));
    writeFileSync(join(folder, 'verify/policy.yaml'), 'version: 1\n');
    await install(executable, 'full', environment);
    await uninstall(environment);
    expect(readdirSync(join(folder, 'verify'))).toEqual(['policy.yaml']);
  });

  it('leaves a file that has taken the place of our link', async () => {
    const { executable, environment, places } = setUp('{}');
    await install(executable, 'alias', environment);
    rmSync(places.plugin);
    writeFileSync(places.plugin, 'theirs');
    await uninstall(environment);
    expect(read(places.plugin)).toBe('theirs');
  });

  it('keeps nothing of the configuration in its record but what it replaced', async () => {
    const { executable, environment, places } = setUp(
      '{"auths":{"example.com":{"auth":"c2VjcmV0"}},"aliases":{"builder":"x"}}',
    );
    await install(executable, 'full', environment);
    expect(read(places.record)).not.toContain('c2VjcmV0');
    expect(statSync(places.record).mode & 0o777).toBe(0o600);
  });

  it('says that a damaged record cannot be read', async () => {
    const { executable, environment, places } = setUp('{}');
    await install(executable, 'alias', environment);
    writeFileSync(places.record, '{');
    await expect(uninstall(environment)).rejects.toMatchObject({
      code: 'config.invalid',
      place: { file: places.record },
    });
  });
});
