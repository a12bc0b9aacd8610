import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { removeFolders } from './support/new-folder.ts';

/** Each test file has a temporary folder of its own, and fails if it or the program that it tests leaves something there. */
const before = process.env['TMPDIR'];
const folder = mkdtempSync(join(tmpdir(), 'file-'));
process.env['TMPDIR'] = folder;

// Hooks run in reverse order: this one after those by which a file cleans up behind itself.
afterAll(() => {
  removeFolders();
  const left = readdirSync(folder);
  if (before === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = before;
  rmSync(folder, { recursive: true, force: true });
  if (left.length === 0) return;
  throw new Error(`left in the temporary folder (make folders with newFolder of test/support): ${left.join(', ')}`);
});
