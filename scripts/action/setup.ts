/**
 * The action in setup/action.yml: installs a release. An attacker who can replace a release's files can replace its checksums and signatures with it, so
 * nothing of a release proves it: a SHA-256 in the workflow does, or a program that was on the machine before and knows who signs releases.
 */
import { chmod, copyFile, mkdir, mkdtemp, realpath, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { environmentFor } from './environment.ts';
import { findProgram } from './executable.ts';
import { ActionError, choice, input, lines, required, type Variables } from './inputs.ts';
import { download, pinnedDigest, releaseFileName } from './release-file.ts';
import { type Ended, runProgram } from './run-program.ts';
import { type Runner, runnerOf } from './runner.ts';

const mostOfExecutable = 400 * 1024 * 1024;
const mostOfBundle = 1024 * 1024;

interface Release {
  readonly version: string;
  readonly repository: string;
  /** The executable's name among the release's files. */
  readonly name: string;
  /** Where the release's files lie, without a slash at the end. */
  readonly from: string;
}

function releaseOf(variables: Variables): Release {
  const version = input(variables, 'version').replace(/^v/, '');
  if (!/^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/.test(version))
    throw new ActionError(
      'version: write the version of one release, such as 1.2.3: what is installed must not change by itself',
    );
  const repository = input(variables, 'repository') || (variables['GITHUB_ACTION_REPOSITORY'] ?? '');
  if (!/^\w[\w.-]*\/\w[\w.-]*$/.test(repository))
    throw new ActionError('repository: write OWNER/NAME, where the releases are');
  const name = releaseFileName(version, process.platform, process.arch);
  if (name === null) throw new ActionError(`there is no release for ${process.platform} on ${process.arch}`);
  const server = variables['GITHUB_SERVER_URL'] ?? 'https://github.com';
  const from = input(variables, 'from') || `${server}/${repository}/releases/download/v${version}`;
  return { version, repository, name, from: from.replace(/\/$/, '') };
}

/**
 * Who signs a release, as options of `docker-verify version --verify`: the release workflow of the repository at the tag of that version, so that an
 * older release under the name of a newer one is none.
 */
function signerOf({ repository, version }: Release): readonly string[] {
  const identity = `https://github.com/${repository}/.github/workflows/release.yml@refs/tags/v${version}`;
  return ['--identity', identity, '--issuer', 'https://token.actions.githubusercontent.com'];
}

/** Whom to ask about a signature. */
interface Prover {
  readonly name: string;
  readonly verify: (file: string) => Promise<Ended>;
}

/** A program that was here before, and lies outside of the checkout: the release cannot have brought it. */
function proverOf(variables: Variables, workspace: string, release: Release): Prover | null {
  const run = async (program: string, parameters: readonly string[]): Promise<Ended> => {
    const env = environmentFor(variables, { isUntrusted: true });
    return await runProgram(program, parameters, { cwd: required(variables, 'RUNNER_TEMP'), env });
  };
  const own = findProgram(variables, workspace, 'docker-verify');
  if (own !== null)
    return { name: own, verify: async (file) => await run(own, ['version', '--verify', file, ...signerOf(release)]) };
  const cosign = findProgram(variables, workspace, 'cosign');
  if (cosign === null) return null;
  const [, identity = '', , issuer = ''] = signerOf(release);
  const whom = ['--certificate-identity', identity, '--certificate-oidc-issuer', issuer];
  const verify = async (file: string): Promise<Ended> =>
    await run(cosign, ['verify-blob', '--new-bundle-format', '--bundle', `${file}.sigstore.json`, ...whom, file]);
  return { name: cosign, verify };
}

async function prove(runner: Runner, { name, verify }: Prover, file: string): Promise<void> {
  const { status, out, err } = await verify(file);
  if (status !== 0)
    throw new ActionError(`${name} does not accept the signature of the release: ${(err || out).trim().slice(-2000)}`);
  runner.notice(`the signature of the release was verified by ${name}`);
}

/** Why a file that is there does not start: the system calls it absent where its loader is. */
function unstartable(cause: unknown): string {
  if (process.platform === 'linux' && cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
    return 'it needs glibc 2.28 or newer, which Alpine (musl) does not have';
  return cause instanceof Error ? cause.message : String(cause);
}

/** Downloads the executable of a release and proves it; what is not proven is gone. */
async function provenFile(runner: Runner, variables: Variables, workspace: string, release: Release): Promise<string> {
  const pin = pinnedDigest(lines(variables, 'sha256'), release.name);
  const prover = proverOf(variables, workspace, release);
  if (pin === null && prover === null)
    throw new ActionError(
      'nothing here can prove a release: give its SHA-256 as sha256, from where you read about it and not from the release, or install cosign before this step',
    );
  const folder = await mkdtemp(join(await realpath(required(variables, 'RUNNER_TEMP')), 'docker-verify-setup-'));
  const file = join(folder, release.name);
  try {
    const digest = await download(`${release.from}/${release.name}`, file, mostOfExecutable);
    if (pin !== null && digest !== pin)
      throw new ActionError(`${release.name} has the SHA-256 ${digest}, and the workflow says ${pin}: it is not run`);
    await download(`${release.from}/${release.name}.sigstore.json`, `${file}.sigstore.json`, mostOfBundle);
    if (prover !== null) await prove(runner, prover, file);
    await chmod(file, 0o755);
    const env = environmentFor(variables, { isUntrusted: true });
    const itself = async (...parameters: readonly string[]): Promise<Ended> =>
      await runProgram(file, parameters, { cwd: folder, env }).catch((cause: unknown) => {
        throw new ActionError(`${release.name} does not start here: ${unstartable(cause)}`, { cause });
      });
    // proven by the pin, it can be asked about the rest
    if (prover === null)
      await prove(
        runner,
        { name: release.name, verify: (proven) => itself('version', '--verify', proven, ...signerOf(release)) },
        file,
      );
    const said = (await itself('version')).out;
    if (!said.split(/\s+/).some((word) => word.replace(/^v/, '') === release.version))
      throw new ActionError(`the release is not ${release.version}, but says: ${said.trim().slice(0, 200)}`);
    return file;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function place(file: string, folder: string, name: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await copyFile(file, `${path}.new`);
  await chmod(`${path}.new`, 0o755);
  await rename(`${path}.new`, path);
  return path;
}

/**
 * Runs the action.
 * @returns the exit status of the step
 */
export async function setUp(variables: Variables, write: (text: string) => void): Promise<number> {
  const runner = runnerOf(variables, write);
  try {
    const mode = choice(variables, 'install', ['plugin', 'alias', 'full']);
    const workspace = await realpath(required(variables, 'GITHUB_WORKSPACE'));
    const release = releaseOf(variables);
    const file = await provenFile(runner, variables, workspace, release);
    const name = process.platform === 'win32' ? 'docker-verify.exe' : 'docker-verify';
    const configuration = variables['DOCKER_CONFIG'] ?? join(variables['HOME'] ?? homedir(), '.docker');
    const plugin = await place(file, join(configuration, 'cli-plugins'), name);
    const own = await place(file, join(file, '..', 'bin'), name);
    runner.addPath(join(own, '..'));
    if (mode !== 'plugin') {
      const env = environmentFor(variables, { isUntrusted: true });
      const { status, err } = await runProgram(plugin, ['install', '--mode', mode], {
        cwd: workspace,
        env,
        echo: write,
      });
      if (status !== 0) throw new ActionError(`docker-verify install --mode ${mode} failed: ${err.trim()}`);
    }
    runner.output('executable', own);
    runner.output('version', release.version);
    runner.notice(`docker-verify ${release.version} is installed`);
    return 0;
  } catch (error) {
    runner.error(`docker verify: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}
