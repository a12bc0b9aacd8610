/**
 * Prints the figures with their aims. `bench.ts [NAME…]`: only those; an aim that is missed is marked and ends with status 1.
 * `bench.ts --check`: holds some of them, measured shortly, to the ratios that are recorded; ends with status 1 where one has grown by half.
 */
import { join } from 'node:path';
import { root } from '../build/folders.ts';
import { type BenchBed, openBenchBed } from './bench-bed.ts';
import { type CheckCase, check, lineage, processor } from './check-figures.ts';
import type { Figure } from './figure.ts';
import { build, handshake, memory, record, size, start } from './figures.ts';
import { holdToRecord, isBusy, recordedRatios } from './regression.ts';

const one: CheckCase = { signed: 'key', count: 1, latency: 40, cached: false };
const ten: CheckCase = { ...one, count: 10 };
const keyless: CheckCase = { ...one, signed: 'identity' };

const all: Readonly<Record<string, (bed: BenchBed) => Promise<Figure>>> = {
  handshake,
  version: (bed) => start(bed, ['version'], 1.25),
  scan: (bed) => start(bed, ['scan', './app'], 1.5),
  'one-near': (bed) => check(bed, { ...one, latency: 0 }, 0.9),
  'keyless-near': (bed) => check(bed, { ...keyless, latency: 0 }, 0.9),
  processor: (bed) => processor(bed, 'key', 1.2),
  'processor-keyless': (bed) => processor(bed, 'identity', null),
  one: (bed) => check(bed, one, 0.45),
  'one-again': (bed) => check(bed, { ...one, cached: true }, null),
  keyless: (bed) => check(bed, keyless, null),
  ten: (bed) => check(bed, ten, 0.06),
  'ten-again': (bed) => check(bed, { ...ten, cached: true }, null),
  lineage: (bed) => lineage(bed, false),
  'lineage-again': (bed) => lineage(bed, true),
  build: (bed) => build(bed, 'build', 1.15),
  bake: (bed) => build(bed, 'bake', 1.15),
  record,
  memory,
  size,
};

function row(cells: readonly [string, string, string, string, string, string]): string {
  const widths = [74, 10, 32, 10, 10, 4];
  return cells
    .map((cell, index) => cell.padEnd(widths[index] ?? 0))
    .join('')
    .trimEnd();
}

async function printAll(bed: BenchBed, asked: readonly string[]): Promise<void> {
  console.log(row(['figure', 'ours', 'theirs', 'result', 'aim', '']));
  for (const [name, figure] of Object.entries(all)) {
    if (asked.length > 0 && !asked.includes(name)) continue;
    const { name: title, ours, theirs, result, aim, met } = await figure(bed);
    console.log(row([title, ours, theirs, result, aim, aim === '' ? '' : met ? '✓' : '✗']));
    if (!met) process.exitCode = 1;
  }
}

async function holdAll(bed: BenchBed): Promise<void> {
  console.log(row(['figure', 'ours', 'theirs', 'result', 'recorded', '']));
  for (const [name, recorded] of Object.entries(recordedRatios)) {
    const figure = all[name];
    if (figure === undefined) throw new Error(`no figure of the name ${name}`);
    const { ratio, isWorse } = await holdToRecord(recorded, async () => {
      const measured = await figure(bed);
      const { ours, theirs, result } = measured;
      console.log(row([measured.name, ours, theirs, result, recorded.ratio.toFixed(2), '']));
      return measured.ratio ?? 0;
    });
    if (!isWorse) continue;
    const isNoise = recorded.of === 'clock' && isBusy();
    const meaning = isNoise ? 'which means nothing on a machine that others use' : 'it has become slower';
    console.log(`  ${name}: ${ratio.toFixed(2)} where ${recorded.ratio.toFixed(2)} is recorded: ${meaning}`);
    if (!isNoise) process.exitCode = 1;
  }
}

const words = process.argv.slice(2);
const isCheck = words.includes('--check');
const bed = await openBenchBed(process.env['LAB_HOME'] ?? join(root, 'build', 'lab'), isCheck);
try {
  if (isCheck) await holdAll(bed);
  else await printAll(bed, words);
} finally {
  await bed.close();
}
