/** Prints the figures with their aims. `bench.ts [NAME…]`: only those; an aim that is missed is marked and ends with status 1. */
import { join } from 'node:path';
import { root } from '../build/folders.ts';
import { type BenchBed, openBenchBed } from './bench-bed.ts';
import { build, check, type Figure, handshake, lineage, memory, record, size } from './figures.ts';

const all: Readonly<Record<string, (bed: BenchBed) => Promise<Figure>>> = {
  handshake,
  one: (bed) => check(bed, 1, false, 0.6),
  'one-again': (bed) => check(bed, 1, true, null),
  ten: (bed) => check(bed, 10, false, 0.1),
  'ten-again': (bed) => check(bed, 10, true, null),
  lineage: (bed) => lineage(bed, false),
  'lineage-again': (bed) => lineage(bed, true),
  build,
  record,
  memory,
  size,
};

function row(cells: readonly [string, string, string, string, string, string]): string {
  const widths = [54, 10, 30, 10, 10, 4];
  return cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join('')
    .trimEnd();
}

const asked = process.argv.slice(2);
const bed = await openBenchBed(process.env['LAB_HOME'] ?? join(root, 'build', 'lab'));
console.log(row(['figure', 'ours', 'theirs', 'result', 'aim', '']));
try {
  for (const [name, figure] of Object.entries(all)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const { name: title, ours, theirs, result, aim, met } = await figure(bed);
    console.log(row([title, ours, theirs, result, aim, aim === '' ? '' : met ? '✓' : '✗']));
    if (!met) process.exitCode = 1;
  }
} finally {
  await bed.close();
}
