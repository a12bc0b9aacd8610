import { resolve } from 'node:path';
import { type Environment, parseCanonicalName, VerifyError } from '../../../model/index.ts';
import { installSystem, type SystemOutcome, systemPlaces, uninstallSystem } from '../../../plugin/index.ts';
import {
  type Bootstrap,
  bootstrapPolicy,
  machineFolderOf,
  readPublicKey,
  refuseUnsafePlaces,
} from '../../../policy/index.ts';
import { readTrustedRoot } from '../../../trust/index.ts';

/** The options of `install --system`. */
export interface SystemRequest {
  /** `oci://…` or `https://…#sha256=…`. */
  readonly policy: string;
  /** Paths, as written. */
  readonly key: string | null;
  readonly trustedRoot: string | null;
  readonly identity: string | null;
  readonly identityRegexp: string | null;
  readonly issuer: string | null;
  /** The whole command, as it was typed behind the executable. */
  readonly typed: readonly string[];
}

type Places = ReturnType<typeof systemPlaces>;

function placesOf(environment: Environment): Places {
  const folder = machineFolderOf(undefined, environment);
  if (folder === null) throw new VerifyError('internal', "the machine's own folder is not known");
  return systemPlaces(folder, environment);
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The same command for a user who may write there. */
function asAdministrator({ platform }: Environment, executable: string, typed: readonly string[]): string {
  const line = [executable, ...typed].map(quoted).join(' ');
  return platform === 'win32' ? `as an administrator: ${line}` : `sudo ${line}`;
}

/** Refuses before anything is looked at: what is written there must be the administrator's, or it would not count. */
function refuseOthers({ userId }: Environment, again: string, folder: string): void {
  if (userId === null || userId === 0) return;
  throw new VerifyError(
    'usage.invalid',
    `only root may write ${folder} and where Docker looks for everybody's plugins`,
    {
      hint: again,
    },
  );
}

function signerOf(request: SystemRequest, places: Places): Bootstrap['signer'] {
  const { key, identity, identityRegexp, issuer } = request;
  const names = [key, identity, identityRegexp].filter((each) => each !== null);
  if (names.length > 1)
    throw new VerifyError('usage.invalid', '--key, --identity and --identity-regexp each name the one signer', {
      hint: 'leave all but one of them away',
    });
  if (key === null && names.length === 0 && issuer === null) return null;
  if (key !== null) {
    if (issuer !== null || request.trustedRoot !== null)
      throw new VerifyError('usage.invalid', 'a key has no issuer and no trusted root', {
        hint: 'leave --issuer and --trusted-root away, or --key',
      });
    return { key: fileName(places.key) };
  }
  if (names.length === 0 || issuer === null)
    throw new VerifyError('usage.invalid', 'a keyless signer is named by identity and issuer', {
      hint: 'write --identity NAME --issuer URL',
    });
  const who = identity === null ? { identityRegexp: identityRegexp ?? '' } : { identity };
  const keyless = { issuer, ...who };
  return request.trustedRoot === null ? { keyless } : { keyless, trustedRoot: fileName(places.trustedRoot) };
}

function fileName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

/**
 * Brings an organisation's policy to this machine: the few lines that extend it, what they name beside them, and the executable where
 * Docker finds it for everybody.
 * @throws VerifyError `usage.invalid`, `policy.invalid` for a key that is none, `policy.unsafe` and `policy.unreadable` for a folder that
 *   others could change, `file.unwritable`, `config.invalid`
 */
export async function setUpSystem(
  environment: Environment,
  executable: string,
  request: SystemRequest,
): Promise<SystemOutcome> {
  const places = placesOf(environment);
  const { workingDirectory } = environment;
  const { key, trustedRoot, policy } = request;
  const text = bootstrapPolicy({ from: policy, signer: signerOf(request, places) });
  if (policy.startsWith('oci://')) parseCanonicalName(policy.slice('oci://'.length));
  const beside: { path: string; text: string }[] = [];
  if (key !== null)
    beside.push({ path: places.key, text: (await readPublicKey(resolve(workingDirectory, key), key)).pem });
  if (trustedRoot !== null) {
    const roots = await readTrustedRoot(resolve(workingDirectory, trustedRoot), 'machine');
    beside.push({ path: places.trustedRoot, text: `${roots.map(({ json }) => json.trim()).join('\n')}\n` });
  }
  const again = asAdministrator(environment, executable, request.typed);
  refuseOthers(environment, again, places.folder);
  if (environment.userId !== null)
    await refuseUnsafePlaces(places.folder, [places.record, places.policy, ...beside.map(({ path }) => path)]);
  return await installSystem(executable, [{ path: places.policy, text }, ...beside], places, again);
}

/**
 * Takes that back, so far as it is still as it was written.
 * @throws VerifyError `usage.invalid`, `file.unwritable`, `config.invalid`
 */
export async function takeBackSystem(environment: Environment, executable: string): Promise<readonly string[]> {
  const places = placesOf(environment);
  const again = asAdministrator(environment, executable, ['uninstall', '--system']);
  refuseOthers(environment, again, places.folder);
  return await uninstallSystem(places, again);
}
