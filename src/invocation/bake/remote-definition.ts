import { posix } from 'node:path';
import { type Environment, isRemoteUrl, VerifyError } from '../../model/index.ts';
import { parseRemoteContext } from '../values/build-context.ts';
import { workingFolder } from './bake-folders.ts';
import type { PrintedTarget } from './printed-bake.ts';

/** Where a definition came from, when not from this machine. */
export interface DefinitionOrigin {
  readonly url: string;
  /** Whether this buildx prints a target's context as it is built; before 0.32 a folder of the repository looked like one here. */
  readonly printsContexts: boolean;
  readonly variables: Environment['variables'];
}

/** A folder of a definition's repository, as a URL (buildx, bake/bake.go: remoteURLWithSubdir). */
function withFolder(url: string, folder: string): string {
  const inQuery = /^[^#]*[?&]subdir=([^&#]*)/.exec(url)?.[1];
  if (inQuery !== undefined && !url.includes('#')) {
    const joined = posix.join(inQuery, encodeURI(folder));
    return url.replace(/([?&]subdir=)[^&#]*/, (_, before: string) => `${before}${joined}`);
  }
  const [base = '', fragment = ''] = url.split(/#(.*)/s);
  const [ref = '', outer = ''] = fragment.split(/:(.*)/s);
  return `${base}#${ref}:${posix.join(outer, folder)}`;
}

/** A context of a definition in a repository. The repository itself is always printed as its URL, so that `.` is a folder here. */
function contextInRepository(written: string, { url, printsContexts }: DefinitionOrigin): string {
  const isHere = printsContexts || written === '.' || isRemoteUrl(written) || written.startsWith(workingFolder);
  return isHere ? written : withFolder(url, written);
}

/** A named context of one, which buildx prints as it is written (buildx, bake/bake.go: updateContext). */
function namedContextInRepository(value: string, { url }: DefinitionOrigin): string {
  if (value === '.') return url;
  const isElsewhere = /^(?:cwd:\/\/|target:|docker-image:)/.test(value) || isRemoteUrl(value);
  return isElsewhere ? value : withFolder(url, value);
}

function hostOf(url: string): string | null {
  const [, user, host] =
    /^[a-zA-Z0-9]+:\/\/(?:[^/?#]*@)?()([^/?#]+)/.exec(url) ?? /^([\w-]+)@([a-zA-Z0-9.-]+):/.exec(url) ?? [];
  return user === undefined ? null : (host?.toLowerCase() ?? null);
}

/** The credentials that buildx lends to contexts at the host of the definition (buildx, bake/gitauth.go). */
function gitSecrets(context: string, { url, variables }: DefinitionOrigin): NonNullable<PrintedTarget['secret']> {
  const host = hostOf(url);
  if (host === null || hostOf(context) !== host) return [];
  return ['GIT_AUTH_TOKEN', 'GIT_AUTH_HEADER'].flatMap((id) => {
    const env = Object.keys(variables).find((name) => name.toUpperCase() === `BUILDX_BAKE_${id}`);
    return env === undefined ? [] : [{ id: `${id}.${host}`, env }];
  });
}

function isSsh(url: string): boolean {
  return /^ssh:\/\//i.test(url) || (!/^[a-zA-Z0-9]+:\/\//.test(url) && /^[\w-]+@[a-zA-Z0-9.-]+:/.test(url));
}

/** One target of a definition in a git repository, as a definition on this machine has to say the same. */
function inRepository(target: PrintedTarget, origin: DefinitionOrigin): PrintedTarget {
  const context = contextInRepository(target.context ?? '.', origin);
  const contexts = Object.entries(target.contexts ?? {}).map(
    ([name, value]) => [name, namedContextInRepository(value, origin)] as const,
  );
  const secrets = [...(target.secret ?? []), ...gitSecrets(context, origin)];
  return {
    ...target,
    context,
    ...(contexts.length === 0 ? {} : { contexts: Object.fromEntries(contexts) }),
    ...(secrets.length === 0 ? {} : { secret: secrets }),
    ...(isSsh(origin.url) ? { ssh: [{ id: 'default' }] } : {}),
  };
}

/** One target of a definition at a URL: a file, or an archive, which nothing here tells apart. */
function atUrl(name: string, target: PrintedTarget): PrintedTarget {
  const { context } = target;
  const isFolder = (value: string): boolean =>
    !isRemoteUrl(value) && !/^(?:cwd:\/\/|target:|docker-image:|oci-layout:)/.test(value);
  const isUnclear = context === '' || (context !== '.' && isFolder(context ?? '.'));
  if (!isUnclear && !Object.values(target.contexts ?? {}).some(isFolder)) return target;
  throw new VerifyError(
    'bake.invalid',
    `bake target "${name}" takes a folder, and it is not known whether that lies beside the definition's URL or here`,
    { hint: 'download the definition, or take it from a git repository' },
  );
}

/**
 * A target of a definition that came from elsewhere, with its folders named so that a definition on this machine means the same ones.
 * @throws VerifyError `bake.invalid` where that is not known
 */
export function settleRemoteTarget(name: string, target: PrintedTarget, origin: DefinitionOrigin): PrintedTarget {
  return parseRemoteContext(origin.url).kind === 'git' ? inRepository(target, origin) : atUrl(name, target);
}
