import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  doubtfulVersion,
  isAdvisoryId,
  isImpossibleRange,
  parseQuestion,
  type Question,
  readVex,
  unknownType,
  type VexStatement,
} from '../../../inventory/index.ts';
import { messageOf, parseBoundedJson, readBoundedInput, VerifyError } from '../../../model/index.ts';
import { type Advisories, findAdvisories, readAdvisories } from './read-advisories.ts';

/** What `exposure` is asked. */
export interface ExposureRequest {
  /** Packages, ranges, advisories and files of them, as written. */
  readonly what: readonly string[];
  /** The folder in which ids of advisories are looked up; null for none. */
  readonly advisories: string | null;
  /** Files of OpenVEX or CycloneDX. */
  readonly vex: readonly string[];
}

/** Read and ready to be asked. */
export interface ExposureQuestions {
  /** Each is answered for every build. */
  readonly questions: readonly Question[];
  /** Of folders: answered only where something is found. */
  readonly bulk: readonly Question[];
  readonly statements: readonly VexStatement[];
  readonly remarks: readonly string[];
}

const largestVex = 64 * 1024 * 1024;

function refuse(text: string, hint: string): never {
  throw new VerifyError('usage.invalid', text, { hint });
}

/** A range in the form of VERS that stands alone belongs to the package before it. */
function withRanges(what: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (const word of what) {
    const before = joined.at(-1);
    if (!word.startsWith('vers:')) joined.push(word);
    else if (before === undefined || before.includes('vers:'))
      refuse(`${word} does not say of which package`, `write NAME@${word}, or a package URL before it`);
    else joined[joined.length - 1] = `${before}@${word}`;
  }
  return joined;
}

function looksLikePath(word: string): boolean {
  // a package may be called newtonsoft.json
  if (/^pkg:[^/]+\/[^/]/i.test(word)) return false;
  return /^(?:\.{0,2}\/|[A-Za-z]:[\\/])|^\.{1,2}$|(?:\.json|[\\/])$/.test(word);
}

/** The advisories of a file or folder that is there. One that is not, or holds none, would answer that nothing is affected. */
async function advisoriesAt(word: string, path: string): Promise<Advisories & { readonly isFolder: boolean }> {
  const found = await stat(path).catch(() => null);
  if (found === null)
    refuse(
      `there is no file or folder ${word.slice(0, 200)}`,
      'name a file in the form of OSV (osv.dev), or a folder of such files; a package of that name is written pkg:TYPE/NAME',
    );
  const isFolder = found.isDirectory();
  const advisories = await readAdvisories(path);
  if (advisories.questions.length === 0)
    refuse(
      `${word.slice(0, 200)} holds no advisory that can be asked about`,
      'name a folder with .json files in the form of OSV (osv.dev)',
    );
  return { ...advisories, isFolder };
}

async function readStatements(path: string): Promise<readonly VexStatement[]> {
  let document: unknown;
  try {
    document = parseBoundedJson((await readBoundedInput(path, largestVex)).toString('utf8'));
  } catch (cause) {
    const reason = messageOf(cause);
    throw new VerifyError('usage.invalid', `cannot read the VEX file ${path}: ${reason}`, {
      hint: 'name a file in the form of OpenVEX or CycloneDX',
      cause,
    });
  }
  return (
    readVex(document) ?? refuse(`${path} is neither OpenVEX nor CycloneDX with vulnerabilities`, 'name another file')
  );
}

/**
 * Reads what is asked about. A word is the id of an advisory, a file or folder of advisories where there is one of that name, or a
 * package with or without versions.
 * @throws VerifyError `usage.invalid`
 */
export async function readExposureQuestions(
  { what, advisories, vex }: ExposureRequest,
  workingDirectory: string,
): Promise<ExposureQuestions> {
  if (what.length === 0)
    refuse('exposure needs something to look for', 'for instance docker verify exposure "xz-utils@5.6.0 - 5.6.1"');
  const questions: Question[] = [];
  const bulk: Question[] = [];
  const remarks: string[] = [];
  for (const word of withRanges(what)) {
    if (isAdvisoryId(word)) {
      if (advisories === null)
        refuse(
          `${word} is looked up in a folder of advisories`,
          'add --advisories DIR, or ask about the package: NAME@RANGE',
        );
      // in the order in which they were asked
      // oxlint-disable-next-line no-await-in-loop
      questions.push(...(await findAdvisories(resolve(workingDirectory, advisories), word)));
      continue;
    }
    if (looksLikePath(word)) {
      // oxlint-disable-next-line no-await-in-loop
      const found = await advisoriesAt(word, resolve(workingDirectory, word));
      remarks.push(...found.remarks);
      (found.isFolder ? bulk : questions).push(...found.questions);
      continue;
    }
    const question = parseQuestion(word);
    if (question === null) {
      refuse(
        `${word.slice(0, 200)} is no package, range, advisory or file of one`,
        'write NAME, NAME@1.2.3, "NAME@>=1.2 <2", a package URL, NAME@vers:TYPE/RANGE, a CVE with --advisories DIR, or ./FILE.json',
      );
    }
    if (isImpossibleRange(word))
      refuse(
        `no version can be in the range of ${word.slice(0, 200)}`,
        'its parts must all hold: write the lower version first ("NAME@1.0 - 2.0"), and ask for several single versions one by one',
      );
    const version = doubtfulVersion(word);
    if (version !== null) remarks.push(version);
    const type = unknownType(word);
    if (type !== null)
      remarks.push(
        `${type.slice(0, 100)} is no type of package URL that is known here: only packages of that type are looked for`,
      );
    questions.push(question);
  }
  const statements = await Promise.all(vex.map((path) => readStatements(resolve(workingDirectory, path))));
  return { questions, bulk, statements: statements.flat(), remarks };
}
