import { appendFile, readFile, writeFile } from 'node:fs/promises';
import type { Job, Line } from '../job.ts';
import { type Coverage, measure, type RunFile, tryMutant } from './try-mutant.ts';

async function readJson<Content>(path: string): Promise<Content | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  return text === null ? null : JSON.parse(text);
}

/** Tries the mutants of the job in the folder that the environment names, one after another in this one process. */
export async function doJob(run: RunFile): Promise<void> {
  const folder = process.env['MUTANTS_JOB'] ?? '';
  const say = (line: Line): Promise<void> => appendFile(`${folder}/outcomes.jsonl`, `${JSON.stringify(line)}\n`);
  try {
    const job = await readJson<Job>(`${folder}/job.json`);
    if (job === null) throw new Error(`no job in ${folder}`);
    await say({ process: process.pid });
    let coverage = await readJson<readonly Coverage[]>(`${folder}/coverage.json`);
    if (coverage === null) {
      coverage = await measure(job.tests, run);
      await writeFile(`${folder}/coverage.json`, JSON.stringify(coverage));
    }
    const statics = new Set(job.statics);
    for (const mutant of job.mutants) {
      await say({ id: mutant, state: 'trying' });
      await say(await tryMutant({ id: mutant, isStatic: statics.has(mutant) }, coverage, run));
    }
  } catch (error) {
    await say({ failed: error instanceof Error ? error.message : String(error) });
  }
}
