import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../../../../shared/data/policies/', import.meta.url));

/** Whether the collected policies are beside the project; tests of them are skipped where they are not. */
export const hasCollectedPolicies = existsSync(folder);

/** A collected file's text. */
export function collectedText(path: string): string {
  return readFileSync(`${folder}${path}`, 'utf8');
}

/** Names in a collected folder, sorted; empty where it is not there. */
export function collectedNames(path: string): readonly string[] {
  return hasCollectedPolicies ? readdirSync(`${folder}${path}`).sort() : [];
}

/** Paths of all YAML files below a collected folder, sorted. */
export function collectedYaml(path: string): readonly string[] {
  if (!hasCollectedPolicies) return [];
  const entries = readdirSync(`${folder}${path}`, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.yaml'))
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length))
    .sort();
}
