import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { root } from '../../../../scripts/build/folders.ts';
import { newFolder } from '../../../support/new-folder.ts';

/** Runs the commands on the sources, each under a line with its part. */
const program = `
import { writeSync } from 'node:fs';
import { warmUp } from ${JSON.stringify(join(root, 'scripts/build/warm-up.ts'))};
import { run } from ${JSON.stringify(join(root, 'cmd/docker-verify/app.ts'))};
const statuses = [];
const tell = (text) => writeSync(1, '= ' + text + '\\n');
const noted = async (variables) => {
  try { await run(variables); } finally { statuses.push(process.exitCode ?? 0); process.exitCode = 0; }
};
await warmUp({ run: noted }, (part) => tell(part), () => tell('statuses ' + statuses.join(' ')));
`;

it('goes all the way in every command: what fails early would be compiled anew in each run of users', {
  timeout: 60_000,
}, async () => {
  const words = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program];
  const env = { PATH: process.env['PATH'], TMPDIR: newFolder('warm-up') };
  const { stdout, stderr } = await promisify(execFile)(process.execPath, words, { env });
  expect(stdout).toMatch(/^= statuses 0 0 0 0 0 0 0 0 0$/m);
  expect(stdout).toMatch(/^= keyless$[^=]*^allowed: all 2 images are verified$/m);
  expect(stderr).not.toMatch(/^docker verify:/m);
});
