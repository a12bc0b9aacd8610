import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

/** Linux's folder in memory: thousands of small files cost half of what they do on a disk there, and no durable write is waited for. */
const inMemory = '/dev/shm';
/** Far more than tests of one process keep at a time. */
const bytesNeeded = 2 ** 30;

/** Whether a folder may be filled, and programs be started from it: tests put fakes of some there. In containers it is often neither. */
function servesTests(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < bytesNeeded) return false;
  const program = join(folder, 'program');
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
  const { status } = spawnSync(program);
  rmSync(program);
  return status === 0;
}

function newFolderInMemory(): string | null {
  let folder: string;
  try {
    folder = mkdtempSync(join(inMemory, 'dv-'));
  } catch {
    return null; // another system than Linux, or a folder that is not ours to write to
  }
  if (servesTests(folder)) return folder;
  rmSync(folder, { recursive: true });
  return null;
}

/**
 * Gives a run of the tests a temporary folder of its own, and takes it away with all that tests left there. It is in memory where that is
 * large enough, unless somebody has chosen a place with `TMPDIR`; end-to-end tests share theirs with an engine, and stay on the disk.
 */
export function setup({ name }: TestProject): () => void {
  const before = process.env['TMPDIR'];
  const chosen = before === undefined && !name.startsWith('e2e') ? newFolderInMemory() : null;
  const folder = chosen ?? mkdtempSync(join(tmpdir(), 'dv-'));
  process.env['TMPDIR'] = folder;
  return () => {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    rmSync(folder, { recursive: true, force: true });
  };
}
