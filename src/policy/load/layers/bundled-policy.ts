import { dirname, sep } from 'node:path';
import { pathWithin, VerifyError } from '../../../model/index.ts';
import { builtinPublishers } from '../compile/builtin-policy.ts';
import type { FetchedPolicy } from '../compile/extended-policy.ts';
import { MaterialCollector } from '../files/material-collector.ts';
import { readBytes } from '../files/safe-file.ts';
import { type PolicyFileRequest, readPolicyFile } from './read-policy-file.ts';

/** A policy with all the files that it names, as a bundle holds them. */
export interface BundledPolicy extends FetchedPolicy {
  readonly serial: number;
}

function invalid(named: string, message: string, hint: string): VerifyError {
  return new VerifyError('policy.invalid', `${named}: ${message}`, { place: { file: named }, hint });
}

/** The path that a file has in the bundle: below the policy's own folder, with slashes. */
function insideOf(folder: string, file: string, named: string): string {
  const path = pathWithin(folder, file);
  if (path !== null) return path.split(sep).join('/');
  throw invalid(
    named,
    `it names ${file}, which does not lie beside or below it, so that a bundle cannot hold it`,
    'put what it names into its folder, and name it by a relative path',
  );
}

/** Read as a machine's policy, in whose layer every field may stand. */
async function read(request: Pick<PolicyFileRequest, 'path' | 'named' | 'fetched' | 'onFile'>) {
  const material = new MaterialCollector();
  const publishers = await builtinPublishers(material);
  return await readPolicyFile({ ...request, layer: 'machine', material, publishers, mode: null });
}

/**
 * Reads a policy and the files that it names, for a bundle; then once more, as a policy that extends the bundle will
 * read it: what could not be read then is refused here.
 * @param path absolute
 * @param named as the user named it
 * @throws VerifyError `policy.invalid`, `policy.unreadable`
 */
export async function readBundledPolicy(path: string, named: string): Promise<BundledPolicy> {
  const found = new Map<string, Uint8Array>();
  const loaded = await read({ path, named, onFile: (file, bytes) => void found.set(file, bytes) });
  if (loaded === null)
    throw invalid(named, 'a catalogue of publishers is no policy', 'name it in a policy, and push that');
  const folder = dirname(path);
  const inside = [...found].map(([file, bytes]) => [insideOf(folder, file, named), bytes] as const);
  const files = new Map(inside.toSorted(([left], [right]) => (left < right ? -1 : 1)));
  const bytes = await readBytes(path, named);
  await read({ path, named, fetched: { bytes, files } });
  if (loaded.serial === null)
    throw invalid(
      named,
      'it carries no serial',
      'write serial: 1 into it, and a greater one each time that it changes',
    );
  return { bytes, files, serial: loaded.serial };
}
