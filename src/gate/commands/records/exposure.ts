import { join } from 'node:path';
import type { Exposure } from '../../../model/index.ts';
import {
  fillDatabase,
  forgetImages,
  missingImages,
  openBlobStore,
  openDatabase,
  searchBuilds,
  stateFolder,
} from '../../../records/index.ts';
import type { Session } from '../../session/session.ts';
import { type ExposureRequest, readExposureQuestions } from './exposure-questions.ts';

/** The index over the journal, in the folder for state. */
const indexName = 'index.sqlite';

type Database = Awaited<ReturnType<typeof openDatabase>>;

/** Brings the index up to date, and looks up what no SBOM is here for; gives what was passed over. */
async function prepare(session: Session, database: Database, folder: string): Promise<readonly string[]> {
  const blobs = openBlobStore(folder);
  const { damaged } = await fillDatabase(database, folder, blobs);
  const remarks = damaged.map(
    ({ line, reason }) => `line ${line} of the journal, counted from where it was read last, is passed over: ${reason}`,
  );
  const missing = missingImages(database, session.own.refresh);
  if (missing.length === 0) return remarks;
  if (session.own.offline) {
    const images = missing.length === 1 ? '1 image' : `${missing.length} images`;
    return [...remarks, `the SBOMs of ${images} are not here, and were not looked up (--offline)`];
  }
  session.progress('looking for SBOMs in the registries');
  const { fetchMissingSboms } = await import('./fetch-missing-sboms.ts');
  const more = await fetchMissingSboms(session, missing);
  forgetImages(database, missing);
  await fillDatabase(database, folder, blobs);
  return [...remarks, ...more];
}

/**
 * Which recorded builds contain something, through what, and what could not be known.
 * @throws VerifyError `usage.invalid`, `records.unreadable`
 */
export async function exposure(session: Session, request: ExposureRequest): Promise<Exposure> {
  const { environment } = session;
  const asked = await readExposureQuestions(request, environment.workingDirectory);
  const folder = stateFolder(environment);
  const database = await openDatabase(join(folder, indexName));
  try {
    const passedOver = await prepare(session, database, folder);
    const found = searchBuilds(database, asked.questions, asked.statements);
    const ofFolders =
      asked.bulk.length === 0
        ? []
        : searchBuilds(database, asked.bulk, asked.statements, { together: `${asked.bulk.length} advisories` });
    const count = database.prepare('SELECT count(*) AS builds FROM build').get();
    return {
      rows: [...found, ...ofFolders],
      builds: Number(count?.['builds'] ?? 0),
      remarks: [...asked.remarks, ...passedOver],
    };
  } finally {
    database.close();
  }
}
