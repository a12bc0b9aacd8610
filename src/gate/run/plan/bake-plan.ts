import { isDeepStrictEqual } from 'node:util';
import {
  askBuildx,
  type BuildxAnswer,
  chooseBuilder,
  createPrivateFolder,
  isAtLeast,
  type Programs,
  readUserPolicy,
  resolveDockerContext,
} from '../../../builder/index.ts';
import {
  type BakeDefinition,
  bakeInvocation,
  bakeProducts,
  type DefinitionOrigin,
  evaluatedDefinition,
  grantedBySet,
  type ParsedBake,
  parseBakeArguments,
  renderDefinition,
} from '../../../invocation/index.ts';
import { type BuildTarget, type Environment, parseBoundedJson, VerifyError } from '../../../model/index.ts';
import { withoutHeldPolicies } from './bake-policies.ts';
import type { BuildPlan } from './build-plan.ts';
import type { BuildRequest } from './build-request.ts';
import { missingDefinition } from './missing-definition.ts';

type Variables = Readonly<Record<string, string | undefined>>;

function lastWords(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const lastError = lines.findLast((line) => line.startsWith('ERROR: '))?.slice('ERROR: '.length) ?? lines.at(-1);
  return lastError ?? 'it says nothing more';
}

function readPrinted({ status, stdout, stderr }: BuildxAnswer): unknown {
  const hint = 'see what `docker buildx bake --print` says';
  if (status !== 0) {
    const said = lastWords(stderr);
    const isTarget = said.startsWith('failed to find target');
    throw new VerifyError('bake.invalid', `buildx cannot read the bake definition: ${said}`, {
      hint: isTarget ? 'docker buildx bake --list targets says which there are' : hint,
    });
  }
  try {
    return parseBoundedJson(stdout);
  } catch (cause) {
    const found = stdout.slice(0, 80);
    throw new VerifyError('bake.invalid', `what buildx prints of the bake definition is no JSON: ${found}`, {
      hint,
      cause,
    });
  }
}

/** What a bake definition is read with. */
export type BakeSource = Pick<BuildRequest, 'session' | 'input' | 'intercepted'>;

/** What a definition sees of the environment: all that plain `docker bake` would show it, where our own questions show less. */
async function variablesOf({ session, intercepted }: BakeSource, parsed: ParsedBake): Promise<Variables> {
  const { environment } = session;
  const { context } = await resolveDockerContext(environment);
  const { variable } = chooseBuilder(environment, parsed.builder, context, intercepted);
  return { ...environment.variables, ...(variable === null ? {} : { BUILDX_BUILDER: variable }) };
}

/** What keeps buildx from reading the evaluated definition otherwise than it stands, or from allowing less than for the one given. */
function buildVariables({ definitionUrl }: ParsedBake, { variables }: Environment): Readonly<Record<string, string>> {
  const isOpen = definitionUrl !== null && /^(?:1|t|true)$/i.test(variables['BAKE_ALLOW_REMOTE_FS_ACCESS'] ?? '');
  return {
    BUILDX_BAKE_FILE_RELATIVE_PATHS: 'false',
    ...(isOpen && variables['BUILDX_BAKE_ENTITLEMENTS_FS'] === undefined ? { BUILDX_BAKE_ENTITLEMENTS_FS: '0' } : {}),
  };
}

async function originOf(
  parsed: ParsedBake,
  environment: Environment,
  programs: Programs,
): Promise<DefinitionOrigin | null> {
  const { definitionUrl: url } = parsed;
  if (url === null) return null;
  const version = (await askBuildx(programs, environment, ['version'])).stdout.split(' ')[1] ?? '';
  return { url, printsContexts: isAtLeast(version, 0, 32) ?? true, variables: environment.variables };
}

/** Where two definitions differ first, for a message. */
function differenceOf(given: BakeDefinition, read: BakeDefinition): string | null {
  const found = new Map(read.targets);
  if (!isDeepStrictEqual(given.group, read.group)) return 'its groups';
  for (const [name, target] of given.targets) {
    const other = found.get(name);
    if (other === undefined) return `target "${name}"`;
    const fields = [...new Set([...Object.keys(target), ...Object.keys(other)])];
    const field = fields.find((key) => !isDeepStrictEqual(target[key], other[key]));
    if (field !== undefined) return `"${field}" of target "${name}"`;
  }
  return found.size === given.targets.length ? null : 'its targets';
}

interface Evaluated {
  readonly definition: BakeDefinition;
  readonly text: string;
  readonly args: readonly string[];
}

/**
 * Makes sure that buildx reads from the evaluated definition what was read from the one given: what is judged is then what is built.
 * @throws VerifyError `bake.invalid`
 */
async function refuseMisread(
  { definition, text, args }: Evaluated,
  variables: Variables,
  environment: Environment,
  programs: Programs,
): Promise<void> {
  const folder = createPrivateFolder(environment);
  try {
    const file = folder.write('docker-bake.json', text);
    // what buildx may add to a definition for its own policies is in this one already
    const others = args.filter((word) => !word.startsWith('--policy='));
    const command = ['bake', '--print', '--progress=quiet', '--file', file, ...others];
    const answer = await askBuildx(programs, environment, command, { variables });
    const difference = differenceOf(definition, evaluatedDefinition(readPrinted(answer), null));
    if (difference === null) return;
    throw new VerifyError('bake.invalid', `buildx reads ${difference} otherwise than it printed it`, {
      hint: 'update docker-buildx, or report which part of the definition it is',
    });
  } finally {
    folder.remove();
  }
}

interface ReadBake {
  readonly definition: BakeDefinition;
  /** The variables that it saw. */
  readonly seen: Variables;
}

/** Has buildx evaluate a definition. */
async function readDefinition(parsed: ParsedBake, source: BakeSource, programs: Programs): Promise<ReadBake> {
  const { environment } = source.session;
  const kept = parsed.stdin === 'none' ? null : await source.input.kept();
  const [seen, origin] = await Promise.all([
    variablesOf(source, parsed),
    originOf(parsed, environment, programs),
    readUserPolicy(environment), // buildx reads it too, and says less of what is wrong with it
  ]);
  const stdin = kept === null ? {} : { stdin: (await kept.head(kept.size)).toString('utf8') };
  const command = ['bake', ...parsed.printArguments];
  const answer = await askBuildx(programs, environment, command, { variables: seen, ...stdin });
  const missing = answer.status === 0 ? null : missingDefinition(parsed, environment.workingDirectory);
  if (missing !== null) throw missing;
  return { definition: evaluatedDefinition(readPrinted(answer), origin), seen };
}

/**
 * The targets of a bake definition, for commands that build nothing.
 * @throws VerifyError `usage.invalid`, `bake.invalid`, `builder.unavailable`, `config.invalid`
 */
export async function bakeTargets(
  args: readonly string[],
  source: BakeSource,
  programs: Programs,
): Promise<readonly BuildTarget[]> {
  const { environment } = source.session;
  const parsed = parseBakeArguments(args, environment);
  const { definition } = await readDefinition(parsed, source, programs);
  return bakeInvocation(definition, parsed.builder, environment).targets;
}

/**
 * Reads a `docker bake` command line and has buildx evaluate its definition, once: in the environment that plain `docker bake` would
 * have, and for the build as well (invariant 11). Null where nothing is built (`--print`, `--list`).
 * @throws VerifyError `usage.invalid`, `bake.invalid`, `builder.unavailable`, `config.invalid`
 */
export async function planBake(
  args: readonly string[],
  request: BuildRequest,
  programs: Programs,
): Promise<BuildPlan | null> {
  const { environment } = request.session;
  const parsed = parseBakeArguments(args, environment);
  if (parsed.isListing) return null;
  const { definition, seen } = await readDefinition(parsed, request, programs);
  const { targets } = bakeInvocation(definition, parsed.builder, environment);
  const products = bakeProducts(definition);
  const granted = grantedBySet(parsed.overrides, definition).map((grant) => `--allow=${grant}`);
  const buildArguments = withoutHeldPolicies(parsed.buildArguments, definition);
  const evaluated = { definition, text: renderDefinition(definition), args: [...granted, ...buildArguments] };
  const variables = buildVariables(parsed, environment);
  const settled = refuseMisread(evaluated, { ...seen, ...variables }, environment, programs);
  settled.catch(() => undefined); // an error about an image is reported first
  const callOrCheck =
    parsed.callOrCheck ?? (products.every(({ call }) => call !== null) ? products[0]?.call : null) ?? null;
  return {
    verb: 'bake',
    args: evaluated.args,
    definition: evaluated.text,
    variables,
    settled,
    targets,
    builder: parsed.builder,
    metadataFile: parsed.metadataFile,
    callOrCheck,
    pushed: parsed.push || products.some(({ push }) => push) ? products.flatMap(({ tags }) => tags) : null,
    stdin: 'inherit',
  };
}
