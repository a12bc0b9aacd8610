/** The journal of builds: what was built of what. An index answers which builds contain something; it can be deleted at any time. */

export { type BlobStore, largestBlob, openBlobStore } from './blob-store.ts';
export { openDatabase } from './database.ts';
export { type Filled, fillDatabase } from './fill-database.ts';
export { addToImageNote, type ImageNote, type NotedSbom, readImageNote, writeImageNote } from './image-notes.ts';
export { appendRecords, type DamagedLine, readBuildsOf, readJournal, readPulled } from './journal.ts';
export { forgetImages, type MissingImage, missingImages } from './missing.ts';
export { type PruneOutcome, pruneJournal } from './prune.ts';
export { type AddedRecords, addPulledRecords } from './pulled-records.ts';
export { recentRecords } from './recent-records.ts';
export { type Answers, countBuilds } from './rest.ts';
export { searchBuilds } from './search.ts';
export { readSharedRecord, type SharedRecord } from './shared-record.ts';
export { stateFolder } from './state-folder.ts';
export { createUlid, isUlid } from './ulid.ts';
export { objectionsTo, type Summary, summaryOf, summaryType } from './verification-summary.ts';
export { canWriteState, withIndex } from './with-index.ts';
