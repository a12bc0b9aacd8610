import {
  askBuildx,
  chooseBuilder,
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
import type { BuildTarget, Environment } from '../../../model/index.ts';
import { withoutHeldPolicies } from './bake-policies.ts';
import type { BuildPlan } from './build-plan.ts';
import type { BuildRequest } from './build-request.ts';
import { missingDefinition } from './missing-definition.ts';
import { readPrinted } from './printed-definition.ts';
import { refuseMisread, type Variables } from './read-back.ts';

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

interface ReadBake {
  readonly definition: BakeDefinition;
  /** The variables that it saw. */
  readonly seen: Variables;
}

/**
 * Has buildx evaluate a definition.
 * @param meanwhile called once buildx works on it, which takes it a tenth of a second and more
 */
async function readDefinition(
  parsed: ParsedBake,
  source: BakeSource,
  programs: Programs,
  meanwhile?: () => void,
): Promise<ReadBake> {
  const { environment } = source.session;
  const kept = parsed.stdin === 'none' ? null : await source.input.kept();
  const [seen, origin] = await Promise.all([
    variablesOf(source, parsed),
    originOf(parsed, environment, programs),
    readUserPolicy(environment), // buildx reads it too, and says less of what is wrong with it
  ]);
  const stdin = kept === null ? {} : { stdin: (await kept.head(kept.size)).toString('utf8') };
  const command = ['bake', ...parsed.printArguments];
  const asked = askBuildx(programs, environment, command, { variables: seen, ...stdin });
  meanwhile?.();
  const answer = await asked;
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
 * @param meanwhile called where something is built, once buildx works on the definition
 * @throws VerifyError `usage.invalid`, `bake.invalid`, `builder.unavailable`, `config.invalid`
 */
export async function planBake(
  args: readonly string[],
  request: BuildRequest,
  programs: Programs,
  meanwhile?: () => void,
): Promise<BuildPlan | null> {
  const { environment } = request.session;
  const parsed = parseBakeArguments(args, environment);
  if (parsed.isListing) return null;
  const { definition, seen } = await readDefinition(parsed, request, programs, meanwhile);
  const { targets } = bakeInvocation(definition, parsed.builder, environment);
  const products = bakeProducts(definition);
  const granted = grantedBySet(parsed.overrides, definition).map((grant) => `--allow=${grant}`);
  const buildArguments = withoutHeldPolicies(parsed.buildArguments, definition);
  const evaluated = { definition, text: renderDefinition(definition), args: [...granted, ...buildArguments] };
  const variables = buildVariables(parsed, environment);
  const settled = refuseMisread(evaluated, { ...seen, ...variables }, request.session, programs);
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
