/**
 * `exposure.ts [BUILDS]`: fills a journal with builds (10,000) over 200 images of 400 packages each, and measures what a question
 * costs: filling the index once, a query afterwards as a whole process, its memory beside `version`'s, and the size of the index.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuildRecord, type Digest, parseDigest, type RecordedImage } from '../../src/model/index.ts';
import { appendRecords, createUlid, openBlobStore, writeImageNote } from '../../src/records/index.ts';
import { root } from '../build/folders.ts';

const builds = Number(process.argv[2] ?? '10000');
const images = 200;
const packagesEach = 400;
/** A question about a million takes a while each time. */
const queries = builds > 100_000 ? 3 : 11;
const executable = join(root, 'dist', 'docker-verify');

function digestFor(name: string): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(name).digest('hex')}`);
}

function sbomOf(image: number): string {
  const packages = Array.from({ length: packagesEach }, (_, index) => {
    // half of what an image holds is in every other image too
    const name = index < packagesEach / 2 ? `common-${index}` : `own-${image}-${index}`;
    const purl = `pkg:deb/debian/${name}@1.${image}.${index}-1?distro=debian-13`;
    return {
      name,
      versionInfo: `1.${image}.${index}-1`,
      externalRefs: [{ referenceType: 'purl', referenceLocator: purl }],
    };
  });
  if (image === 7) {
    const purl = 'pkg:deb/debian/liblzma5@5.6.1-1?upstream=xz-utils&distro=debian-13';
    packages.push({
      name: 'liblzma5',
      versionInfo: '5.6.1-1',
      externalRefs: [{ referenceType: 'purl', referenceLocator: purl }],
    });
  }
  return JSON.stringify({ spdxVersion: 'SPDX-2.3', packages });
}

function baseOf(image: number): RecordedImage {
  const name = `registry.example.com/base/${image}:1`;
  return {
    name,
    digest: digestFor(name),
    platforms: [{ platform: 'linux/amd64', digest: digestFor(`${name} amd64`) }],
    role: 'runtime-base',
    status: 'allow',
    basis: 'signature',
    verified: true,
    signer: null,
    rule: 'all',
    bases: [],
    sboms: [],
  };
}

function recordOf(build: number): BuildRecord {
  const time = new Date(Date.UTC(2026, 0, 1) + build * 60_000);
  const tag = `registry.example.com/app/${build % 500}:${build}`;
  return {
    schemaVersion: 1,
    id: createUlid(time),
    time: time.toISOString(),
    tool: '0.0.0',
    verb: 'build',
    target: 'default',
    stage: null,
    ref: null,
    imageId: null,
    // an image is built again and again, and is mostly the same
    digest: digestFor(`result ${build % images}`),
    tags: [tag],
    pushed: [tag],
    platforms: ['linux/amd64'],
    context: { kind: 'folder', source: '/app', remote: null, commit: null, dirty: null, subdirectory: null },
    dockerfile: { path: 'Dockerfile', sha256: null },
    arguments: { build: {}, contexts: {}, secrets: [], ssh: [] },
    images: [baseOf(build % images)],
    exceptions: [],
    breakGlass: null,
    verdict: 'allow',
  };
}

async function fill(folder: string): Promise<void> {
  const blobs = openBlobStore(folder);
  for (let image = 0; image < images; image += 1) {
    // one after another is soon enough
    // oxlint-disable-next-line no-await-in-loop
    const digest = await blobs.write(Buffer.from(sbomOf(image)));
    for (const subject of [digestFor(`registry.example.com/base/${image}:1`), digestFor(`result ${image}`)]) {
      // oxlint-disable-next-line no-await-in-loop
      await writeImageNote(folder, {
        schemaVersion: 1,
        digest: subject,
        time: '2026-01-01T00:00:00Z',
        sboms: [{ digest, subject, trust: 'signed', signer: null }],
        layers: {},
        problem: null,
      });
    }
  }
  for (let from = 0; from < builds; from += 1000) {
    const some = Array.from({ length: Math.min(1000, builds - from) }, (_, index) => recordOf(from + index));
    // oxlint-disable-next-line no-await-in-loop
    await appendRecords(folder, some);
  }
}

interface Run {
  readonly milliseconds: number;
  /** Kilobytes. */
  readonly memory: number;
  /** Milliseconds of the processors, which a busy machine hardly changes. */
  readonly processor: number;
  readonly status: number | null;
}

function run(state: string, args: readonly string[]): Run {
  const started = performance.now();
  const { stderr, status } = spawnSync('/usr/bin/env', ['sh', '-c', 'exec "$@" >/dev/null', 'sh', ...timed(args)], {
    env: { ...process.env, XDG_STATE_HOME: state },
    encoding: 'utf8',
  });
  const milliseconds = performance.now() - started;
  const [, memory, user, system] = /peak (\d+) ([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
  const processor = (Number(user) + Number(system)) * 1000;
  return { milliseconds, memory: Number(memory), processor, status };
}

/** The command under GNU time where there is one. */
function timed(args: readonly string[]): readonly string[] {
  const hasTime = spawnSync('/usr/bin/time', ['--version']).status === 0;
  return hasTime ? ['/usr/bin/time', '-f', 'peak %M %U %S', executable, ...args] : [executable, ...args];
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const state = mkdtempSync(join(tmpdir(), 'verify-exposure-'));
try {
  const folder = join(state, 'docker-verify');
  await fill(folder);
  const first = run(state, ['exposure', 'xz-utils@5.6.0 - 5.6.1']);
  const runs = Array.from({ length: queries }, () => run(state, ['exposure', 'xz-utils@5.6.0 - 5.6.1']));
  const versions = Array.from({ length: queries }, () => run(state, ['version']));
  const size = (name: string): string => `${(statSync(join(folder, name)).size / 1_000_000).toFixed(1)} MB`;
  console.log(`${builds} builds, ${images} images of ${packagesEach} packages`);
  console.log(
    `index made with the first query  ${first.milliseconds.toFixed(0)} ms, ${first.processor.toFixed(0)} ms of the processors, ${first.memory} kB (status ${first.status})`,
  );
  console.log(`query, whole process             ${median(runs.map(({ milliseconds }) => milliseconds)).toFixed(0)} ms`);
  console.log(
    `version, whole process           ${median(versions.map(({ milliseconds }) => milliseconds)).toFixed(0)} ms`,
  );
  console.log(
    `processor time of the two        ${median(runs.map(({ processor }) => processor)).toFixed(0)} / ${median(versions.map(({ processor }) => processor)).toFixed(0)} ms`,
  );
  console.log(
    `memory of a query / version      ${median(runs.map(({ memory }) => memory))} / ${median(versions.map(({ memory }) => memory))} kB`,
  );
  console.log(`journal ${size('journal.jsonl')}, index ${size('index.sqlite')}`);
} finally {
  rmSync(state, { recursive: true, force: true });
}
