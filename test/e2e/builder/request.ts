import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Programs } from '../../../src/builder/index.ts';
import { type Environment, type PinSet, parseCanonicalName, parseDigest } from '../../../src/model/index.ts';
import { digestOf, lab, temporaryFolder } from '../support/lab.ts';

/** What `run-builder.ts` is asked to do. */
export interface BuildRequest {
  readonly environment: Environment;
  readonly programs: Programs | null;
  readonly verb: string;
  readonly before: readonly string[];
  readonly args: readonly string[];
  readonly builder: string | null;
  readonly sourcePolicy: string | null;
  readonly metadataFile: string | null;
  readonly fresh: boolean;
  readonly keepStdin: boolean;
  /** How often the build is run again. */
  readonly repeat: number;
  /** The names of what is built. */
  readonly targets: readonly string[];
}

export interface BuildAnswer {
  readonly status: number;
  readonly metadata: unknown;
  readonly denied: string | null;
}

export interface BuildRun extends BuildAnswer {
  readonly stdout: string;
  readonly stderr: string;
}

/** The lab as an environment; `engine` is the one with the classic image store unless said otherwise. */
export function labEnvironment(given: Partial<Environment> = {}, engine: string = lab().dockerHost): Environment {
  const { environment } = lab();
  return {
    variables: { ...environment, DOCKER_HOST: engine },
    workingDirectory: '/',
    homeDirectory: environment['HOME'] ?? '/',
    platform: process.platform,
    architecture: process.arch,
    userId: process.getuid?.() ?? null,
    dockerFlags: [],
    dockerConfigDirectory: lab().dockerConfig,
    ...given,
  };
}

/** A build that goes to the default builder, with whatever is given. */
export function request(given: Partial<BuildRequest>): BuildRequest {
  return {
    environment: labEnvironment(),
    programs: null,
    verb: 'build',
    before: [],
    args: [],
    builder: 'default',
    sourcePolicy: null,
    metadataFile: null,
    fresh: false,
    keepStdin: false,
    repeat: 0,
    targets: ['default'],
    ...given,
  };
}

export interface Started {
  readonly pid: number;
  readonly finished: Promise<BuildRun>;
}

/** Starts `run-builder.ts` with standard streams that are watched. */
export async function start(given: BuildRequest, stdin: string | Uint8Array = ''): Promise<Started> {
  const file = join(await temporaryFolder(), 'request.json');
  await writeFile(file, JSON.stringify(given));
  const script = join(import.meta.dirname, 'run-builder.ts');
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--experimental-strip-types', script, file],
    {
      env: { ...given.environment.variables },
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.on('error', () => undefined).end(stdin);
  const finished = new Promise<BuildRun>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const answered = existsSync(`${file}.answer`);
      // written by run-builder.ts, in this shape
      const answer = answered ? (JSON.parse(readFileSync(`${file}.answer`, 'utf8')) as BuildAnswer) : null;
      resolve({
        status: code ?? -1,
        metadata: answer?.metadata ?? null,
        denied: answer?.denied ?? null,
        stdout,
        stderr,
      });
    });
  });
  return { pid: child.pid ?? 0, finished };
}

/** Runs `run-builder.ts` to its end. */
export async function runRequest(given: BuildRequest, stdin: string | Uint8Array = ''): Promise<BuildRun> {
  return (await start(given, stdin)).finished;
}

/** Each of these images of the lab, pinned to the digest that its tag stands for now. */
export async function pins(...names: readonly string[]): Promise<PinSet> {
  const found = names.map(async (name) => ({
    name: parseCanonicalName(name),
    digest: parseDigest(await digestOf(lab(), name)),
    platformDigests: [],
    wholeIndex: true,
    chainIds: {},
  }));
  return { pins: await Promise.all(found), unpinned: [], layouts: [], sources: [] };
}
