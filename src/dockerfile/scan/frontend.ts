import { type CanonicalName, canonicalName, type Place, type Platform, parseReference } from '../../model/index.ts';
import { type BuildArguments, buildArgument } from '../stage/global-arguments.ts';
import type { NamedContext, NamedContexts } from '../stage/named-contexts.ts';
import { detectSyntax } from '../text/directives.ts';
import { buildkitMinor } from '../text/frontend-release.ts';
import { invalidDockerfile, placed } from '../text/invalid-dockerfile.ts';
import { trim } from '../text/whitespace.ts';

/** The program that reads the Dockerfile, where it is an image. */
export interface Frontend {
  /** Null where a context that is no image stands in for it. */
  readonly name: CanonicalName | null;
  readonly written: string;
  /** The named context that stands in for it, null for none. */
  readonly context: NamedContext | null;
  /** Whether it is not known what it makes of the file: it is not one of Docker's own, or the file is no Dockerfile. */
  readonly custom: boolean;
  /** Of the directive; null where the command line names the frontend. */
  readonly line: number | null;
  readonly place: Required<Place> | null;
}

// What BUILDKIT_SYNTAX names the frontend by that is built into BuildKit; in a directive, and for a BuildKit before 0.30, it is an image.
const builtIn = 'dockerfile.v0';
const firstWithBuiltIn = 30;
const official: ReadonlySet<string> = new Set(['docker/dockerfile', 'docker/dockerfile-upstream']);

function meansBuiltIn(image: string, buildkit: string | null): boolean {
  const isOlder = buildkitMinor(buildkit) < firstWithBuiltIn;
  return image === builtIn && !isOlder;
}

/** What says of a build which frontend reads its Dockerfile, besides the Dockerfile. */
export interface FrontendChoice {
  readonly given: BuildArguments;
  readonly contexts: NamedContexts;
  readonly machine: Platform;
  /** The version of the builder; null where it is not known, and taken for a new one. */
  readonly buildkit: string | null;
}

/**
 * The frontend image that a build asks for, by `BUILDKIT_SYNTAX` or else by the directive; null for the one built in.
 * @throws VerifyError `dockerfile.invalid` where it is no reference
 */
export function findFrontend(
  text: string,
  file: string,
  { given, contexts, machine, buildkit }: FrontendChoice,
): Frontend | null {
  const option = buildArgument(given, 'BUILDKIT_SYNTAX');
  if (option !== null) {
    const [image = ''] = trim(option).split(' ', 1);
    if (image === '') throw invalidDockerfile('BUILDKIT_SYNTAX names no frontend', { file });
    return meansBuiltIn(image, buildkit) ? null : readFrontend(image, null, contexts, machine);
  }
  const syntax = detectSyntax(text);
  if (syntax === null) return null;
  const place = { file, line: syntax.line, column: syntax.column };
  const frontend = placed(place, () => readFrontend(syntax.image, place, contexts, machine));
  return syntax.foreign ? { ...frontend, custom: true } : frontend;
}

function readFrontend(
  written: string,
  place: Required<Place> | null,
  contexts: NamedContexts,
  machine: Platform,
): Frontend {
  const reference = parseReference(written);
  const context = contexts.find(written, machine);
  const common = { place, line: place?.line ?? null };
  if (context?.source.kind === 'image') {
    const { image, written: replacement } = context.source;
    const custom = !isOfficial(image);
    return { ...common, name: image, written: replacement, context, custom };
  }
  if (context !== null) return { ...common, name: null, written, context, custom: true };
  const name = canonicalName(reference);
  return { ...common, name, written, context: null, custom: !isOfficial(name) };
}

function isOfficial(name: CanonicalName): boolean {
  const { registry, repository } = parseReference(name);
  return registry === 'docker.io' && official.has(repository);
}
