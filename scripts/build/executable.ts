/**
 * `node executable.ts MAIN ASSETS NODE TARGET OUT`: puts the two stages into a copy of the stock Node of that target,
 * with pkg's SEA function. HOME must be a folder of the build's own: pkg looks there for Node before it downloads one.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { separateParts, warmCommands } from './bundle.ts';
import { withoutVariables } from './node-variables.ts';
import { findTarget, type Target } from './target.ts';

interface SeaOptions {
  readonly signature: boolean;
  readonly targets: readonly { nodeRange: string; platform: string; arch: string; output: string }[];
  readonly seaConfig: {
    readonly disableExperimentalSEAWarning: boolean;
    readonly useSnapshot: boolean;
    readonly useCodeCache: boolean;
    readonly execArgv: readonly string[];
    readonly execArgvExtension: 'none';
    readonly assets: Readonly<Record<string, string>>;
  };
}

const require = createRequire(import.meta.url);
// pkg's command line drops `execArgvExtension`; its function does not. The version is pinned, since neither path is documented.
const { default: sea } = require('@yao-pkg/pkg/lib-es5/sea.js') as {
  readonly default: (entry: string, options: SeaOptions) => Promise<void>;
};
const { default: options } = require('@yao-pkg/pkg/lib-es5/options.js') as { default: { set(value: object): void } };

/** Puts Node, deaf to some variables, where pkg keeps what it has downloaded, with the marks of a finished download. */
async function seedCache(target: Target, node: string): Promise<void> {
  const os = target.platform === 'macos' ? 'darwin' : target.platform;
  const name = `node-v${process.versions.node}-${os}-${target.arch}`;
  const cache = join(homedir(), '.pkg-cache', 'sea');
  const binary = target.platform === 'win' ? join(cache, `${name}.exe`) : join(cache, name, 'bin', 'node');
  const archive = join(cache, `${name}.${target.platform === 'win' ? 'zip' : 'tar.gz'}`);
  await mkdir(dirname(binary), { recursive: true });
  await rm(binary, { force: true });
  await writeFile(binary, withoutVariables(await readFile(node)), { mode: 0o755 });
  for (const mark of [archive, `${archive}.ok`, `${binary}.ok`]) await writeFile(mark, '');
}

const [main = '', assets = '', node = '', targetName = '', out = ''] = process.argv.slice(2);
const target = findTarget(targetName);
await seedCache(target, node);
const caches = warmCommands.map((command) => `${command}.cache`);
const names = ['app.cjs', ...caches, ...separateParts.map((part) => `${part}.cjs`)];
options.set({});
await sea(resolve(main), {
  signature: true,
  targets: [
    { nodeRange: `node${process.versions.node}`, platform: target.platform, arch: target.arch, output: resolve(out) },
  ],
  seaConfig: {
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    // Without a cache of its own the main script would be looked up in the folder that NODE_COMPILE_CACHE names.
    useCodeCache: true,
    // Neither OPENSSL_CONF nor NODE_OPTIONS may load code into a verifier, nor NODE_REDIRECT_WARNINGS make it write.
    // Nor does a signal open a debugger's port.
    execArgv: [
      `--openssl-config=${target.platform === 'win' ? 'NUL' : '/dev/null'}`,
      '--no-warnings',
      '--disable-sigusr1',
    ],
    execArgvExtension: 'none',
    assets: Object.fromEntries(names.map((name) => [name, resolve(assets, name)])),
  },
});
