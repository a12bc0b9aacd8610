import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RegistryMode, registryModes } from '../../../scripts/lab/test-registry.ts';
import {
  acmePolicy,
  copyImage,
  lab,
  type Outcome,
  projectFolder,
  runVerify,
  sign,
  startTestRegistry,
  type TestRegistry,
  temporaryFolder,
} from '../support/lab.ts';

const forms = ['unsigned', 'sig', 'bundle', 'both'] as const;
const lockFile = 'docker-verify.lock.json';
const policyFile = 'docker-verify.yaml';

let plain: TestRegistry;

/** Pushes an image of each form, and beside it another one with a bundle of its own. Without the API cosign writes the fallback tag, with which every mode can begin. */
beforeAll(async () => {
  plain = await startTestRegistry({ referrers: false });
  const { registry, keys } = lab();
  const acme = { key: keys.acme.privateKey };
  for (const form of forms) {
    const image = `${plain.host}/modes/${form}:1`;
    await copyImage(lab(), `${registry}/unsigned/base:1`, image);
    if (form === 'sig' || form === 'both') await sign(lab(), image, { signer: acme, cosign: 2 });
    if (form === 'bundle' || form === 'both') await sign(lab(), image, { signer: acme, cosign: 3 });
    await copyImage(lab(), `${registry}/wrong/base:1`, `${plain.host}/modes/${form}:other`);
    await sign(lab(), `${plain.host}/modes/${form}:other`, { signer: acme, cosign: 3 });
  }
}, 180_000);
afterAll(() => plain.close());

type Statuses = readonly [number, number, number, number];

/** The statuses of check, lock and init for the four forms, in their order. */
interface Row {
  readonly check: Statuses;
  readonly lock: Statuses;
  readonly init: Statuses;
  /** Whether to wait or to try again is advised. */
  readonly advised: boolean;
}

/** Everything that is there can be seen, whatever the registry answers besides. */
const seen: Row = { check: [10, 0, 0, 0], lock: [0, 0, 0, 0], init: [0, 0, 0, 0], advised: false };
/** The registry keeps from us whether there is more, and will do so. */
const lasting: Row = { check: [11, 0, 0, 0], lock: [11, 0, 0, 0], init: [11, 0, 0, 0], advised: false };
/** It does so for now: a file that others rely on can wait. */
const passing: Row = { check: [11, 0, 0, 0], lock: [11, 11, 11, 11], init: [11, 0, 0, 0], advised: true };

const expected: Readonly<Record<(typeof registryModes)[number], Row>> = {
  'no-api': seen,
  ghcr: seen,
  // what cosign 3 lists under the fallback tag cannot be had from GitLab at all: its answer is the image
  gitlab: { ...seen, check: [10, 0, 10, 0] },
  artifactory: seen,
  'artifactory-406': seen,
  'empty-listing': seen,
  'null-listing': seen,
  dangling: seen,
  foreign: seen,
  'unreadable-link': lasting,
  'referrers-page': lasting,
  'unlabelled-listing': seen,
  'referrers-401': lasting,
  'referrers-403': lasting,
  'referrers-410': seen,
  'referrers-429': passing,
  'referrers-500': passing,
  // the tag of cosign 2 is lost too
  'signature-tags-500': { check: [11, 11, 0, 0], lock: [11, 11, 11, 11], init: [11, 11, 0, 0], advised: true },
};

interface Seen {
  readonly statuses: readonly number[];
  readonly text: string;
}

/** Runs the three commands on an image, each with nothing cached, and sees to it that what fails leaves files as they were. */
async function tryOn(image: string): Promise<Seen> {
  const run = async (folder: string, words: readonly string[]): Promise<Outcome> =>
    runVerify(words, { cwd: folder, stdin: '', env: { XDG_CACHE_HOME: await temporaryFolder() } });
  const project = await projectFolder({ Dockerfile: `FROM ${image}\n`, [policyFile]: acmePolicy() });
  const checked = await run(project, ['check', '.']);
  const before = `{\n  "lockVersion": 1,\n  "images": {}\n}\n`;
  await writeFile(join(project, lockFile), before);
  const locked = await run(project, ['lock', '.']);
  const after = await readFile(join(project, lockFile), 'utf8');
  expect(after === before).toBe(locked.status !== 0);
  const bare = await projectFolder({ Dockerfile: `FROM ${image}\n` });
  const begun = await run(bare, ['init', '--yes', '--key', 'acme.pub', '.']);
  expect(existsSync(join(bare, policyFile))).toBe(begun.status === 0);
  const outcomes = [checked, locked, begun];
  return {
    statuses: outcomes.map(({ status }) => status),
    text: outcomes.map(({ stdout, stderr }) => stdout + stderr).join('\n'),
  };
}

describe('every registry, for every form of signature', () => {
  it.each(registryModes)('%s', async (mode) => {
    const registry = await startTestRegistry({ mode, store: plain.store });
    try {
      for (const [index, form] of forms.entries()) {
        const { check, lock, init, advised } = expected[mode];
        // one after another: what is said of a form is compared with it
        // oxlint-disable-next-line no-await-in-loop
        const { statuses, text } = await tryOn(`${registry.host}/modes/${form}:1`);
        expect([form, ...statuses]).toEqual([form, check[index], lock[index], init[index]]);
        expect(/again|wait/.test(text)).toBe(advised);
      }
    } finally {
      await registry.close();
    }
  });
});

/** A registry that has all forms and the API, with a mode of its own. */
async function inMode(mode: RegistryMode, task: (host: string, registry: TestRegistry) => Promise<void>) {
  const registry = await startTestRegistry({ mode, store: plain.store });
  try {
    await task(registry.host, registry);
  } finally {
    await registry.close();
  }
}

describe('init, where one image of several could not be looked up', () => {
  it('writes what it knows, names the other once with its cure, and ends with 11', async () => {
    await inMode('referrers-500', async (host) => {
      const dockerfile = `FROM ${host}/modes/sig:1 AS a\nFROM ${host}/modes/unsigned:1\nCOPY --from=a / /\n`;
      const folder = await projectFolder({ Dockerfile: dockerfile });
      const { status, stderr } = await runVerify(['init', '--yes', '--key', 'acme.pub', '.'], {
        cwd: folder,
        stdin: '',
      });
      expect(status).toBe(11);
      const policy = await readFile(join(folder, policyFile), 'utf8');
      expect(policy).toContain(`${host}/modes/sig\n`);
      expect(policy).not.toContain('modes/unsigned');
      expect(existsSync(join(folder, lockFile))).toBe(false);
      expect(stderr.match(/Could not be looked up/g)).toHaveLength(1);
      expect(stderr).toMatch(/modes\/unsigned {2}what is attached.*500.*\n {4}next: try again later/);
    });
  });

  it('goes on where an image is not there at all', async () => {
    const dockerfile = `FROM ${plain.host}/modes/nowhere:1 AS a\nFROM ${plain.host}/modes/unsigned:1\nCOPY --from=a / /\n`;
    const folder = await projectFolder({ Dockerfile: dockerfile });
    const { status, stderr } = await runVerify(['init', '--yes', '.'], { cwd: folder, stdin: '' });
    expect(status).toBe(11);
    expect(stderr).toMatch(/modes\/nowhere {2}.*has no .*modes\/nowhere/);
    expect(await readFile(join(folder, policyFile), 'utf8')).toContain('modes/unsigned');
    expect(await readFile(join(folder, lockFile), 'utf8')).not.toContain('nowhere');
  });
});

describe('lock', () => {
  it('says "signed by somebody else" only where that is established, and leaves the file byte for byte', async () => {
    const folder = await projectFolder({ [policyFile]: acmePolicy() });
    const registry = await startTestRegistry({ store: plain.store });
    try {
      await writeFile(join(folder, 'Dockerfile'), `FROM ${registry.host}/modes/sig:1\n`);
      const run = (...more: string[]) => runVerify(['lock', '--refresh', ...more, '.'], { cwd: folder, stdin: '' });
      expect((await run()).status).toBe(0);
      const before = await readFile(join(folder, lockFile), 'utf8');
      expect(before).toContain('"name": "acme"');
      const mend = registry.addFault({ path: '/manifests/sha256-', effect: { kind: 'status', status: 503 } });
      for (const words of [[], ['--update'], ['--update', '--yes'], ['--check']]) {
        const { status, stdout, stderr } = await run(...words);
        expect(status).toBe(11);
        expect(stderr).toContain('503');
        expect(stdout + stderr).not.toContain('somebody else');
        expect(await readFile(join(folder, lockFile), 'utf8')).toBe(before);
      }
      mend();
      // the control: with the look-up left out, as if it had said "unsigned", the same change would have been offered
      registry.addFault({ path: '/manifests/sha256-', effect: { kind: 'status', status: 404 } });
      const refused = await run();
      expect([refused.status, refused.stdout]).toEqual([10, expect.stringContaining('it was signed before')]);
      expect(await readFile(join(folder, lockFile), 'utf8')).toBe(before);
    } finally {
      await registry.close();
    }
  });
});

describe('inspect', () => {
  it('says what could not be looked at, and answers 11 only where nothing is in hand', async () => {
    await inMode('referrers-403', async (host) => {
      const unsigned = await runVerify(['inspect', `${host}/modes/unsigned:1`]);
      expect(unsigned.status).toBe(11);
      expect(unsigned.stdout).toMatch(/\? not known: referrers of .*403.*docker login/s);
      expect(unsigned.stdout).not.toContain('nothing is attached');
      expect((await runVerify(['inspect', `${host}/modes/sig:1`])).status).toBe(0);
    });
  });

  it('names what was ignored', async () => {
    await inMode('foreign', async (host) => {
      const { status, stdout } = await runVerify(['inspect', `${host}/modes/unsigned:1`]);
      expect([status, stdout]).toEqual([0, expect.stringMatching(/- ignored: .*is listed for.*but\s+is about/s)]);
    });
  });
});

/** Makes the notes of a cache older. */
async function age(folder: string, milliseconds: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    const note = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ ...note, time: note.time - milliseconds }));
  }
}

describe('Docker Hub’s limits', () => {
  it('are reached by few checks: the first counts what it must get, a further one nothing, soon or later', async () => {
    await inMode('hub', async (host, registry) => {
      const cache = { XDG_CACHE_HOME: await temporaryFolder() };
      const folder = await projectFolder({ Dockerfile: `FROM ${host}/modes/sig:1\n`, [policyFile]: acmePolicy() });
      const counted = async (...more: string[]) => {
        registry.forget();
        expect((await runVerify(['check', ...more, '.'], { cwd: folder, env: cache })).status).toBe(0);
        return { pulls: registry.pulls(), requests: registry.requests.map(({ method, path }) => `${method} ${path}`) };
      };
      const first = await counted();
      const second = await counted();
      console.info(
        `a first check: ${first.requests.length} requests, ${first.pulls} pulls; a second: ${second.requests.length}, ${second.pulls}`,
      );
      expect(first.pulls).toBeLessThanOrEqual(3);
      expect(second).toEqual({ pulls: 0, requests: ['HEAD /v2/modes/sig/manifests/1'] });
      await age(join(cache.XDG_CACHE_HOME, 'docker-verify', 'listings'), 10 * 60_000);
      const later = await counted();
      console.info(`and one when listings are looked up again: ${later.requests.length}, ${later.pulls}`);
      expect(later.pulls).toBe(0);
      expect(later.requests.filter((request) => request.endsWith('.sig'))).toEqual([expect.stringMatching(/^HEAD /)]);
    });
  });

  it('are named with their cause and docker login', async () => {
    await inMode('hub', async (host, registry) => {
      const outcomes: Outcome[] = [];
      const cwd = await projectFolder({ [policyFile]: acmePolicy() });
      for (let turn = 0; turn < 6 && outcomes.at(-1)?.status !== 11; turn += 1) {
        // oxlint-disable-next-line no-await-in-loop
        outcomes.push(await runVerify(['check', '--refresh', `${host}/modes/sig:1`], { cwd }));
      }
      expect(outcomes.at(-1)?.status).toBe(11);
      expect(outcomes.at(-1)?.stdout).toMatch(/429 TOOMANYREQUESTS.*10 in 60 minutes.*docker login/s);
      expect(registry.pulls()).toBeGreaterThan(10);
      // and end nothing where there is no policy
      const unruled = await runVerify(['check', '--refresh', `${host}/modes/sig:1`]);
      expect(unruled).toMatchObject({ status: 0, stdout: expect.stringMatching(/429 TOOMANYREQUESTS.*docker login/s) });
    });
  });
});
