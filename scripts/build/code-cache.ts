/**
 * `node code-cache.ts BUNDLE COMMAND CACHE`: runs a command of the wrapped bundle as users do, so that what they need gets compiled, and
 * writes the code cache of this very Node.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Script } from 'node:vm';
import type { warmCommands } from './bundle.ts';
import { startWarmRegistry } from './warm-registry.ts';

const [bundleName = '', command = '', cache = ''] = process.argv.slice(2);
const bundle = resolve(bundleName);
const require = createRequire(bundle);
const source = readFileSync(bundle, 'latin1');
const script = new Script(source, { filename: 'app.cjs' });

interface Bundle {
  run(variables: NodeJS.ProcessEnv): Promise<void>;
}

/** A project whose base the registry holds, so that each of these commands goes all the way but for the build itself. */
function layOutProject(home: string, host: string, publicKey: string): void {
  const lines = ['ARG VERSION=1', `FROM --platform=$BUILDPLATFORM ${host}/warm/base:\${VERSION:-2} AS build`];
  lines.push('RUN <<END', 'true', 'END', 'FROM scratch', 'COPY --from=build /a /b', '');
  writeFileSync(join(home, 'Dockerfile'), lines.join('\n'));
  writeFileSync(join(home, 'warm.pub'), publicKey);
  const rules = ['rules:', `  - images: ["${host}/**"]`, '    signedBy: [{key: warm.pub, log: optional}]', ''];
  writeFileSync(
    join(home, 'docker-verify.yaml'),
    ['version: 1', 'mode: enforce', 'default: deny', ...rules].join('\n'),
  );
}

/** A command as users give it; whether it succeeds does not matter. */
async function warmUp(words: readonly string[], variables: NodeJS.ProcessEnv): Promise<void> {
  process.argv.splice(2, Number.POSITIVE_INFINITY, ...words);
  const module = { exports: {} as Bundle }; // filled by the bundle, whose entry is app.ts
  script.runInThisContext()(module.exports, require, module, bundle, dirname(bundle));
  await module.exports.run(variables);
}

const home = mkdtempSync(join(tmpdir(), 'docker-verify-warm-'));
const { registry, publicKey } = await startWarmRegistry();
// Also when a command ends the process.
process.on('exit', () => {
  rmSync(home, { recursive: true, force: true });
  writeFileSync(cache, script.createCachedData());
  process.exitCode = 0;
});
layOutProject(home, registry.host, publicKey);
const variables = { HOME: home, DOCKER_CONFIG: home, XDG_CACHE_HOME: home, DOCKER_HOST: `unix://${home}/none.sock` };
const image = `${registry.host}/warm/base:1`;
const commands: Readonly<Record<(typeof warmCommands)[number], readonly (readonly string[])[]>> = {
  version: [['version']],
  scan: [
    ['scan', home],
    ['scan', '--format', 'json', home],
  ],
  build: [
    ['scan', home],
    ['check', home],
    ['check', '--refresh', '--format', 'json', home],
    ['check', '--policy', join(home, 'docker-verify.yaml'), image],
    ['build', '--quiet', home],
  ],
};
if (!Object.hasOwn(commands, command)) throw new Error(`no command to warm up: ${command}`);
// Just looked up: it is one of them.
for (const words of commands[command as keyof typeof commands]) await warmUp(words, variables).catch(() => undefined);
process.exit(0);
