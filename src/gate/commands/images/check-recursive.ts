import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readUserPolicy } from '../../../builder/index.ts';
import { namesFile, operandsOf, withoutOperands } from '../../../invocation/index.ts';
import {
  type Finding,
  isRefusal,
  isVerifyError,
  type Report,
  type ReportImage,
  type SurveyedFile,
  VerifyError,
} from '../../../model/index.ts';
import { assembleReport } from '../../examine/judge/assemble-report.ts';
import { mergeReports } from '../../examine/judge/merge-reports.ts';
import { programsFor } from '../../run/plan/builder-readiness.ts';
import { nameOfFile, pathForPeople, problemOf, type SurveySource } from '../../run/plan/found-targets.ts';
import { type Judge, type Judges, openJudges, surveyFile } from '../../run/plan/survey-file.ts';
import { type BuildFile, type FoundFiles, findBuildFiles } from '../../scan/find-build-files.ts';
import { refuseCancelled, type Session } from '../../session/session.ts';
import type { StandardInput } from '../../session/standard-input.ts';
import { withDefaultPath, withPathAlone } from './operands.ts';

/** What was found out about one file: a report as a check of it alone would give, or why there is none. */
type Surveyed =
  | { readonly file: BuildFile; readonly report: Report }
  | { readonly file: BuildFile; readonly error: VerifyError };

function surveyedFile(session: Session, surveyed: Surveyed): SurveyedFile {
  const file = nameOfFile(session, surveyed.file);
  if ('error' in surveyed)
    return { file, status: 'error', images: [], refused: [], problem: problemOf(surveyed.error) };
  const { verdict, images } = surveyed.report;
  const names = (some: readonly ReportImage[]): SurveyedFile['images'] => some.map(({ name }) => name);
  const refused = images.filter(({ status }) => isRefusal(status));
  return { file, status: verdict, images: names(images), refused: names(refused), problem: null };
}

/** What the report says of files that could not be read. */
function problemFinding({ file, problem }: SurveyedFile, hint: string | null): Finding {
  return {
    code: 'scan.unreadable',
    level: 'error',
    message: `${file}: ${problem?.message ?? ''}`,
    expected: null,
    found: null,
    hint: hint ?? 'mend that file: what it uses is not known',
  };
}

function unreadableFolders(session: Session, { unreadable }: FoundFiles): readonly Surveyed[] {
  return unreadable.map(({ folder, reason }) => ({
    file: { kind: 'dockerfile', folder, paths: [folder] },
    error: new VerifyError(
      'dockerfile.unreadable',
      `the folder ${pathForPeople(session, folder)} cannot be read: ${reason}`,
      {
        hint: 'see who may read it',
      },
    ),
  }));
}

/** The one folder that a command line names. */
async function folderOf(
  args: readonly string[],
  session: Session,
): Promise<{ folder: string; rest: readonly string[] }> {
  const { workingDirectory } = session.environment;
  const words = withDefaultPath(withPathAlone(args, workingDirectory, 'check --recursive'));
  const [written = '.'] = operandsOf(words);
  const usage = (message: string): VerifyError =>
    new VerifyError('usage.invalid', message, { hint: 'name one folder, or none for this one' });
  if (namesFile(words)) throw usage('check --recursive finds the files itself, and takes no --file');
  const folder = resolve(workingDirectory, written);
  const found = await stat(folder).catch(() => null);
  if (found?.isDirectory() !== true) throw usage(`"${written.slice(0, 200)}" is no folder on this machine`);
  return { folder, rest: withoutOperands(words, [written]) };
}

function warnOfHidden(session: Session, { hidden }: FoundFiles): void {
  if (hidden.length === 0) return;
  const shown = hidden.slice(0, 5).map((path) => pathForPeople(session, path));
  const more = hidden.length > shown.length ? ` and ${hidden.length - shown.length} more` : '';
  session.warn(`.dockerignore hides folders, and so these are not looked at: ${shown.join(', ')}${more}`);
}

async function surveyAll(
  files: readonly BuildFile[],
  source: SurveySource,
  judges: Judges,
): Promise<readonly Surveyed[]> {
  const userPolicy = await readUserPolicy(source.session.environment);
  const survey = async (file: BuildFile): Promise<Surveyed> => {
    try {
      return { file, report: await surveyFile(file, source, await judges.judgeOf(file.folder), userPolicy) };
    } catch (error) {
      if (!isVerifyError(error) || ['cancelled', 'internal'].includes(error.code)) throw error;
      return { file, error };
    }
  };
  const dockerfiles = Promise.all(files.filter(({ kind }) => kind === 'dockerfile').map(survey));
  dockerfiles.catch(() => undefined); // thrown where it is awaited
  const surveyed: Surveyed[] = [];
  const waiting = files.filter(({ kind }) => kind === 'definition');
  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      // a program runs for each: a few at a time
      // oxlint-disable-next-line no-await-in-loop
      surveyed.push(await survey(file));
    }
  };
  await Promise.all(Array.from({ length: programsAtOnce }, work));
  const all = [...(await dockerfiles), ...surveyed];
  refuseCancelled(source.session);
  return files.flatMap((file) => all.filter((each) => each.file === file));
}

const programsAtOnce = 4;

/** A report on nothing, where no file could be read: with the policies of the folder itself. */
async function emptyReport(judge: Judge): Promise<Report> {
  const scan = { cacheImports: [], unknown: [], replacements: [] };
  return assembleReport(judge.pipeline, { targets: [], scan, images: [], unknownAs: null, others: [], build: null });
}

/**
 * A survey: every Dockerfile, bake and compose file below a folder, each judged as a check of it alone would judge it, in one report. What is
 * wrong with one of them does not end it.
 * @throws VerifyError `usage.invalid`; `dockerfile.missing` where there is none; `policy.*` where nothing can be judged at all
 */
export async function checkRecursive(session: Session, args: readonly string[], input: StandardInput): Promise<Report> {
  const { folder, rest } = await folderOf(args, session);
  const found = await findBuildFiles(folder);
  warnOfHidden(session, found);
  if (found.files.length === 0 && found.unreadable.length === 0) {
    throw new VerifyError('dockerfile.missing', `no Dockerfile, bake or compose file lies below ${folder}`, {
      hint: 'name the folder that holds them',
    });
  }
  const judges = openJudges(session);
  try {
    let programs: ReturnType<typeof programsFor> | null = null;
    const source: SurveySource = {
      session,
      input,
      args: rest,
      programs: () => {
        programs ??= programsFor(session);
        return programs;
      },
    };
    const surveyed = [...unreadableFolders(session, found), ...(await surveyAll(found.files, source, judges))];
    const report = await surveyReport(session, surveyed, async () => emptyReport(await judges.judgeOf(folder)));
    await noteSurvey(judges, surveyed, report);
    return report;
  } finally {
    await judges.close();
  }
}

/** Tells the machine's log, whose policy is the same whichever of the files it is asked of. */
async function noteSurvey(judges: Judges, surveyed: readonly Surveyed[], report: Report): Promise<void> {
  const judged = surveyed.find((each) => 'report' in each);
  if (judged === undefined) return;
  const { pipeline } = await judges.judgeOf(judged.file.folder);
  await pipeline.verdicts.note('check', report);
}

async function surveyReport(
  session: Session,
  surveyed: readonly Surveyed[],
  empty: () => Promise<Report>,
): Promise<Report> {
  const [first, ...others] = surveyed.flatMap((each) => ('report' in each ? [each.report] : []));
  const merged = mergeReports([first ?? (await empty()), ...others]);
  const problems = surveyed.flatMap((each) =>
    'error' in each ? [problemFinding(surveyedFile(session, each), each.error.hint)] : [],
  );
  return {
    ...merged,
    verdict: problems.length === 0 ? merged.verdict : 'error',
    findings: [...merged.findings, ...problems],
    files: surveyed.map((each) => surveyedFile(session, each)),
  };
}
