import { resolve } from 'node:path';
import { type Environment, readBoundedFile } from '../../../model/index.ts';
import { findProjects } from '../files/find-project.ts';
import { machineFolderOf, machinePolicies, userPolicies } from '../files/policy-folder.ts';

const largestFile = 1024 * 1024;

/**
 * The images that the rules of one's own policies name, as they are written: what a user may mean who begins to type one. Files are
 * looked at as text alone, for a Tab waits for this: nothing in them is checked, neither the built-in policy nor what they extend is
 * read, and one that cannot be read names none. Never to decide by.
 * @param commandLine policies that were named besides, as written
 */
export async function ruledImages(
  environment: Environment,
  commandLine: readonly string[],
): Promise<readonly string[]> {
  const { workingDirectory, homeDirectory, userId } = environment;
  const folder = machineFolderOf(undefined, environment);
  const [machine, user, projects] = await Promise.all([
    folder === null ? [] : machinePolicies(folder, userId).catch(() => []),
    userPolicies(environment).catch(() => []),
    findProjects(workingDirectory, homeDirectory, userId).catch(() => []),
  ]);
  const named = commandLine.map((path) => resolve(workingDirectory, path));
  const found = projects.flatMap(({ policy }) => policy ?? []);
  const paths = new Set([...machine.map(({ path }) => path), ...user.map(({ path }) => path), ...named, ...found]);
  return (await Promise.all([...paths].map((path) => imagesIn(path).catch(() => [])))).flat();
}

async function imagesIn(path: string): Promise<readonly string[]> {
  const bytes = await readBoundedFile(path, largestFile);
  if (bytes === null) return [];
  const { parseYamlSource } = await import('../../language/schema/yaml-source.ts');
  const document = parseYamlSource(bytes, path).value;
  return listIn(document, 'rules')
    .flatMap((rule) => listIn(rule, 'images'))
    .filter((image) => typeof image === 'string');
}

function listIn(value: unknown, field: string): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  const list: unknown = new Map(Object.entries(value)).get(field);
  return Array.isArray(list) ? list : [];
}
