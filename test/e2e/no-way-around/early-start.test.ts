import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  copyImage,
  dockerConfiguration,
  lab,
  runDocker,
  sign,
  startTestRegistry,
  type TestRegistry,
  temporaryFolder,
} from '../support/lab.ts';
import { executable } from '../support/paths.ts';
import { scriptedBuildx } from '../support/scripted-buildx.ts';
import { until } from '../support/until.ts';
import { type WatchedEngine, watchEngine } from '../support/watched-engine.ts';
import { keys, project, pushGoodAndEvil } from './project.ts';

// Of a registry this slow a check takes a second and more, in which buildx would have built.
const latency = 400;

let registry: TestRegistry;
let engine: WatchedEngine;
let images = { good: '', evil: '' };

beforeAll(async () => {
  [registry, engine] = await Promise.all([startTestRegistry({ latency }), watchEngine()]);
  const { good, evil } = await pushGoodAndEvil('early-start');
  images = { good: `${registry.host}/early/good:1`, evil: `${registry.host}/early/evil:1` };
  await Promise.all([copyImage(lab(), good, images.good), copyImage(lab(), evil, images.evil)]);
  await sign(lab(), images.good, { signer: { key: keys.acme.privateKey }, cosign: 3 });
  // what is known of the builder from then on is what lets buildx be started early
  await (await begin(images.good)).ended;
});

afterAll(async () => {
  engine.close();
  await registry.close();
});

interface Begun {
  readonly child: ChildProcess;
  readonly from: number;
  readonly temporary: string;
  readonly said: () => string;
  /** When standard error first held this text, by `performance.now`. */
  readonly saidAt: (text: string) => number;
  readonly ended: Promise<number | null>;
}

async function begin(
  image: string,
  options: { readonly args?: readonly string[]; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Begun> {
  const cwd = await project(`FROM ${image}\nRUN --network=none true\n`);
  const temporary = await temporaryFolder();
  const from = performance.now();
  const args = ['build', '--verify-refresh', '--progress=plain', '--no-cache', ...(options.args ?? []), '.'];
  const child = spawn(executable, args, {
    cwd,
    env: { ...lab().environment, DOCKER_HOST: engine.host, TMPDIR: temporary, ...options.env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const parts: { readonly text: string; readonly at: number }[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => parts.push({ text, at: performance.now() }));
  const ended = once(child, 'close').then(([status]) => status as number | null);
  const said = (): string => parts.map(({ text }) => text).join('');
  const saidAt = (text: string): number => {
    let before = '';
    for (const part of parts) {
      before += part.text;
      if (before.includes(text)) return part.at;
    }
    return Number.NaN;
  };
  return { child, from, temporary, said, saidAt, ended };
}

/** What was asked of the engine since, but for our own questions after its version and its images. */
function askedByBuildx(from: number): readonly string[] {
  return engine.asked
    .filter(({ at, line }) => at >= from && !/^GET \S*\/(?:version|images\/\S+\/json)\b/.test(line))
    .map(({ line }) => line);
}

/** The buildx that was started in this temporary folder, and whether it has opened its policy; null where there is none. */
function heldIn(temporary: string): { readonly pid: number; readonly isReading: boolean } | null {
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, 'latin1');
      if (!words.includes('buildx') || !words.includes(temporary)) continue;
      const open = readdirSync(`/proc/${name}/fd`).map((number) => readlinkSync(`/proc/${name}/fd/${number}`));
      return { pid: Number(name), isReading: open.some((file) => file.startsWith(temporary)) };
    } catch {
      // it ended meanwhile, or closed what it had open
    }
  }
  return null;
}

/** A build whose buildx was stopped before it had opened its policy: 45 ms are little, so that it may take several. */
async function stoppedBeforeReading(): Promise<{ readonly build: Begun; readonly pid: number }> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const build = await begin(images.good);
    const { pid } = await until(() => heldIn(build.temporary), 'buildx');
    process.kill(pid, 'SIGSTOP');
    if (heldIn(build.temporary)?.isReading === false) return { build, pid };
    process.kill(pid, 'SIGCONT');
    await build.ended;
  }
  throw new Error('buildx had always opened its policy before it could be stopped');
}

/** That this build, which is over, has asked its builder for nothing and left nothing behind. */
function expectNothingDone({ from, temporary }: Begun, pid: number): void {
  expect(askedByBuildx(from)).toEqual([]);
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  expect(readdirSync(temporary)).toEqual([]);
}

describe('buildx, started while the images are verified,', () => {
  it('asks its builder for nothing before the verdict, and builds then', async () => {
    const build = await begin(images.good);
    const { pid } = await until(() => heldIn(build.temporary), 'buildx');
    const startedAt = performance.now();
    expect(await build.ended).toBe(0);
    const allowedAt = build.saidAt('allowed: the image is verified');
    // it waited for longer than it takes to ask the builder, or this would show nothing
    expect(allowedAt - startedAt).toBeGreaterThan(latency);
    const asked = engine.asked.filter(({ at }) => at >= build.from);
    expect(asked.filter(({ at, line }) => at < allowedAt && !line.startsWith('GET '))).toEqual([]);
    expect(askedByBuildx(build.from)).toContainEqual(expect.stringMatching(/^POST \S*\/(?:grpc|session) /));
    expect(pid).toBeGreaterThan(0);
    expect(readdirSync(build.temporary)).toEqual([]);
  });

  it('would have asked within that time, where nothing holds it', async () => {
    const cwd = await project(`FROM ${images.good}\n`);
    const from = performance.now();
    const env = { DOCKER_HOST: engine.host, DOCKER_CONFIG: await dockerConfiguration() };
    const build = runDocker(['buildx', 'build', '.'], { cwd, env });
    await until(() => askedByBuildx(from).find((line) => line.startsWith('POST ')) ?? null, 'a request of buildx');
    expect(performance.now() - from).toBeLessThan(latency);
    expect(await build).toMatchObject({ status: 0 });
  });

  it('is ended by a refusal, having asked for nothing', async () => {
    const build = await begin(images.evil);
    const { pid } = await until(() => heldIn(build.temporary), 'buildx');
    expect(await build.ended).toBe(10);
    expect(build.said()).toContain('signature.missing');
    expectNothingDone(build, pid);
  });

  it('is ended by Ctrl-C, having asked and said nothing', async () => {
    const build = await begin(images.good);
    const { pid } = await until(() => heldIn(build.temporary), 'buildx');
    await delay(200);
    build.child.kill('SIGINT');
    expect(await build.ended).toBe(130);
    expect(build.said()).toBe('');
    expectNothingDone(build, pid);
  });

  it('builds nothing where we are killed while it reads', async () => {
    const build = await begin(images.good);
    await until(() => (heldIn(build.temporary)?.isReading === true ? true : null), 'buildx to read');
    build.child.kill('SIGKILL');
    await build.ended; // of its output too, which buildx shares
    expect(heldIn(build.temporary)).toBeNull();
    expect(askedByBuildx(build.from)).toEqual([]);
    expect(build.said()).toMatch(/^ERROR: .*policy/);
  });

  it('builds nothing where we are killed before it reads', async () => {
    const { build, pid } = await stoppedBeforeReading();
    build.child.kill('SIGKILL');
    await delay(200);
    process.kill(pid, 'SIGCONT');
    await delay(1_500);
    expect(askedByBuildx(build.from)).toEqual([]);
    expect(build.said()).toBe('');
    // what it waits for will never be said: it has no part in anything, and does not end by itself
    process.kill(pid, 'SIGKILL');
  });

  it('is not started where it is a script, which may lose its policy after it was proven', async () => {
    const state = join(await temporaryFolder(), 'loses');
    const lose = `if [ -e '${state}' ]; then unset EXPERIMENTAL_BUILDKIT_SOURCE_POLICY; fi`;
    const env = { DOCKER_CONFIG: await scriptedBuildx(`#!/bin/sh\n${lose}\n'${lab().buildx}' "$@"\n`) };
    expect(await (await begin(images.good, { env })).ended).toBe(0);
    await writeFile(state, '');
    const output = join(await temporaryFolder(), 'out');
    const build = await begin(images.evil, { args: [`--output=type=local,dest=${output}`], env });
    expect(await build.ended).toBe(10);
    expect(askedByBuildx(build.from)).toEqual([]);
    expect(existsSync(output)).toBe(false);
    expect(build.said()).not.toContain('ERROR');
  });

  it('is not started where it hands no policy on, though another one of its version did', async () => {
    const script = `#!/bin/sh\nenv -u EXPERIMENTAL_BUILDKIT_SOURCE_POLICY '${lab().buildx}' "$@"\n`;
    const output = join(await temporaryFolder(), 'out');
    const args = [`--output=type=local,dest=${output}`];
    const build = await begin(images.evil, { args, env: { DOCKER_CONFIG: await scriptedBuildx(script) } });
    expect(await build.ended).toBe(11);
    expect(build.said()).toContain('did not deny an image that a source policy denies');
    expect(existsSync(output)).toBe(false);
  });

  it('is not started where another program was put in the place of the proven one, as long and as old', async () => {
    const configuration = await dockerConfiguration();
    const plugin = join(configuration, 'cli-plugins', 'docker-buildx');
    const proven = await readFile(lab().buildx);
    const place = async (program: Buffer): Promise<void> => {
      await rm(plugin, { force: true });
      await writeFile(plugin, program, { mode: 0o755 });
      await utimes(plugin, 1, 1);
    };
    await place(proven);
    const env = { DOCKER_CONFIG: configuration };
    expect(await (await begin(images.good, { env })).ended).toBe(0);
    // it asks for a variable of another name, and knows of no policy
    const variable = 'EXPERIMENTAL_BUILDKIT_SOURCE_POLICY';
    const other = proven.toString('latin1').replaceAll(variable, variable.replace('SOURCE', 'SAUCES'));
    await place(Buffer.from(other, 'latin1'));
    const output = join(await temporaryFolder(), 'out');
    const build = await begin(images.evil, { args: [`--output=type=local,dest=${output}`], env });
    expect(await build.ended).toBe(11);
    expect(build.said()).toContain('did not deny an image that a source policy denies');
    expect(existsSync(output)).toBe(false);
  });

  it.each([
    ['an option that buildx refuses', ['--ulimit=none']],
    ['an option that buildx does not know', ['--on=error']],
    ['a call, which is no build', ['--call=outline']],
    ['a Dockerfile on standard input', ['--file=-']],
  ])('is not for %s', async (_title, args) => {
    const build = await begin(images.evil, { args });
    let seen = false;
    const watch = setInterval(() => {
      seen ||= heldIn(build.temporary) !== null;
    }, 5);
    await build.ended;
    clearInterval(watch);
    expect(seen).toBe(false);
  });
});

describe('what buildx takes for a source policy', () => {
  async function builtUnder(text: string): Promise<number | null> {
    const cwd = await project(`FROM ${images.evil}\n`);
    const file = join(await temporaryFolder(), 'policy.json');
    await writeFile(file, text);
    const env = { EXPERIMENTAL_BUILDKIT_SOURCE_POLICY: file, DOCKER_CONFIG: await dockerConfiguration() };
    return (await runDocker(['buildx', 'build', '.'], { cwd, env })).status;
  }

  it('is not the beginning of one, however much of it', async () => {
    const policy =
      '{\n "version": 1,\n "rules": [\n  {\n   "action": "DENY",\n   "selector": {\n    "identifier": "*"\n';
    for (let length = 1; length < policy.length; length += 6)
      expect([policy.slice(0, length), await builtUnder(policy.slice(0, length))]).toEqual([expect.anything(), 1]);
  });

  it('is an empty file, which denies nothing', async () => {
    expect(await builtUnder('')).toBe(0);
  });
});
