import type { DatabaseSync } from 'node:sqlite';
import type { Exposure } from '../../../model/index.ts';
import {
  canWriteState,
  countBuilds,
  fillDatabase,
  forgetImages,
  missingImages,
  openBlobStore,
  searchBuilds,
  stateFolder,
  withIndex,
} from '../../../records/index.ts';
import type { Session } from '../../session/session.ts';
import { type ExposureRequest, readExposureQuestions } from './exposure-questions.ts';
import { warnOfEmptyJournal } from './records.ts';

/** Brings the index up to date, and looks up what no SBOM is here for; gives what was passed over. */
async function prepare(session: Session, database: DatabaseSync, folder: string): Promise<readonly string[]> {
  const blobs = openBlobStore(folder);
  const { damaged } = await fillDatabase(database, folder, blobs);
  const remarks = damaged.map(
    ({ line, reason }) => `line ${line} of the journal, counted from where it was read last, is passed over: ${reason}`,
  );
  const missing = missingImages(database, session.own.refresh);
  if (missing.length === 0) return remarks;
  const images = missing.length === 1 ? '1 image' : `${missing.length} images`;
  const notLookedUp = `the SBOMs of ${images} are not here, and were not looked up`;
  if (session.own.offline) return [...remarks, `${notLookedUp} (--offline)`];
  if (!(await canWriteState(folder))) return [...remarks, `${notLookedUp}: ${folder} cannot be written`];
  session.progress('looking for SBOMs in the registries');
  const { fetchMissingSboms } = await import('./fetch-missing-sboms.ts');
  const more = await fetchMissingSboms(session, missing);
  forgetImages(database, missing);
  await fillDatabase(database, folder, blobs);
  return [...remarks, ...more];
}

/**
 * Which recorded builds contain something, through what, and what could not be known.
 * @param most of builds in which nothing was found at most so many are listed, the newest; null lists all
 * @throws VerifyError `usage.invalid`, `records.unreadable`
 */
export async function exposure(
  session: Session,
  request: ExposureRequest,
  { most }: { readonly most: number | null } = { most: null },
): Promise<Exposure> {
  const { environment } = session;
  const asked = await readExposureQuestions(request, environment.workingDirectory);
  const folder = stateFolder(environment);
  return await withIndex(folder, async (database) => {
    const passedOver = await prepare(session, database, folder);
    const found = searchBuilds(database, asked.questions, asked.statements, { most });
    const builds = countBuilds(database).all;
    if (builds === 0) warnOfEmptyJournal(session);
    const together = `${asked.bulk.length} advisories`;
    const ofFolders =
      asked.bulk.length === 0 ? null : searchBuilds(database, asked.bulk, asked.statements, { together, most });
    return {
      rows: [...found.rows, ...(ofFolders?.rows ?? [])],
      unlisted: [...found.unlisted, ...(ofFolders?.unlisted ?? [])],
      builds,
      remarks: [...asked.remarks, ...passedOver],
    };
  });
}
