import { join } from 'node:path';
import type { Exposure } from '../../model/index.ts';
import { fillDatabase, openBlobStore, openDatabase, searchBuilds, stateFolder } from '../../records/index.ts';
import type { Session } from '../session/session.ts';
import { type ExposureRequest, readExposureQuestions } from './exposure-questions.ts';

/** The index over the journal, in the folder for state. */
const indexName = 'index.sqlite';

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
    const { damaged } = await fillDatabase(database, folder, openBlobStore(folder));
    const found = searchBuilds(database, asked.questions, asked.statements);
    const ofFolders =
      asked.bulk.length === 0
        ? []
        : searchBuilds(database, asked.bulk, asked.statements, { together: `${asked.bulk.length} advisories` });
    const count = database.prepare('SELECT count(*) AS builds FROM build').get();
    return {
      rows: [...found, ...ofFolders],
      builds: Number(count?.['builds'] ?? 0),
      remarks: [
        ...asked.remarks,
        ...damaged.map(
          ({ line, reason }) =>
            `line ${line} of the journal, counted from where it was read last, is passed over: ${reason}`,
        ),
      ],
    };
  } finally {
    database.close();
  }
}
