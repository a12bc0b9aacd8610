import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Question, questionOfOsv } from '../../../inventory/index.ts';
import {
  failure,
  messageOf,
  parseBoundedJson,
  type Result,
  readBoundedInput,
  success,
  VerifyError,
} from '../../../model/index.ts';

/** A larger file is not read as an advisory. */
const largestAdvisory = 32 * 1024 * 1024;
const mostFiles = 1_000_000;

/** Advisories of a file or folder, and what was passed over. */
export interface Advisories {
  readonly questions: readonly Question[];
  readonly remarks: readonly string[];
}

async function textOf(path: string): Promise<string> {
  return (await readBoundedInput(path, largestAdvisory)).toString('utf8');
}

function parsed(path: string, text: string): Result<Question> {
  try {
    const question = questionOfOsv(parseBoundedJson(text));
    if (question !== null) return success(question);
    return failure(
      `${path} is passed over: it is no OSV advisory that names packages of a known ecosystem, or it was withdrawn`,
    );
  } catch {
    return failure(`${path} is passed over: it is no JSON`);
  }
}

async function jsonFilesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.json'));
  if (files.length > mostFiles) throw new Error(`it holds more than ${mostFiles} files`);
  return files.map((entry) => join(entry.parentPath, entry.name)).toSorted();
}

function unreadable(path: string, cause: unknown): VerifyError {
  const reason = messageOf(cause);
  return new VerifyError('usage.invalid', `cannot read advisories from ${path}: ${reason}`, {
    hint: 'name a file in the form of OSV (osv.dev), or a folder of such files',
    cause,
  });
}

async function ofFolder(folder: string, isWanted: (text: string) => boolean): Promise<Advisories> {
  const questions: Question[] = [];
  const remarks: string[] = [];
  for (const path of await jsonFilesIn(folder)) {
    // one after another: tens of thousands of files open at once are too many
    // oxlint-disable-next-line no-await-in-loop
    const text = await textOf(path).catch((error: unknown) => error);
    if (typeof text !== 'string') {
      remarks.push(`${path} is passed over: ${messageOf(text)}`);
      continue;
    }
    if (!isWanted(text)) continue;
    const question = parsed(path, text);
    if (question.ok) questions.push(question.value);
    else remarks.push(question.reason);
  }
  return { questions, remarks };
}

/**
 * The advisories in a file, or in all `.json` files below a folder. Files of a folder that cannot be read are passed over with a remark.
 * @throws VerifyError `usage.invalid`
 */
export async function readAdvisories(path: string): Promise<Advisories> {
  try {
    if ((await stat(path)).isDirectory()) return await ofFolder(path, () => true);
    const question = parsed(path, await textOf(path));
    if (!question.ok) throw new Error(question.reason);
    return { questions: [question.value], remarks: [] };
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/**
 * The advisories in a folder that bear an id, as their own or as an alias.
 * @throws VerifyError `usage.invalid` also where there is none
 */
export async function findAdvisories(folder: string, id: string): Promise<readonly Question[]> {
  const wanted = id.toUpperCase();
  let found: Advisories;
  try {
    // a text that does not hold the id is not parsed
    found = await ofFolder(folder, (text) => text.toUpperCase().includes(wanted));
  } catch (cause) {
    throw unreadable(folder, cause);
  }
  const questions = found.questions.filter(({ ids, foundBy }) =>
    [...ids, ...foundBy].some((each) => each.toUpperCase() === wanted),
  );
  if (questions.length > 0) return questions;
  throw new VerifyError('usage.invalid', `no advisory in ${folder} is ${id} or has it as an alias`, {
    hint: 'get the advisories of the ecosystem in question from osv.dev, or ask about the package: NAME@RANGE',
  });
}
