import { existsSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { definitionNames, type ParsedBake } from '../../../invocation/index.ts';
import { nearestFile, nearestName, VerifyError } from '../../../model/index.ts';

/** Those that stand alone: an override has another one beside it. */
const usualNames = definitionNames.filter((name) => !name.includes('.override.'));

function nearUsualName(folder: string): string | null {
  try {
    const names = readdirSync(folder);
    return usualNames.map((name) => nearestName(name, names)).find((near) => near !== null) ?? null;
  } catch {
    return null;
  }
}

/**
 * What to say where a bake or compose file is not there, so that buildx has no definition to read; null where the files that it would read on
 * this machine are there, and something else is wrong.
 */
export function missingDefinition(
  { files, definitionUrl }: Pick<ParsedBake, 'files' | 'definitionUrl'>,
  workingDirectory: string,
): VerifyError | null {
  if (files.length === 0) {
    if (definitionUrl !== null || definitionNames.some((name) => existsSync(resolve(workingDirectory, name))))
      return null;
    const near = nearUsualName(workingDirectory);
    const message = `there is no bake or compose file in this folder: expected one of ${usualNames.join(', ')}`;
    return new VerifyError('bake.invalid', message, {
      hint: near === null ? 'name one with -f, or go to the folder that holds it' : `did you mean -f ${near}?`,
    });
  }
  const local = definitionUrl === null ? files : files.filter((file) => file.startsWith('cwd://'));
  const missing = local
    .filter((file) => file !== '-')
    .map((file) => file.replace(/^cwd:\/\//, ''))
    .find((file) => !existsSync(resolve(workingDirectory, file)));
  if (missing === undefined) return null;
  const near = nearestFile(resolve(workingDirectory, missing), missing);
  return new VerifyError('bake.invalid', `there is no bake or compose file at ${missing}`, {
    hint:
      near === null ? 'name one that is there with -f, as seen from the current folder' : `did you mean -f ${near}?`,
  });
}
