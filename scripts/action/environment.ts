import type { Variables } from './inputs.ts';

/** Never for a program that evaluates files of a repository: bake and compose files can put any variable into the name of an image. */
const ofTheRunner = /^(?:INPUT_.*|ACTIONS_.*|GITHUB_TOKEN|GH_TOKEN|GITHUB_(?:OUTPUT|ENV|PATH|STATE|STEP_SUMMARY))$/i;

/** What a check needs of the environment, and may be read by files of people who cannot write to the repository. */
const harmless =
  /^(?:PATH|PATHEXT|HOME|USERPROFILE|SYSTEMROOT|WINDIR|COMSPEC|PROGRAMDATA|PROGRAMFILES|LOCALAPPDATA|APPDATA|TEMP|TMP|TMPDIR|LANG|LC_.*|TZ|CI|XDG_.*|DOCKER_(?!VERIFY_BREAK).*|BUILDX_.*|BUILDKIT_.*|(?:HTTPS?|NO|ALL)_PROXY|SSL_CERT_(?:FILE|DIR)|GITHUB_(?:ACTIONS|WORKSPACE)|RUNNER_(?:TEMP|OS))$/i;

/** What a check needs of the environment and no more. */
export function environmentFor(variables: Variables, options: { readonly isUntrusted: boolean }): NodeJS.ProcessEnv {
  const entries = Object.entries(variables).filter(([name]) =>
    options.isUntrusted ? harmless.test(name) : !ofTheRunner.test(name),
  );
  return Object.fromEntries(entries);
}
