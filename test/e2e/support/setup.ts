import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { executable, labHome, project } from './paths.ts';

let ours = false;

function must(program: string, parameters: readonly string[]): void {
  const { status, error } = spawnSync(program, parameters, {
    cwd: project,
    stdio: ['ignore', 2, 2],
    env: { ...process.env, LAB_HOME: labHome() },
  });
  if (status !== 0) {
    throw new Error(`${program} ${parameters.join(' ')} ended with ${status ?? error?.message}`);
  }
}

function isUp(): boolean {
  const { status } = spawnSync(join(project, 'scripts', 'lab', 'lab'), ['status'], {
    stdio: 'ignore',
    env: { ...process.env, LAB_HOME: labHome() },
  });
  return status === 0;
}

/** Builds the executable where there is none, and brings the lab up. */
export function setup(): void {
  if (!existsSync(executable)) {
    must('make', ['build']);
  }
  // two projects of tests may be set up by one run
  ours ||= !isUp();
  try {
    must(join(project, 'scripts', 'lab', 'up'), []);
  } catch (error) {
    teardown(); // vitest tears down only what was set up whole
    throw error;
  }
}

/** Takes down the lab that this run brought up, unless LAB_KEEP is set. */
export function teardown(): void {
  if (ours && !process.env['LAB_KEEP']) {
    ours = false;
    must(join(project, 'scripts', 'lab', 'down'), []);
  }
}
