import * as z from 'zod';
import { type Digest, isDigest } from '../../model/index.ts';
import { problemOf } from '../content/collect-problem.ts';
import { offlineError } from '../content/content-fetcher.ts';
import type { ImageSource } from '../content/image-source.ts';
import type { Found, FoundManifests, Subject } from './find-attached.ts';

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

/** Of a run that could not ask for everything: of use only where the network is not to be used. */
const inPart = (key: string): string => `${key} in part`;

/** What was found attached a few minutes ago (offline: whenever); null where nothing is noted. Only digests are remembered: all else is read and checked again. */
export async function readFoundManifests(
  source: ImageSource,
  key: string,
  subjects: readonly Subject[],
): Promise<FoundManifests | null> {
  const whole = await readNotes(source, key, subjects);
  if (whole !== null || !source.offline) return whole === null ? null : { found: whole, problems: [] };
  const part = await readNotes(source, inPart(key), subjects);
  const [first] = subjects;
  if (part === null || first === undefined) return null;
  const error = offlineError(`all that is attached to ${first.digest}`);
  return { found: part, problems: [problemOf(error, first.digest, 'what is kept')] };
}

async function readNotes(
  source: ImageSource,
  key: string,
  subjects: readonly Subject[],
): Promise<readonly Found[] | null> {
  const noted = noteSchema.safeParse(await source.readListing(key));
  if (!noted.success || noted.data.length === 0) return null;
  return noted.data.flatMap((note): readonly Found[] => {
    const subject = subjects.find((each) => each.digest === note.subject);
    if (subject === undefined) return [];
    const { registry, repository, tagPrefix, referrer, location } = note;
    return [
      { subject, place: { registry, repository, tagPrefix }, digest: note.digest, referrer, expected: null, location },
    ];
  });
}

/**
 * Notes where attachments were found. The caller sees to it that there were some: "nothing" is never noted.
 * @param isWhole whether everything could be asked
 */
export async function writeFoundManifests(
  source: ImageSource,
  key: string,
  found: readonly Found[],
  isWhole: boolean,
): Promise<void> {
  const notes = found.map(({ subject, place, digest: each, referrer, location }) => {
    const { registry, repository, tagPrefix } = place;
    return { subject: subject.digest, registry, repository, tagPrefix, digest: each, referrer, location };
  });
  await source.writeListing(isWhole ? key : inPart(key), notes);
}
