import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { basename, join } from 'node:path';

/** A lab that is up: what listens where, and the environment in which its tools run. Paths are absolute, registries `host:port`. */
export interface RunningLab {
  readonly home: string;
  /** docker-registry 2.8: answers 404 on the referrers API. */
  readonly registry: string;
  /** The test registry, with the referrers API; kept in memory. */
  readonly referrersRegistry: string;
  /** The URL of the test Sigstore. */
  readonly sigstore: string;
  /** The engine with the classic image store. */
  readonly dockerHost: string;
  /** The engine with the containerd image store, over TCP; null where the machine's own Docker is used. */
  readonly secondDockerHost: string | null;
  readonly dockerConfig: string;
  readonly docker: string;
  readonly buildx: string;
  readonly cosign2: string;
  readonly cosign3: string;
  readonly crane: string;
  readonly oras: string;
  readonly notation: string;
  readonly keys: { readonly acme: KeyFiles; readonly mallory: KeyFiles };
  readonly trustedRoot: string;
  /** An OCI image layout that holds a copy of `signed/base:1`. */
  readonly layout: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Paths of one cosign key pair. */
export interface KeyFiles {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** How a program ended. The status is 128 and the signal's number where a signal ended it. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Put over the lab's environment; undefined takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string | Uint8Array;
  /** Milliseconds, two minutes where nothing is said. */
  readonly timeout?: number;
}

/** Reads what `lab up` wrote into `home`. Throws where no lab was brought up there. */
export function openLab(home: string): RunningLab {
  // written by scripts/lab/lab, in this shape
  const written = JSON.parse(readFileSync(join(home, 'lab.json'), 'utf8')) as Pick<
    RunningLab,
    'home' | 'registry' | 'referrersRegistry' | 'sigstore' | 'dockerHost' | 'secondDockerHost' | 'dockerConfig'
  >;
  const program = (name: string): string => join(home, 'bin', name);
  const keyFiles = (name: string): KeyFiles => ({
    privateKey: join(home, 'keys', `${name}.key`),
    publicKey: join(home, 'keys', `${name}.pub`),
  });
  return {
    ...written,
    secondDockerHost: written.secondDockerHost || null,
    docker: program('docker'),
    buildx: join(written.dockerConfig, 'cli-plugins', 'docker-buildx'),
    cosign2: program('cosign2'),
    cosign3: program('cosign'),
    crane: program('crane'),
    oras: program('oras'),
    notation: program('notation'),
    keys: { acme: keyFiles('acme'), mallory: keyFiles('mallory') },
    trustedRoot: join(home, 'sigstore', 'trusted_root.json'),
    layout: join(home, 'layout', 'base'),
    environment: {
      PATH: `${join(home, 'bin')}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
      HOME: join(home, 'home'),
      DOCKER_HOST: written.dockerHost,
      DOCKER_CONFIG: written.dockerConfig,
      COSIGN_PASSWORD: '',
      SIGSTORE_NO_CACHE: 'true',
    },
  };
}

/** Runs a program in the lab's environment, never through a shell, and waits for its end. */
export function run(
  lab: Pick<RunningLab, 'environment'>,
  program: string,
  parameters: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, {
      cwd: options.cwd,
      env: { ...lab.environment, ...options.env },
      timeout: options.timeout ?? 120_000,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({ status: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), stdout, stderr }),
    );
    // a program that ends without reading its input is no accident
    child.stdin.on('error', () => undefined).end(options.stdin);
  });
}

/**
 * Like `run`, but throws where the program's status is not 0. The error begins with the last line that the program said, since of an
 * error often only the first line is shown. Answers standard output, trimmed.
 */
export async function mustRun(
  lab: Pick<RunningLab, 'environment'>,
  program: string,
  parameters: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { status, stdout, stderr } = await run(lab, program, parameters, options);
  if (status !== 0) {
    const said = `${stdout}\n${stderr}`
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(-8);
    const name = basename(program);
    throw new Error(
      [`${name} ended with ${status}: ${said.at(-1)}`, `${program} ${parameters.join(' ')}`, ...said].join('\n  '),
    );
  }
  return stdout.trim();
}
