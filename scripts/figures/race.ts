/** `race.ts [BUILDS]`: prints what came of builds on a tag that is flipped between a signed and an unsigned image all the while. */
import { join } from 'node:path';
import { root } from '../build/folders.ts';
import { openLab } from '../lab/running-lab.ts';
import { raceTag } from './tag-race.ts';

const builds = Number(process.argv[2] ?? 100);
if (!Number.isInteger(builds) || builds < 1) throw new Error(`${process.argv[2]} is no number of builds`);

function row(cells: readonly (string | number)[]): string {
  const widths = [64, 10, 10, 10, 10, 10];
  return cells
    .map((cell, index) => String(cell).padEnd(widths[index] ?? 0))
    .join('')
    .trimEnd();
}

const lab = openLab(process.env['LAB_HOME'] ?? join(root, 'build', 'lab'));
const executable = process.env['VERIFY_EXECUTABLE'] ?? join(root, 'dist', 'docker-verify');
const figures = await raceTag(lab, executable, builds);
console.log(row([`${builds} builds each`, 'signed', 'UNSIGNED', 'refused', 'failed', 'moves of the tag']));
for (const { name, signed, unsigned, refused, failed, flips, lastFailure } of figures) {
  console.log(row([name, signed, unsigned, refused, failed, flips]));
  if (lastFailure !== null) console.log(`  the last failure: ${lastFailure}`);
}
const [ours, ...others] = figures;
// a race that shows no escape without the guard proves nothing
const isShown = ours?.unsigned === 0 && ours.signed > 0 && others.every(({ unsigned }) => unsigned > 0);
if (!isShown) process.exitCode = 1;
