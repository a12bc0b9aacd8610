import type { BuildxAnswer } from '../../../builder/index.ts';
import { parseBoundedJson, VerifyError } from '../../../model/index.ts';

function lastWords(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const lastError = lines.findLast((line) => line.startsWith('ERROR: '))?.slice('ERROR: '.length) ?? lines.at(-1);
  return lastError ?? 'it says nothing more';
}

/**
 * The bake definition that `buildx bake --print` prints, as JSON says it.
 * @throws VerifyError `bake.invalid`
 */
export function readPrinted({ status, stdout, stderr }: BuildxAnswer): unknown {
  const hint = 'see what `docker buildx bake --print` says';
  if (status !== 0) {
    const said = lastWords(stderr);
    const isTarget = said.startsWith('failed to find target');
    throw new VerifyError('bake.invalid', `buildx cannot read the bake definition: ${said}`, {
      hint: isTarget ? 'docker buildx bake --list targets says which there are' : hint,
    });
  }
  try {
    return parseBoundedJson(stdout);
  } catch (cause) {
    const found = stdout.slice(0, 80);
    throw new VerifyError('bake.invalid', `what buildx prints of the bake definition is no JSON: ${found}`, {
      hint,
      cause,
    });
  }
}
