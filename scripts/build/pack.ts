/**
 * `node pack.ts FOLDER TARGET FILE`: has pkg put what lies in FOLDER into the Node of that target. HOME is a folder of the build's own,
 * where pkg keeps the Node of each platform, and TMPDIR is FOLDER: pkg works in a folder that it makes there.
 */
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { separateParts } from './bundle.ts';
import { partNames } from './parts.ts';
import { findTarget } from './target.ts';

interface SeaOptions {
  readonly signature: boolean;
  readonly targets: readonly { nodeRange: string; platform: string; arch: string; output: string }[];
  readonly seaConfig: {
    readonly main: string;
    readonly disableExperimentalSEAWarning: boolean;
    readonly useSnapshot: boolean;
    readonly useCodeCache: boolean;
    readonly execArgv: readonly string[];
    readonly execArgvExtension: 'none';
    readonly assets: Readonly<Record<string, string>>;
  };
}

const require = createRequire(import.meta.url);
// pkg's command line drops `execArgvExtension` and `main`; its function does not. The version is pinned, since the path is not documented.
const { default: sea } = require('@yao-pkg/pkg/lib-es5/sea.js') as {
  readonly default: (entry: string, options: SeaOptions) => Promise<void>;
};
const { default: options } = require('@yao-pkg/pkg/lib-es5/options.js') as { default: { set(value: object): void } };

const [folder = '', targetName = '', file = ''] = process.argv.slice(2);
const { platform, arch } = findTarget(targetName);
const parts = partNames.flatMap((part) => [`${part}.cjs`, `${part}.cache`]);
const assets = [...parts, ...separateParts.map((part) => `${part}.cjs`)];
options.set({});
await sea(join(folder, 'main.cjs'), {
  // it would be by whatever program this machine has for it, if any: sign-mach-o.ts makes the same bytes everywhere
  signature: false,
  targets: [
    {
      nodeRange: `node${process.versions.node}`,
      platform: platform === 'darwin' ? 'macos' : platform,
      arch,
      output: resolve(file),
    },
  ],
  seaConfig: {
    // Node keeps this name, and another folder is not to make another executable: as seen from pkg's folder within ours
    main: join('..', 'main.cjs'),
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    // The first stage is small, and such a cache is another one in each build. No folder is asked for one either: see node-variables.ts.
    useCodeCache: false,
    // Neither OPENSSL_CONF nor NODE_OPTIONS may load code into a verifier, nor NODE_REDIRECT_WARNINGS make it write.
    // Nor does a signal open a debugger's port.
    execArgv: [`--openssl-config=${platform === 'win' ? 'NUL' : '/dev/null'}`, '--no-warnings', '--disable-sigusr1'],
    execArgvExtension: 'none',
    assets: Object.fromEntries(assets.map((name) => [name, resolve(folder, name)])),
  },
});
