import { type Environment, parseGoBoolean, VerifyError } from '../../model/index.ts';

/** The builder that a build will go to. */
export interface BuilderChoice {
  /** Null: the one that `docker buildx use` chose, which only buildx knows. */
  readonly name: string | null;
  /** What `BUILDX_BUILDER` must be set to for that; null leaves it alone. */
  readonly variable: string | null;
}

/**
 * Chooses as Docker's CLI does for `docker build` without an alias: `--builder`, `BUILDX_BUILDER`, else the builder of
 * the current context, which Docker does not say itself where an alias is set (docker/cli, cmd/docker/builder.go:
 * processBuilder). With `intercepted`, for `docker buildx build` that reached us in buildx's place, nothing is imposed.
 */
export function chooseBuilder(
  environment: Environment,
  option: string | null,
  context: string,
  intercepted: boolean,
): BuilderChoice {
  if (option !== null && option !== '') return { name: option, variable: null };
  const variable = environment.variables['BUILDX_BUILDER'] ?? '';
  if (variable !== '') return { name: variable, variable: null };
  return intercepted ? { name: null, variable: null } : { name: context, variable: context };
}

/** What DOCKER_BUILDKIT asks for: BuildKit, not BuildKit, nothing where it is unset or empty, or what Docker cannot read. */
export function buildkitAsked({ variables }: Environment): 'buildkit' | 'legacy' | 'nothing' | 'unreadable' {
  const value = variables['DOCKER_BUILDKIT'] ?? '';
  if (value === '') return 'nothing';
  const enabled = parseGoBoolean(value);
  if (enabled === null) return 'unreadable';
  return enabled ? 'buildkit' : 'legacy';
}

/**
 * Refuses `DOCKER_BUILDKIT=0`, which asks for the builder that knows no source policy.
 * @throws VerifyError `builder.unenforceable`, `usage.invalid` for a value that Docker refuses too
 */
export function refuseLegacyBuilder(environment: Environment): void {
  const asked = buildkitAsked(environment);
  if (asked === 'unreadable') {
    const value = environment.variables['DOCKER_BUILDKIT'];
    throw new VerifyError('usage.invalid', `DOCKER_BUILDKIT is "${value}", and must be true or false`);
  }
  if (asked !== 'legacy') return;
  throw new VerifyError(
    'builder.unenforceable',
    'DOCKER_BUILDKIT=0 asks for the legacy builder, which enforces no source policy',
    {
      hint: 'unset DOCKER_BUILDKIT',
    },
  );
}
