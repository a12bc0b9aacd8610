import {
  type BuildRecord,
  type Digest,
  isVerifyError,
  type RecordedImage,
  type ResolvedImage,
} from '../../../model/index.ts';
import type { BuiltHere } from '../../../policy/index.ts';
import { readBuildsOf, stateFolder } from '../../../records/index.ts';
import type { Pipeline } from '../../session/pipeline.ts';
import { isRecording } from './recording.ts';

/** Images built upon images built here, one upon the other: as deep as a chain of bases is followed. */
const mostSteps = 24;

/** What a record says against an image, null for nothing. */
type Objection = string | null;

class Journal {
  readonly #folder: string;
  readonly #asked = new Map<Digest, BuiltHere>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param above the images built upon this one, on the way that led here: none of them can vouch for itself. */
  async ask(digest: Digest, above: readonly Digest[] = []): Promise<BuiltHere> {
    if (above.includes(digest))
      return { built: false, reason: 'its only record says that it is built upon itself', hint: null };
    const known = this.#asked.get(digest);
    if (known !== undefined) return known;
    const answer = await this.#search(digest, [...above, digest]);
    if (answer.built || above.length === 0) this.#asked.set(digest, answer);
    return answer;
  }

  async #search(digest: Digest, way: readonly Digest[]): Promise<BuiltHere> {
    const records = await readBuildsOf(this.#folder, digest);
    let newest: string | null = null;
    for (const record of records) {
      // the newest that says it is enough
      // oxlint-disable-next-line no-await-in-loop
      const objection = await this.#objectionTo(record, way);
      if (objection === null) return { built: true, record: record.id, time: record.time };
      newest ??= `record ${record.id}: ${objection}`;
    }
    const reason =
      newest ?? `no record of a build on this machine that made ${digest} (another tool made it, or it was pruned)`;
    return { built: false, reason, hint: null };
  }

  async #objectionTo(record: BuildRecord, way: readonly Digest[]): Promise<Objection> {
    const { breakGlass, audited, verdict, images } = record;
    if (breakGlass !== null) return 'it was built in an emergency, past what the policies refused';
    if (audited !== true) return 'what the builder used was not compared with what was verified, or was something else';
    if (verdict !== 'allow') return `the verdict on its build was ${verdict}`;
    for (const image of images) {
      // one after another: the first that is wrong ends it
      // oxlint-disable-next-line no-await-in-loop
      if (!(await this.#isGood(image, way))) return `${image.name} was not verified when it was built`;
    }
    return null;
  }

  /** Verified, or itself built here: then its own record must say so, whatever a policy let in then. */
  async #isGood({ verified, status, basis, digest }: RecordedImage, way: readonly Digest[]): Promise<boolean> {
    if (status !== 'allow') return false;
    if (verified) return true;
    return basis === 'local' && digest !== null && way.length < mostSteps && (await this.ask(digest, way)).built;
  }
}

/**
 * Whether the records of this machine show that an image of the local store was built here, with every image verified and nothing
 * let through in an emergency (`local: built`). Known by its ID alone: a name may have been given to anything. Null where no policy
 * in force asks, or the image is no local one.
 */
export async function builtHere(
  pipeline: Pick<Pipeline, 'session' | 'policies'>,
  image: ResolvedImage,
): Promise<BuiltHere | null> {
  const asks = pipeline.policies.layers.some(({ local }) => local.some(({ verdict }) => verdict === 'built'));
  if (!asks || image.source !== 'local') return null;
  if (!isRecording(pipeline)) {
    const hint = 'switch records on: records in the policy of the user or machine, DOCKER_VERIFY_RECORDS';
    return { built: false, reason: 'records of builds are switched off, so nothing shows what was built here', hint };
  }
  try {
    return await new Journal(stateFolder(pipeline.session.environment)).ask(image.root.digest);
  } catch (error) {
    if (isVerifyError(error)) return { built: false, reason: error.message, hint: error.hint };
    throw error;
  }
}
