import { type CanonicalName, parseReference } from '../../model/index.ts';

/** What is known of the program that reads the Dockerfile. */
export interface FrontendRelease {
  /** Whether it may have flags that are not in our table, which are then passed over. */
  readonly anyFlags: boolean;
  /** The `x` of its version 1.x; null where it is the newest, or not known. */
  readonly minor: number | null;
  /** Whether it is of the labs channel, or may be. */
  readonly labs: boolean;
}

/** Nothing is known: no flag is taken for one that it lacks. */
export const anyRelease: FrontendRelease = { anyFlags: false, minor: null, labs: true };

/** Nor is it known whether it has flags that are not in our table. */
export const anyFrontend: FrontendRelease = { ...anyRelease, anyFlags: true };

/**
 * Since which version 1.x Docker's frontend has a flag, in its labs channel and in its stable one (moby/buildkit, release notes of
 * dockerfile/1.7.0-labs, 1.14.0-labs, 1.19.0, 1.20.0 and 1.27.0). Before 1.7 the labs channel held one flag alone.
 */
const since: Readonly<Record<string, { readonly labs: number; readonly stable: number }>> = {
  'copy --parents': { labs: 7, stable: 20 },
  'copy --exclude': { labs: 7, stable: 19 },
  'add --exclude': { labs: 7, stable: 19 },
  'run --security': { labs: 0, stable: 20 },
};
const devices = { labs: 14, stable: 27 };
/** The frontend in BuildKit 0.26 is that of dockerfile/1.20, and so on. */
const behind = 6;

function has(release: FrontendRelease, { labs, stable }: { readonly labs: number; readonly stable: number }): boolean {
  return release.minor === null || release.minor >= (release.labs ? labs : stable);
}

/** Whether this frontend is known to be without a flag that others have. */
export function lacksFlag(release: FrontendRelease, command: string, name: string): boolean {
  const known = since[`${command} --${name}`];
  return known !== undefined && !has(release, known);
}

/** Where a flag is found that a frontend lacks; null for one that none is known to lack. */
export function cureOfLack(command: string, name: string): string | null {
  const known = since[`${command} --${name}`];
  if (known === undefined) return null;
  const { stable } = known;
  return `--${name} came with # syntax=docker/dockerfile:1.${stable}, which is the frontend of BuildKit 0.${stable + behind}: name it in the first line, or update the builder`;
}

/** Whether it lacks `RUN --device`, which it knows before it does anything with it: it says so only of a stage that is built. */
export function lacksDevices(release: FrontendRelease): boolean {
  return !has(release, devices);
}

/** The newest BuildKit whose version an engine names exactly; of newer ones it is only known that they are not older. */
const newestOfEngines = 32;

/** The 26 of BuildKit 0.26.2; not a number where it is not known. */
export function buildkitMinor(buildkit: string | null): number {
  return Number(/^v?0\.([1-9]\d{0,3})(?:\.|$)/.exec(buildkit ?? '')?.[1] ?? Number.NaN);
}

function builtInRelease(buildkit: string | null): FrontendRelease {
  const minor = buildkitMinor(buildkit);
  const isKnown = minor > behind && minor < newestOfEngines;
  return isKnown ? { anyFlags: false, minor: minor - behind, labs: false } : anyRelease;
}

/** A frontend that the Dockerfile or the command line asks for; its name is null where a context that is no image stands in for it. */
interface NamedFrontend {
  readonly name: CanonicalName | null;
}

/**
 * What the name of a frontend tells of it: a tag `1.20` or `1-labs`, and nothing next to a digest.
 * @param buildkit the version of the builder, whose own frontend reads what names none; null where it is not known
 */
export function releaseOf(frontend: NamedFrontend | null, buildkit: string | null): FrontendRelease {
  if (frontend === null) return builtInRelease(buildkit);
  if (frontend.name === null) return anyFrontend;
  const { tag, digest } = parseReference(frontend.name);
  const version = digest === null ? /^1\.(\d{1,4})(?:\.\d+)?(?:-rc\d+)?(-labs)?$/.exec(tag ?? '') : null;
  if (version === null) return anyFrontend;
  return { anyFlags: true, minor: Number(version[1]), labs: version[2] !== undefined };
}
