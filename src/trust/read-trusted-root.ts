import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { messageOf, type PolicyLayerName, type TrustedRootSource, VerifyError } from '../model/index.ts';

const largestFile = 16 * 1024 * 1024;

/**
 * Reads the trusted roots in a file: one, or one a line. They are named after the file and dated by its change.
 * @throws VerifyError `trust.invalid` where the file cannot be read or makes no sense
 */
export async function readTrustedRoot(path: string, layer: PolicyLayerName): Promise<readonly TrustedRootSource[]> {
  const { parseTrustedRoots } = await import('./parse-trusted-root.ts');
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size > largestFile) throw new Error('it is not a file of at most 16 MiB');
    const text = await readFile(path, 'utf8');
    return parseTrustedRoots(text, { layer, source: basename(path), updated: found.mtime.toISOString() });
  } catch (error) {
    if (error instanceof VerifyError) throw error;
    throw new VerifyError('trust.invalid', `the trusted root ${path} cannot be read: ${reason(error)}`, {
      hint: 'check the path given with --trusted-root or in the policy',
      cause: error,
    });
  }
}

function reason(error: unknown): string {
  return messageOf(error);
}
