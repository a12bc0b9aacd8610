import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

interface CacheConfiguration {
  readonly records: { digest: string; readonly layers?: unknown }[];
}

interface CacheManifest {
  readonly config: { digest: string; size: number };
}

/** A local BuildKit cache (`--cache-to type=local`): an OCI layout with one manifest, whose configuration lists what each step made. */
interface LocalCache {
  readonly folder: string;
  readonly index: { readonly manifests: { digest: string; size: number }[] };
  readonly manifest: CacheManifest;
  readonly configuration: CacheConfiguration;
}

const blob = (folder: string, digest: string): string => join(folder, 'blobs', ...digest.split(':'));

async function readCache(folder: string): Promise<LocalCache> {
  // what BuildKit has just written, in the shapes above
  const read = async (file: string) => JSON.parse(await readFile(file, 'utf8')) as unknown;
  const index = (await read(join(folder, 'index.json'))) as LocalCache['index'];
  const manifest = (await read(blob(folder, index.manifests[0]?.digest ?? ''))) as CacheManifest;
  const configuration = (await read(blob(folder, manifest.config.digest))) as CacheConfiguration;
  return { folder, index, manifest, configuration };
}

async function store(folder: string, content: unknown): Promise<{ readonly digest: string; readonly size: number }> {
  const text = JSON.stringify(content);
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  await writeFile(blob(folder, digest), text);
  return { digest, size: text.length };
}

const madeByStep = ({ configuration }: LocalCache) => configuration.records.find(({ layers }) => layers !== undefined);

/**
 * Doctors the cache in `evil`, whose one step is another than that of the cache in `good`: it says from now on that what its
 * step made is what the step of `good` makes.
 */
export async function doctorCache(good: string, evil: string): Promise<void> {
  const [wanted, doctored] = await Promise.all([readCache(good), readCache(evil)]);
  const [from, to] = [madeByStep(wanted), madeByStep(doctored)];
  const [entry] = doctored.index.manifests;
  if (from === undefined || to === undefined || entry === undefined) throw new Error('a cache without a step');
  to.digest = from.digest;
  Object.assign(doctored.manifest.config, await store(evil, doctored.configuration));
  Object.assign(entry, await store(evil, doctored.manifest));
  await writeFile(join(evil, 'index.json'), JSON.stringify(doctored.index));
}
