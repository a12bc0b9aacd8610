import { isAbsolute, join, posix, resolve } from 'node:path';
import {
  type BuildContext,
  type BuildInvocation,
  type BuildTarget,
  type CacheImport,
  type DockerfileSource,
  type Environment,
  VerifyError,
} from '../model/index.ts';
import { isRemoteUrl, locateDockerfile, parseContext, parseRemoteContext } from './build-context.ts';
import { cacheImport, parseCacheImports } from './cache-imports.ts';
import { outputPushes, pushes } from './output-wishes.ts';
import type { ParsedBake } from './parse-bake-arguments.ts';
import { splitPlatforms } from './platforms.ts';
import { type PrintedAttributes, type PrintedTarget, readPrintedBake } from './printed-bake.ts';
import { type AttestationRequest, generatorOf, parseAttestations } from './sbom-generator.ts';

const workingFolder = 'cwd://';

function refuseStandardInput(name: string, written: string): void {
  if (written !== '-') return;
  throw new VerifyError('bake.invalid', `bake target "${name}" wants its context or Dockerfile from standard input`, {
    hint: 'name a folder or a file',
  });
}

/** `cwd://` is how a remote definition names folders of this machine. */
function onThisMachine(written: string): string {
  return written.startsWith(workingFolder) ? written.slice(workingFolder.length) || '.' : written;
}

const elsewhere = /^(?:target:|service:|docker-image:|oci-layout:)/;

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

/** The folder that `written` names where the definition lies in a repository: there, whatever folder here has that name. Else null. */
function repositoryFolder(written: string, { definitionUrl }: ParsedBake): string | null {
  const isFolder = !isRemoteUrl(written) && !elsewhere.test(written) && !written.startsWith(workingFolder);
  const isRepository = definitionUrl !== null && parseRemoteContext(definitionUrl).kind === 'git';
  return isRepository && isFolder ? withFolder(definitionUrl, written) : null;
}

/** A target's context. */
function contextOf(name: string, written: string, parsed: ParsedBake, environment: Environment): BuildContext {
  refuseStandardInput(name, written);
  const within = repositoryFolder(written, parsed);
  if (within !== null) return parseRemoteContext(within);
  if (parsed.definitionUrl !== null && isRemoteUrl(written)) return parseRemoteContext(written);
  return parseContext(onThisMachine(written), environment.workingDirectory);
}

function dockerfileOf(
  target: PrintedTarget,
  context: { readonly parsed: BuildContext; readonly written: string },
  environment: Environment,
): DockerfileSource {
  const inline = target['dockerfile-inline'] ?? '';
  if (inline !== '') return { kind: 'inline', text: inline };
  const file = target.dockerfile ?? 'Dockerfile';
  if (file.startsWith(workingFolder)) {
    const path = resolve(environment.workingDirectory, file.slice(workingFolder.length));
    return locateDockerfile(path, context, environment.workingDirectory);
  }
  const here = { ...context, written: onThisMachine(context.written) };
  const isBeside = context.parsed.kind === 'folder' && !isAbsolute(file) && !isRemoteUrl(file);
  return locateDockerfile(isBeside ? join(here.written, file) : file, here, environment.workingDirectory);
}

/** A named context's value as it is built: folders of a remote definition lie in its repository. */
function namedContext(value: string, definitionUrl: string | null): string {
  if (value.startsWith(workingFolder)) return join(value.slice(workingFolder.length) || '.');
  const isElsewhere = isRemoteUrl(value) || elsewhere.test(value);
  return definitionUrl === null || isElsewhere ? value : definitionUrl;
}

function cacheImportOf(printed: PrintedAttributes): readonly CacheImport[] {
  if (typeof printed === 'string') return parseCacheImports([printed]);
  const { type = '', ...others } = printed;
  return [
    cacheImport(
      String(type),
      Object.entries(others).map(([key, value]) => [key, String(value)] as const),
    ),
  ];
}

function attestationOf(printed: PrintedAttributes): readonly AttestationRequest[] {
  if (typeof printed === 'string') return parseAttestations([printed], null);
  const { type = '', disabled = false, ...others } = printed;
  const attributes = Object.fromEntries(Object.entries(others).map(([key, value]) => [key, String(value)]));
  return [{ type: String(type), disabled: disabled === true || disabled === 'true', attributes }];
}

function targetOf(name: string, target: PrintedTarget, parsed: ParsedBake, environment: Environment): BuildTarget {
  const written = target.context ?? '.';
  const context = contextOf(name, written, parsed, environment);
  refuseStandardInput(name, target.dockerfile ?? '');
  const buildArguments = target.args ?? {};
  const contexts = Object.entries(target.contexts ?? {});
  return {
    name,
    context,
    dockerfile: dockerfileOf(target, { parsed: context, written }, environment),
    stage: target.target === '' ? null : (target.target ?? null),
    platforms: splitPlatforms(target.platforms ?? [], environment),
    buildArguments,
    namedContexts: contexts.map(([name, value]) => ({
      name,
      key: name,
      value: namedContext(value, parsed.definitionUrl),
    })),
    cacheImports: (target['cache-from'] ?? []).flatMap(cacheImportOf),
    sbomGenerator: generatorOf((target.attest ?? []).flatMap(attestationOf), buildArguments),
  };
}

/**
 * What a bake builds: `printed` is the JSON that `buildx bake` answered to `parsed.printArguments`.
 * @throws VerifyError `bake.invalid`, `context.invalid`, `usage.invalid`
 */
export function bakeInvocation(printed: unknown, parsed: ParsedBake, environment: Environment): BuildInvocation {
  const targets = readPrintedBake(printed).map(([name, target]) => targetOf(name, target, parsed, environment));
  return { verb: 'bake', targets, builder: parsed.builder };
}

/** What one target of a bake leaves behind. */
export interface BakeProduct {
  readonly target: string;
  readonly tags: readonly string[];
  readonly push: boolean;
  /** The method that runs in place of a build, null for a build. */
  readonly call: string | null;
}

/**
 * Where the results of a bake go, by target.
 * @throws VerifyError `bake.invalid`
 */
export function bakeProducts(printed: unknown): readonly BakeProduct[] {
  return readPrintedBake(printed).map(([name, target]) => ({
    target: name,
    tags: target.tags ?? [],
    push: (target.output ?? []).some((output) =>
      typeof output === 'string'
        ? outputPushes(output)
        : pushes(Object.fromEntries(Object.entries(output).map(([key, value]) => [key, String(value)]))),
    ),
    call: target.call === '' || target.call === 'build' ? null : (target.call ?? null),
  }));
}
