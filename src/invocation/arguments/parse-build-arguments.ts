import type { BuildInvocation, BuildTarget, Environment } from '../../model/index.ts';
import { buildOptions } from '../options/build-options.ts';
import { optionTable } from '../options/option-table.ts';
import { OptionValues } from '../options/option-values.ts';
import { scanArguments } from '../options/scan-arguments.ts';
import { parseBuildArgumentValues, parseNamedContexts } from '../values/build-arguments.ts';
import { locateDockerfile, parseContext } from '../values/build-context.ts';
import { builderName } from '../values/builder-name.ts';
import { parseCacheImports } from '../values/cache-imports.ts';
import { findPath } from '../values/find-path.ts';
import { secretIds, sshIds } from '../values/granted-ids.ts';
import { type OutputOptions, readOutputOptions } from '../values/output-options.ts';
import { splitPlatforms } from '../values/platforms.ts';
import { labelsIn, runSettings } from '../values/run-settings.ts';
import { generatorOf, parseAttestations } from '../values/sbom-generator.ts';

/** A `docker build` command line, read. */
export interface ParsedBuild extends OutputOptions {
  readonly invocation: BuildInvocation;
  /** Everything for buildx, as given and in order. */
  readonly args: readonly string[];
  /** PATH, URL or `-`, as written. */
  readonly contextWritten: string;
  /** What standard input carries: the context may turn out to be a Dockerfile. */
  readonly stdin: 'none' | 'context' | 'dockerfile';
  readonly iidFile: string | null;
  readonly tags: readonly string[];
  /** Values of buildx's own `--policy`. */
  readonly buildxPolicies: readonly string[];
  readonly noCache: boolean;
}

const table = optionTable(buildOptions);

function parseTarget(written: string, values: OptionValues, environment: Environment): BuildTarget {
  const context = parseContext(written, environment.workingDirectory, 'usage.invalid');
  const given = values.all('platform');
  const preset = environment.variables['DOCKER_DEFAULT_PLATFORM'] ?? '';
  const buildArguments = parseBuildArgumentValues(values.all('build-arg'), environment);
  return {
    name: 'default',
    context,
    dockerfile: locateDockerfile(values.last('file'), { parsed: context, written }, environment.workingDirectory),
    stage: values.last('target'),
    platforms: splitPlatforms(given.length > 0 ? given : [preset], environment),
    buildArguments,
    namedContexts: parseNamedContexts(values.all('build-context')),
    cacheImports: parseCacheImports(values.all('cache-from')),
    tags: values.all('tag'),
    secrets: secretIds(values.all('secret')),
    ssh: sshIds(values.all('ssh')),
    ...runSettings(labelsIn(values.all('label')), values.last('network'), values.all('add-host')),
    sbomGenerator: generatorOf(parseAttestations(values.all('attest'), values.last('sbom')), buildArguments),
  };
}

/**
 * Reads the arguments of `docker buildx build`, ours already taken out, as buildx 0.29 to 0.36 reads them. Looks at the disk only to
 * tell folders from URLs and to find a lower-case `dockerfile`.
 * @throws VerifyError `usage.invalid`
 */
export function parseBuildArguments(rest: readonly string[], environment: Environment): ParsedBuild {
  const tokens = scanArguments(rest, table);
  const values = new OptionValues(tokens);
  const contextWritten = findPath(tokens);
  const target = parseTarget(contextWritten, values, environment);
  return {
    ...readOutputOptions(values, environment, ['call', 'check', 'print']),
    invocation: { verb: 'build', targets: [target], builder: builderName(values, environment) },
    args: rest,
    contextWritten,
    stdin: target.context.kind === 'stdin' ? 'context' : target.dockerfile.kind === 'stdin' ? 'dockerfile' : 'none',
    iidFile: values.last('iidfile'),
    tags: values.all('tag'),
    buildxPolicies: values.all('policy'),
    noCache: values.isOn('no-cache'),
  };
}
