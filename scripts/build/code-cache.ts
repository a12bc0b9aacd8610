/**
 * `node code-cache.ts BUNDLE FOLDER`: wraps the bundle as the first stage expects it, runs it as users do so that what
 * they need gets compiled, and writes `app.cjs` and the code cache of this very Node, `app.cache`, into FOLDER.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Script } from 'node:vm';
import { wrapped } from './bundle.ts';
import { startWarmRegistry } from './warm-registry.ts';

const [bundle = '', folder = ''] = process.argv.slice(2).map((path) => resolve(path));
const require = createRequire(bundle);
const source = wrapped(readFileSync(bundle, 'latin1'));
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
  writeFileSync(join(folder, 'app.cjs'), source, 'latin1');
  writeFileSync(join(folder, 'app.cache'), script.createCachedData());
  process.exitCode = 0;
});
layOutProject(home, registry.host, publicKey);
const variables = { HOME: home, DOCKER_CONFIG: home, XDG_CACHE_HOME: home, DOCKER_HOST: `unix://${home}/none.sock` };
const image = `${registry.host}/warm/base:1`;
const commands = [
  ['scan', '--format', 'json', home],
  ['check', home],
  ['check', '--refresh', '--format', 'json', home],
  ['check', '--policy', join(home, 'docker-verify.yaml'), image],
  ['build', '--quiet', home],
];
for (const words of commands) await warmUp(words, variables).catch(() => undefined);
process.exit(0);
