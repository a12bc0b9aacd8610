import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { isDigest } from '../model/index.ts';
import { inTransaction, prepared } from './database.ts';

/** A layer with no file in it, which BuildKit makes of a `WORKDIR` that is there already: 1024 zeros, the end of an archive. */
const emptyLayer = 'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef';

/**
 * What stands for layers in their order, as uncompressed digests from the bottom: the same for two images that hold the same files.
 * Null where they are not known: a configuration may name none.
 */
export function stackOf(layers: readonly string[]): string | null {
  const filled = layers.filter((layer) => layer !== emptyLayer);
  if (filled.length === 0 || !filled.every(isDigest)) return null;
  return createHash('sha256').update(JSON.stringify(filled)).digest('base64');
}

/** The layers of one platform of an image. */
export interface Stack {
  readonly manifest: string;
  readonly layers: readonly string[];
  /** How far SBOMs of this very platform cover it: 0 where no complete one does, 2 where a signed one does, else 1. */
  readonly covered: number;
}

const forget = `
UPDATE image SET inherited = NULL WHERE inherited IS NOT NULL AND number IN (
  SELECT build.result FROM use JOIN build ON build.number = use.build
  WHERE use.image = ? AND use.role IN ('result', 'runtime-base'))`;

/** Notes the layers of an image; what builds of it, and on it, inherit is settled anew. */
export function fillStacks(database: DatabaseSync, image: number, stacks: readonly Stack[]): void {
  prepared(database, 'DELETE FROM stack WHERE image = ?').run(image);
  const add = prepared(database, 'INSERT INTO stack (image, manifest, layers, covered) VALUES (?, ?, ?, ?)');
  for (const { manifest, layers, covered } of stacks) add.run(image, manifest, stackOf(layers), covered);
  prepared(database, forget).run(image);
}

// Only a base that the build itself uses counts: what its SBOM lists is then found for the build. Unknown layers are NULL, which
// equals nothing. Of a base for each platform each must cover its own.
const settle = `
UPDATE image SET inherited = CASE
  WHEN covered = 0
    AND (SELECT count(*) FROM wanted WHERE wanted.image = image.number) BETWEEN 1
    AND (SELECT count(*) FROM stack WHERE stack.image = image.number)
  THEN coalesce((
    SELECT min(coalesce((
      SELECT max(below.covered) FROM use JOIN stack AS below ON below.image = use.image AND below.layers = own.layers
      WHERE use.build = build.number AND use.role = 'runtime-base'), 0))
    FROM build JOIN stack AS own ON own.image = build.result WHERE build.result = image.number), 0)
  ELSE 0 END
WHERE inherited IS NULL`;

/**
 * Settles which images are covered by the SBOM of what they were built on: a build without a layer of its own holds the files of its
 * base and no other. It must be so on every platform, in every build that made the image.
 */
export async function settleInherited(database: DatabaseSync): Promise<void> {
  if (prepared(database, 'SELECT 1 FROM image WHERE inherited IS NULL LIMIT 1').get() === undefined) return;
  await inTransaction(database, () => prepared(database, settle).run());
}
