import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PartName } from './parts.ts';
import { startWarmRegistry } from './warm-registry.ts';

/** What the second stage gives: its entry is `app.ts`. */
export interface SecondStage {
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

/**
 * Runs commands as users do, those of one part after those of another; whether they succeed does not matter. Ends the process.
 * @param begin called before the commands of each part
 * @param end called in the end, also when a command ends the process
 */
export async function warmUp(second: SecondStage, begin: (part: PartName) => void, end: () => void): Promise<never> {
  const home = mkdtempSync(join(tmpdir(), 'docker-verify-warm-'));
  const { registry, publicKey } = await startWarmRegistry();
  process.on('exit', () => {
    rmSync(home, { recursive: true, force: true });
    end();
    process.exitCode = 0;
  });
  layOutProject(home, registry.host, publicKey);
  const variables = { HOME: home, DOCKER_CONFIG: home, XDG_CACHE_HOME: home, DOCKER_HOST: `unix://${home}/none.sock` };
  const image = `${registry.host}/warm/base:1`;
  const check = ['check', '--policy', join(home, 'docker-verify.yaml')];
  const commands: readonly (readonly [PartName, ...(readonly string[])])[] = [
    ['start', 'version'],
    ['scan', 'scan', home],
    ['scan', 'scan', '--format', 'json', home],
    ['check', ...check, image],
    ['check', 'check', home],
    ['check', 'check', '--refresh', '--format', 'json', home],
    ['build', 'build', '--quiet', home],
  ];
  for (const [part, ...words] of commands) {
    begin(part);
    process.argv.splice(2, Number.POSITIVE_INFINITY, ...words);
    // one after another, as the parts are
    // oxlint-disable-next-line no-await-in-loop
    await second.run(variables).catch(() => undefined);
  }
  return process.exit(0);
}
