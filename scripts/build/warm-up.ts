import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { PartName } from './parts.ts';
import { layOutProject, startEngine } from './warm-project.ts';
import { startWarmRegistry } from './warm-registry.ts';

/** What the second stage gives: its entry is `app.ts`. */
export interface SecondStage {
  run(variables: NodeJS.ProcessEnv): Promise<void>;
}

/** Sets the clock to the time at which the signatures were recorded, lest they be judged otherwise on another day. */
function setClock(time: number): void {
  const { Date: RealDate } = globalThis;
  const ahead = time - RealDate.now();
  const now = (): number => RealDate.now() + ahead;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, words, made) => Reflect.construct(target, words.length === 0 ? [now()] : words, made),
    get: (target, name, asked) => (name === 'now' ? now : Reflect.get(target, name, asked)),
  });
}

/**
 * Runs commands as users do, those of one part after those of another; whether they succeed does not matter. Ends the process.
 * @param begin called before the commands of each part
 * @param end called in the end, also when a command ends the process
 */
export async function warmUp(second: SecondStage, begin: (part: PartName) => void, end: () => void): Promise<never> {
  const home = mkdtempSync(join(tmpdir(), 'docker-verify-warm-'));
  const warm = await startWarmRegistry();
  process.on('exit', () => {
    rmSync(home, { recursive: true, force: true });
    end();
    process.exitCode = 0;
  });
  layOutProject(home, warm);
  startEngine(join(home, 'engine.sock'));
  setClock(warm.keyless.time);
  const variables = {
    PATH: [join(home, 'bin'), process.env['PATH']].join(delimiter),
    HOME: home,
    DOCKER_CONFIG: home,
    XDG_CACHE_HOME: home,
    DOCKER_HOST: `unix://${home}/engine.sock`,
  };
  const check = ['check', '--policy', join(home, 'docker-verify.yaml')];
  const keyless = ['check', '--policy', join(home, 'keyless.yaml')];
  const commands: readonly (readonly [PartName, ...(readonly string[])])[] = [
    ['start', 'version'],
    ['scan', 'scan', home],
    ['scan', 'scan', '--format', 'json', home],
    ['check', ...check, warm.keyed.image],
    ['check', 'check', home],
    ['check', 'check', '--refresh', '--format', 'json', home],
    ['keyless', ...keyless, ...warm.keyless.images],
    ['build', 'build', home],
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
