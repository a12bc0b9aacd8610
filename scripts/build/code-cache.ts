/**
 * `node code-cache.ts BUNDLE FOLDER`: wraps the bundle as the first stage expects it, runs it as users do so that what
 * they need gets compiled, and writes `app.cjs` and the code cache of this very Node, `app.cache`, into FOLDER.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Script } from 'node:vm';

const [bundle = '', folder = ''] = process.argv.slice(2).map((path) => resolve(path));
const require = createRequire(bundle);
const source = `(function(exports,require,module,__filename,__dirname){${readFileSync(bundle, 'latin1')}\n})`;
const script = new Script(source, { filename: 'docker-verify' });

interface Bundle {
  run(variables: NodeJS.ProcessEnv): Promise<void>;
}

/** Commands that need neither network nor daemon; whether they succeed does not matter. */
function warmUps(home: string): readonly (readonly string[])[] {
  const dockerfile = join(home, 'Dockerfile');
  const lines = [
    'ARG VERSION=3',
    `FROM --platform=$BUILDPLATFORM alpine:\${VERSION:-2} AS build`,
    'RUN <<END',
    'true',
    'END',
  ];
  writeFileSync(dockerfile, [...lines, 'FROM scratch', 'COPY --from=build /a /b', ''].join('\n'));
  writeFileSync(join(home, 'docker-verify.yaml'), 'version: 1\nmode: warn\ndefault: warn\n');
  return [
    ['scan', '--format', 'json', home],
    ['check', '--offline', home],
    ['check', '--offline', '--format', 'json', home],
    ['--version'],
  ];
}

async function warmUp(words: readonly string[], variables: NodeJS.ProcessEnv): Promise<void> {
  process.argv.splice(2, Number.POSITIVE_INFINITY, ...words);
  const module = { exports: {} as Bundle }; // filled by the bundle, whose entry is app.ts
  script.runInThisContext()(module.exports, require, module, bundle, dirname(bundle));
  await module.exports.run(variables);
}

const home = mkdtempSync(join(tmpdir(), 'docker-verify-warm-'));
// Also when a command ends the process.
process.on('exit', () => {
  rmSync(home, { recursive: true, force: true });
  writeFileSync(join(folder, 'app.cjs'), source, 'latin1');
  writeFileSync(join(folder, 'app.cache'), script.createCachedData());
  process.exitCode = 0;
});
const variables = { ...process.env, HOME: home, DOCKER_CONFIG: home, XDG_CACHE_HOME: home };
for (const words of warmUps(home)) await warmUp(words, variables).catch(() => undefined);
