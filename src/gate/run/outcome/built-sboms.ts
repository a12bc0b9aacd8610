import { type Programs, readBuiltContent } from '../../../builder/index.ts';
import { type BuildRecord, type Digest, messageOf, parseCanonicalName } from '../../../model/index.ts';
import { collectAttachments, digestOf, type ImageSource, openHeldContent, resolveImage } from '../../../oci/index.ts';
import { noteImage } from '../../examine/examination/note-image.ts';
import { readAttachedSboms } from '../../examine/gather/attached-sboms.ts';
import type { GatheredImage } from '../../examine/gather/gather-image.ts';
import type { Session } from '../../session/session.ts';

/** It plays no part where content is asked for by its digest. */
const nowhere = 'localhost/built';

/** What was made, with what the builder attached to it. */
async function gatherBuilt(
  source: ImageSource,
  digest: Digest,
  platforms: readonly string[],
): Promise<GatheredImage<ImageSource>> {
  const name = parseCanonicalName(`${nowhere}@${digest}`);
  const image = await resolveImage(source, { name, platforms }, { onbuild: false });
  const collected = await collectAttachments(source, image, { besideImage: false, attestations: 'none' });
  const use = { name, written: name, platforms, uses: [] };
  const resolution = { kind: 'resolved', image, client: source, tagDigest: null, failure: null } as const;
  return { use, resolution, evidence: [], collected, sboms: [] };
}

/** What the SBOMs of a build are read with. */
export interface BuiltSearch {
  readonly session: Session;
  readonly programs: Programs;
}

async function readBuilt({ session, programs }: BuiltSearch, record: BuildRecord): Promise<readonly Digest[]> {
  const { digest, ref } = record;
  if (digest === null || ref === null) return []; // files on disk, or a builder that tells of no image
  const source = openHeldContent((each) => readBuiltContent(programs, session.environment, ref, each));
  const gathered = await gatherBuilt(source, digest, record.platforms);
  const { sboms, faults, problem } = await readAttachedSboms(gathered);
  const [reason] = [...faults, ...(problem === null ? [] : [problem])];
  if (reason !== undefined) session.warn(remarkOn(record, reason));
  // of what was pushed the registry is asked, when somebody wants to know: whoever signs does so after the build
  if (record.pushed.length === 0) await noteImage(session, digest, gathered);
  return [...new Set(sboms.map(({ bytes }) => digestOf(bytes)))];
}

function remarkOn({ target, tags }: BuildRecord, reason: string): string {
  return `an SBOM of what was built (${tags[0] ?? target}) is not noted: ${reason}`;
}

/**
 * Adds the SBOMs that a build was asked to make to its record, and keeps them beside the journal where no registry has them. The
 * builder is asked for them after the build, which never fails by it: what cannot be read is a remark.
 */
export async function withBuiltSboms(search: BuiltSearch, record: BuildRecord): Promise<BuildRecord> {
  try {
    return { ...record, sboms: await readBuilt(search, record) };
  } catch (error) {
    search.session.warn(remarkOn(record, messageOf(error)));
    return record;
  }
}
