import { isAbsolute, join, resolve } from 'node:path';
import {
  type BuildContext,
  type BuildInvocation,
  type BuildTarget,
  type CacheImport,
  type DockerfileSource,
  type Environment,
  isRemoteUrl,
  type NamedContextOption,
  VerifyError,
} from '../../model/index.ts';
import { locateDockerfile, parseContext } from '../values/build-context.ts';
import { cacheImport, parseCacheImports } from '../values/cache-imports.ts';
import { secretIds, sshIds } from '../values/granted-ids.ts';
import { outputPushes, pushes } from '../values/output-options.ts';
import { splitPlatforms } from '../values/platforms.ts';
import { runSettings } from '../values/run-settings.ts';
import { type AttestationRequest, generatorOf, parseAttestations } from '../values/sbom-generator.ts';
import type { BakeDefinition } from './bake-definition.ts';
import { workingFolder } from './bake-folders.ts';
import type { PrintedAttributes, PrintedTarget } from './printed-bake.ts';

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

/** A target's context. */
function contextOf(name: string, written: string, environment: Environment): BuildContext {
  refuseStandardInput(name, written);
  return parseContext(onThisMachine(written), environment.workingDirectory, 'context.invalid');
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

/** A named context, which buildx finds by its name as it is, and whose value it cleans after `cwd://` alone. */
function namedContext([name, value]: readonly [string, string]): NamedContextOption {
  const isHere = value.startsWith(workingFolder);
  return { name, key: name, value: isHere ? join(value.slice(workingFolder.length) || '.') : value };
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

function idsOf(
  entries: readonly (string | { readonly id?: string | undefined })[],
  read: (values: readonly string[]) => readonly string[],
): readonly string[] {
  return entries.flatMap((entry) =>
    typeof entry === 'string' ? read([entry]) : entry.id === undefined ? [] : [entry.id],
  );
}

function textsOf(members: PrintedTarget['labels']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(members ?? {}).flatMap(([name, text]) => (text === null ? [] : [[name, text]])),
  );
}

function hostsOf(members: PrintedTarget['extra-hosts']): readonly string[] {
  return Object.entries(textsOf(members)).map(([name, address]) => `${name}:${address}`);
}

function targetOf(name: string, target: PrintedTarget, environment: Environment): BuildTarget {
  const written = target.context ?? '.';
  const context = contextOf(name, written, environment);
  refuseStandardInput(name, target.dockerfile ?? '');
  const buildArguments = target.args ?? {};
  return {
    name,
    context,
    dockerfile: dockerfileOf(target, { parsed: context, written }, environment),
    stage: target.target === '' ? null : (target.target ?? null),
    tags: target.tags ?? [],
    secrets: idsOf(target.secret ?? [], secretIds),
    ssh: idsOf(target.ssh ?? [], sshIds),
    ...runSettings(textsOf(target.labels), target.network ?? null, hostsOf(target['extra-hosts'])),
    platforms: splitPlatforms(target.platforms ?? [], environment),
    buildArguments,
    namedContexts: Object.entries(target.contexts ?? {}).map(namedContext),
    cacheImports: (target['cache-from'] ?? []).flatMap(cacheImportOf),
    sbomGenerator: generatorOf((target.attest ?? []).flatMap(attestationOf), buildArguments),
  };
}

/**
 * What a bake builds.
 * @throws VerifyError `bake.invalid`, `context.invalid`, `usage.invalid`
 */
export function bakeInvocation(
  { targets }: BakeDefinition,
  builder: string | null,
  environment: Environment,
): BuildInvocation {
  return { verb: 'bake', targets: targets.map(([name, target]) => targetOf(name, target, environment)), builder };
}

/** What one target of a bake leaves behind. */
export interface BakeProduct {
  readonly target: string;
  readonly tags: readonly string[];
  readonly push: boolean;
  /** The method that runs in place of a build, null for a build. */
  readonly call: string | null;
}

/** Where the results of a bake go, by target. */
export function bakeProducts({ targets }: BakeDefinition): readonly BakeProduct[] {
  return targets.map(([name, target]) => ({
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
