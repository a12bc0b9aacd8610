import { join } from 'node:path';
import { askBuildx, type Programs } from '../../../builder/index.ts';
import { foundDefinitionArguments, parseBuildArguments } from '../../../invocation/index.ts';
import { type BuildTarget, namedFrom, recordsOf, tryParseJson, type VerifyError } from '../../../model/index.ts';
import type { BuildFile } from '../../scan/find-build-files.ts';
import type { Session } from '../../session/session.ts';
import type { StandardInput } from '../../session/standard-input.ts';
import { bakeTargets } from './bake-plan.ts';

/** What the files of a survey are read with. */
export interface SurveySource {
  readonly session: Session;
  readonly input: StandardInput;
  /** The command line without its path. */
  readonly args: readonly string[];
  /** docker and buildx, which bake and compose files need. */
  readonly programs: () => Promise<Programs>;
}

/** A path as the user would name it. */
export function pathForPeople({ environment }: Session, path: string): string {
  return namedFrom(environment.workingDirectory, path);
}

/** The names of a build's files, for people. */
export function nameOfFile(session: Session, { paths }: BuildFile): string {
  return paths.map((path) => pathForPeople(session, path)).join(' + ');
}

/**
 * What a bake file is meant to build: its groups and `default`. A target that stands in none may be there for others to inherit from;
 * where there is no group at all, or `every` one is asked for, each is taken. Empty where buildx does not list them: it then says what is wrong, or builds the default.
 */
function meantTargets(stdout: string, which: 'every' | 'meant'): readonly string[] {
  const listed = recordsOf(tryParseJson(stdout)).filter(({ name }) => typeof name === 'string');
  const meant = which === 'every' ? [] : listed.filter(({ name, group }) => group === true || name === 'default');
  return (meant.length === 0 ? listed : meant).map(({ name }) => String(name));
}

async function definitionTargets(
  file: BuildFile,
  source: SurveySource,
  which: 'every' | 'meant',
): Promise<readonly BuildTarget[]> {
  const { session, input } = source;
  const programs = await source.programs();
  // as if it were asked there: what stands in such a file is relative to its folder
  const environment = { ...session.environment, workingDirectory: file.folder };
  const here = { session: { ...session, environment }, input, intercepted: false };
  const args = foundDefinitionArguments(source.args, file.paths);
  const list = ['bake', '--list=type=targets,format=json', '--progress=quiet', ...args];
  const listed = await askBuildx(programs, environment, list);
  const names = listed.status === 0 ? meantTargets(listed.stdout, which) : [];
  const targets = await bakeTargets([...args, ...names], here, programs);
  return targets.map((target) => ({ ...target, dockerfile: namedForPeople(session, target.dockerfile) }));
}

function namedForPeople(session: Session, dockerfile: BuildTarget['dockerfile']): BuildTarget['dockerfile'] {
  return dockerfile.kind === 'file' ? { ...dockerfile, written: pathForPeople(session, dockerfile.path) } : dockerfile;
}

/**
 * Every target that the bake or compose files of one build have, those too that none of their groups builds.
 * @throws VerifyError `bake.invalid`, `context.invalid`, `builder.unavailable`
 */
export async function everyTarget(file: BuildFile, source: SurveySource): Promise<readonly BuildTarget[]> {
  return await definitionTargets(file, source, 'every');
}

/**
 * What a file that was found builds: a Dockerfile its last stage, in its own folder.
 * @throws VerifyError `usage.invalid`, `bake.invalid`, `context.invalid`, `builder.unavailable`
 */
export async function foundTargets(file: BuildFile, source: SurveySource): Promise<readonly BuildTarget[]> {
  if (file.kind === 'definition') return await definitionTargets(file, source, 'meant');
  const { session, args } = source;
  const [path = join(file.folder, 'Dockerfile')] = file.paths;
  const words = [`--file=${pathForPeople(session, path)}`, ...args, file.folder];
  return parseBuildArguments(words, session.environment).invocation.targets;
}

/** An error of a file, in one sentence with its place. */
export function problemOf({ code, message, place }: VerifyError): { code: VerifyError['code']; message: string } {
  const position =
    place?.line === undefined || message.includes(`:${place.line}`) ? '' : ` (${place.file}:${place.line})`;
  return { code, message: `${message}${position}` };
}
