import type { DatabaseSync } from 'node:sqlite';
import { type Digest, isDigest } from '../model/index.ts';

/** An image whose software is not known yet, and could be looked up. */
export interface MissingImage {
  readonly digest: Digest;
  /** A name that it has in a registry. */
  readonly name: string;
  /** The platforms that it is used for, each once. */
  readonly platforms: readonly string[];
}

const wanted = `
SELECT image.number, image.digest, min(use.name) AS name, max(build) AS newest
FROM image JOIN use ON use.image = image.number
WHERE image.covered = 0 AND use.name IS NOT NULL AND use.role NOT IN ('frontend', 'sbom-generator')`;

const notAsked = `AND (image.stamp IS NULL OR image.problem IS NOT NULL)`;

/**
 * The images of which no SBOM covers all, and that may have one in a registry; those of the newest builds first.
 * @param again also those that were looked up in full before: an SBOM may have been attached since
 */
export function missingImages(database: DatabaseSync, again: boolean): readonly MissingImage[] {
  const sql = `${wanted} ${again ? '' : notAsked} GROUP BY image.number ORDER BY newest DESC`;
  const platforms = database.prepare('SELECT platform FROM wanted WHERE image = ?');
  return database
    .prepare(sql)
    .all()
    .flatMap(({ number, digest, name }) =>
      isDigest(digest)
        ? [
            {
              digest,
              name: String(name),
              platforms: platforms.all(Number(number)).map(({ platform }) => String(platform)),
            },
          ]
        : [],
    );
}

/** Has what is kept of these images read again. */
export function forgetImages(database: DatabaseSync, images: readonly MissingImage[]): void {
  const forget = database.prepare('UPDATE image SET stamp = NULL WHERE digest = ?');
  for (const { digest } of images) forget.run(digest);
}
