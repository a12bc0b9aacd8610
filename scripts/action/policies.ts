import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { mkdir, readdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { ActionError } from './inputs.ts';

const projectPolicy = 'docker-verify.yaml';

/** The path below `root`; null where it is not there. */
export function below(root: string, path: string): string | null {
  const inside = relative(root, path);
  return inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside) ? null : inside;
}

/** A trusted copy of the repository that holds the change. */
export interface TrustedBase {
  /** The root of the checkout that holds the change. */
  readonly repository: string;
  /** A folder with the files of the base branch. */
  readonly folder: string;
  /** Commits that hold the change: a checkout of one of them is no more trusted wherever it lies. */
  readonly changed: readonly string[];
}

/** What is to be checked, and which policies the workflow names. */
export interface PolicyQuestion {
  readonly workspace: string;
  readonly given: readonly string[];
  /** The folder of the Dockerfile or of the context: where the search for the project's policy begins. */
  readonly start: string;
  readonly isRecursive: boolean;
  /** Null where the checkout is trusted itself. */
  readonly base: TrustedBase | null;
}

/**
 * The root of the checkout that a path lies in, the path itself included; the workspace where there is none. A folder `.git` is made by a
 * checkout alone, since git takes no such path from a commit; a file of that name is a submodule's, which a change can add.
 */
export function checkoutRoot(workspace: string, path: string): string {
  for (let folder = path; below(workspace, folder) !== null; folder = dirname(folder)) {
    if (statSync(join(folder, '.git'), { throwIfNoEntry: false })?.isDirectory()) return folder;
    if (folder === workspace) break;
  }
  return workspace;
}

function isSeparateCheckout(root: string, { repository, changed }: TrustedBase): boolean {
  const head = join(root, '.git', 'HEAD');
  if (root === repository || !existsSync(head)) return false;
  return !changed.includes(readFileSync(head, 'utf8').trim());
}

/** A policy that the workflow names, or the base branch's one of that name where it lies in the checkout of the change. */
function namedPolicy(workspace: string, name: string, base: TrustedBase | null): string {
  const path = resolve(workspace, name);
  if (base === null) return path;
  const real = existsSync(path) ? realpathSync(path) : path;
  if (below(workspace, real) === null && below(workspace, path) === null) return path;
  const root = checkoutRoot(workspace, real);
  if (below(workspace, real) !== null && isSeparateCheckout(root, base)) return real;
  const trusted = join(base.folder, below(checkoutRoot(workspace, path), path) ?? name);
  if (existsSync(trusted)) return trusted;
  throw new ActionError(
    `policy: ${name} is not in the base branch, and a change cannot bring the policy that it is judged by`,
  );
}

/** Where project policies lie below a folder. */
async function policiesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.name === projectPolicy && !/[\\/](?:node_modules|\.git)(?:[\\/]|$)/.test(entry.parentPath))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** The project's policy as the base branch has it, looked for as a check does: in the folder itself, then upwards to the repository's root. */
async function basePolicy(start: string, isRecursive: boolean, base: TrustedBase): Promise<readonly string[]> {
  const inside = below(base.repository, start);
  if (inside === null) throw new ActionError(`${start} is not in the checkout: name the policy with the input policy`);
  const folder = join(base.folder, inside);
  if (isRecursive && existsSync(folder)) {
    const nested = (await policiesBelow(folder)).filter((path) => dirname(path) !== folder);
    if (nested.length > 0)
      throw new ActionError(
        `${nested.length} folders below ${inside || '.'} have a ${projectPolicy} of their own: for changes from outside, name one policy for all with the input policy, or check these folders in steps of their own`,
      );
  }
  for (let above = inside; ; above = dirname(above)) {
    const path = join(base.folder, above, projectPolicy);
    if (existsSync(path)) return [path];
    if (above === '' || above === '.') return [];
  }
}

/** Whether a file is a policy of the action integrity-check: JSON with `policies` at the top. */
async function isIntegrityCheck(path: string): Promise<boolean> {
  if (!path.endsWith('.json')) return false;
  try {
    const document: unknown = JSON.parse(await readFile(path, 'utf8'));
    return typeof document === 'object' && document !== null && 'policies' in document && !('version' in document);
  } catch {
    return false; // docker-verify says what is wrong with it
  }
}

/**
 * The policies to hand to a check, besides those that it finds itself.
 * @param convert makes a policy of ours of one of integrity-check's
 * @throws ActionError where a trusted policy is asked for and cannot be had
 */
export async function policiesFor(
  question: PolicyQuestion,
  convert: (path: string) => Promise<string>,
  work: string,
): Promise<readonly string[]> {
  const { workspace, given, start, isRecursive, base } = question;
  const named = given.map((name) => namedPolicy(workspace, name, base));
  if (named.length === 0 && base !== null) named.push(...(await basePolicy(start, isRecursive, base)));
  const ready: string[] = [];
  for (const [index, path] of named.entries()) {
    if (base !== null && below(base.folder, path) !== null) await refuseLinkOut(base.folder, path);
    if (!(await isIntegrityCheck(path))) {
      ready.push(path);
      continue;
    }
    const converted = join(work, 'converted', `${index}-${basename(path, '.json')}.yaml`);
    await mkdir(dirname(converted), { recursive: true });
    await writeFile(converted, await convert(path));
    ready.push(converted);
  }
  return ready;
}

/** A link of the base branch could lead back into the checkout, which is not to be trusted. */
async function refuseLinkOut(base: string, path: string): Promise<void> {
  if (below(await realpath(base), await realpath(path)) === null)
    throw new ActionError(`policy: ${relative(base, path)} is a link out of the repository`);
}
