import * as z from 'zod';
import { type Digest, isDigest } from '../../model/index.ts';
import type { ImageSource } from '../content/image-source.ts';
import type { Findings, Found, Subject } from './find-attached.ts';

const digest = z.custom<Digest>(isDigest);

const noteSchema = z.array(
  z.object({
    subject: digest,
    registry: z.string(),
    repository: z.string(),
    tagPrefix: z.string(),
    digest,
    referrer: z.boolean(),
    location: z.string(),
  }),
);

/** What was found attached a few minutes ago (offline: whenever); null where nothing is noted. Only digests are remembered: all else is read and checked again. */
export async function readFindings(
  source: ImageSource,
  key: string,
  subjects: readonly Subject[],
): Promise<Findings | null> {
  const noted = noteSchema.safeParse(await source.readListing(key));
  if (!noted.success || noted.data.length === 0) return null;
  const found = noted.data.flatMap((note): readonly Found[] => {
    const subject = subjects.find((each) => each.digest === note.subject);
    if (subject === undefined) return [];
    const { registry, repository, tagPrefix, referrer, location } = note;
    return [
      { subject, place: { registry, repository, tagPrefix }, digest: note.digest, referrer, expected: null, location },
    ];
  });
  return { found, problems: [] };
}

/** Notes where attachments were found. The caller sees to it that there were some: "nothing" is never noted. */
export async function writeFindings(source: ImageSource, key: string, found: readonly Found[]): Promise<void> {
  const notes = found.map(({ subject, place, digest: each, referrer, location }) => {
    const { registry, repository, tagPrefix } = place;
    return { subject: subject.digest, registry, repository, tagPrefix, digest: each, referrer, location };
  });
  await source.writeListing(key, notes);
}
