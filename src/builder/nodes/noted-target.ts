import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { type Environment, recordAt, textOr, tryParseJson } from '../../model/index.ts';
import { buildxFolder } from './stored-builder.ts';

/** What buildx notes of a target that it builds (buildx, localstate). */
export interface NotedTarget {
  readonly name: string;
  /** Its context: an absolute path, a URL, or `-`; null where that is not known. */
  readonly context: string | null;
  /** The Dockerfile's absolute path; null where it is not known, or no file on this machine. */
  readonly dockerfile: string | null;
}

/** buildx calls a folder by the name that the shell has for it, which may lead through links. */
async function withoutLinks(path: string): Promise<string> {
  return await realpath(path).catch(() => path);
}

async function isSamePlace(noted: string, known: string): Promise<boolean> {
  if (noted === known) return true;
  if (!isAbsolute(noted) || !isAbsolute(known)) return false;
  return (await withoutLinks(noted)) === (await withoutLinks(known));
}

/** A `Dockerfile` may turn out to be a `dockerfile`. */
async function isSameFile(noted: string, known: string): Promise<boolean> {
  if (basename(noted).toLowerCase() !== basename(known).toLowerCase()) return false;
  return await isSamePlace(dirname(noted), dirname(known));
}

async function isNoted(noted: Readonly<Record<string, unknown>>, target: NotedTarget): Promise<boolean> {
  if (textOr(noted['Target'], target.name) !== target.name) return false;
  const context = textOr(noted['LocalPath'], null);
  if (context !== null && target.context !== null && !(await isSamePlace(context, target.context))) return false;
  const dockerfile = textOr(noted['DockerfilePath'], '');
  if (!isAbsolute(dockerfile) || target.dockerfile === null) return true;
  return await isSameFile(dockerfile, target.dockerfile);
}

/**
 * Those of the records (`builder/node/id`) that may be of one of these targets: builds of others that run at the same time are noted in
 * the same place. What buildx does not say is taken for the same, and so are two builds of one Dockerfile in one context.
 */
export async function recordsOfTargets(
  environment: Environment,
  records: readonly string[],
  targets: readonly NotedTarget[],
): Promise<readonly string[]> {
  const mayBeTheirs = async (record: string): Promise<boolean> => {
    const text = await readFile(join(buildxFolder(environment), 'refs', record), 'utf8').catch(() => '');
    const noted = recordAt(tryParseJson(text));
    const fitting = await Promise.all(targets.map((target) => isNoted(noted, target)));
    return fitting.includes(true);
  };
  const theirs = await Promise.all(records.map(mayBeTheirs));
  return records.filter((_, index) => theirs[index]);
}
