import { readFileSync } from 'node:fs';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Session } from '../../../../src/gate/session/session.ts';
import { openVerdictLog } from '../../../../src/gate/session/verdict-log.ts';
import { defaultOwnOptions, type Report } from '../../../../src/model/index.ts';
import { startCollector } from '../../../support/metrics-collector.ts';
import { environmentIn, folderOf, policiesOf } from '../../policy/support/policies.ts';
import { reportOn, signedImage, unsignedImage } from '../../report/reports.ts';

const schema = JSON.parse(readFileSync('src/report/verdict-log.schema.json', 'utf8')) as object;
const blockedReport = (): Report => reportOn([signedImage, unsignedImage], 'block');
const isLine = new Ajv({ strict: false, validateFormats: false }).compile(schema);

let folder: string;
let warnings: string[];
let session: Session;

beforeEach(async () => {
  folder = await folderOf({});
  warnings = [];
  session = {
    environment: environmentIn(folder),
    own: defaultOwnOptions,
    version: '0',
    executable: '/docker-verify',
    now: () => new Date(),
    progress: () => undefined,
    warn: (text) => warnings.push(text),
    onKeyless: () => undefined,
    signal: new AbortController().signal,
  };
});

const logTo = (path: string) => openVerdictLog(session, { logs: [{ kind: 'file', path }] });

async function linesOf(path: string): Promise<readonly Record<string, unknown>[]> {
  const text = await readFile(path, 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("the machine's log of verdicts", () => {
  it('has a line for each image, which obeys its schema, and one for each run', async () => {
    const path = join(folder, 'verdicts.jsonl');
    const report = blockedReport();
    const log = logTo(path);
    await log.note('build', report);
    await log.note('build', report); // the same again is no news
    const lines = await linesOf(path);
    expect(lines.map(({ image }) => (image as { name: string }).name)).toEqual(report.images.map(({ name }) => name));
    expect(lines.filter((line) => !isLine(line))).toEqual([]);
    expect(new Set(lines.map(({ run }) => run)).size).toBe(1);
    await logTo(path).note('check', report);
    expect(new Set((await linesOf(path)).map(({ run }) => run)).size).toBe(2);
    expect(warnings).toEqual([]);
  });

  it('tells again what has become something else, and an audit that failed', async () => {
    const path = join(folder, 'verdicts.jsonl');
    const report = blockedReport();
    const log = logTo(path);
    await log.note('bake', report);
    const [first, ...others] = report.images;
    if (first === undefined) throw new Error('a report of images is wanted');
    await log.note('bake', { ...report, images: [{ ...first, status: 'error' }, ...others] });
    await log.noteAudit('bake', report, 'built from sources that were not verified');
    const lines = await linesOf(path);
    expect(lines.map(({ event }) => event)).toEqual([...report.images.map(() => 'verdict'), 'verdict', 'audit']);
    expect(lines.filter((line) => !isLine(line))).toEqual([]);
  });

  it('keeps text of others within its line and harmless, however long it is', async () => {
    const path = join(folder, 'verdicts.jsonl');
    const report = blockedReport();
    const hostile = `\n{"event":"verdict"}\u2028\u009b31m\u202e\r${'x'.repeat(100_000)}`;
    const images = report.images.map((image) => ({
      ...image,
      findings: Array.from({ length: 500 }, () => ({
        code: 'signature.missing' as const,
        level: 'error' as const,
        message: hostile,
        expected: null,
        found: null,
        hint: hostile,
      })),
    }));
    await logTo(path).note('build', { ...report, images, breakGlass: hostile } as Report);
    const text = await readFile(path, 'utf8');
    expect(text.trimEnd().split('\n')).toHaveLength(report.images.length);
    expect(text).not.toMatch(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/u);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(32_768);
  });

  it('loses nothing where many write at once', async () => {
    const path = join(folder, 'verdicts.jsonl');
    const report = blockedReport();
    await Promise.all(Array.from({ length: 50 }, async () => await logTo(path).note('build', report)));
    expect(await linesOf(path)).toHaveLength(50 * report.images.length);
  });

  it('takes no more than some milliseconds', async () => {
    const path = join(folder, 'verdicts.jsonl');
    const report = blockedReport();
    const took: number[] = [];
    for (let index = 0; index < 21; index += 1) {
      const begun = performance.now();
      await logTo(path).note('build', report);
      took.push(performance.now() - begun);
    }
    took.sort((left, right) => left - right);
    expect(took[10]).toBeLessThan(20);
  });

  it('warns of what cannot be written, and nothing else comes of it', async () => {
    const report = blockedReport();
    await logTo(join(folder, 'absent', 'verdicts.jsonl')).note('build', report);
    await logTo(folder).note('build', report);
    await writeFile(join(folder, 'victim'), 'untouched');
    await symlink(join(folder, 'victim'), join(folder, 'link'));
    await logTo(join(folder, 'link')).note('build', report);
    await logTo('/dev/null').note('build', report);
    expect(warnings).toHaveLength(4);
    expect(warnings[3]).toContain('it is no file');
    for (const warning of warnings) expect(warning).toContain("as the machine's policy asks");
    expect(await readFile(join(folder, 'victim'), 'utf8')).toBe('untouched');
  });

  it('is where a policy of the machine says, and nowhere else', async () => {
    const asking = 'version: 1\nlog: {file: /var/log/verdicts.jsonl, syslog: true}\n';
    const { logs } = await policiesOf({ machine: asking });
    expect(logs).toEqual([{ kind: 'file', path: '/var/log/verdicts.jsonl' }, { kind: 'syslog' }]);
    const elsewhere = {
      code: 'policy.invalid',
      message: expect.stringContaining("log stands in a machine's policy only"),
    };
    await expect(policiesOf({ user: asking })).rejects.toMatchObject(elsewhere);
    await expect(policiesOf({ project: asking })).rejects.toMatchObject(elsewhere);
    await expect(policiesOf({ commandLine: [asking] })).rejects.toMatchObject(elsewhere);
    expect((await policiesOf({})).logs).toEqual([]);
  });

  it.each(['log: {}', 'log: {file: verdicts.jsonl}', 'log: {file: /var/log/}', 'log: {files: /x}'])(
    'is not asked for by %s',
    async (said) => {
      await expect(policiesOf({ machine: `version: 1\n${said}\n` })).rejects.toMatchObject({ code: 'policy.invalid' });
    },
  );
});

describe("the machine's collector of metrics", () => {
  it('counts the verdicts of a command by what became of the images, and is told no name', async () => {
    const collector = await startCollector();
    const { port, requests } = collector;
    try {
      const endpoint = `http://127.0.0.1:${port}`;
      const variables = { DOCKER_CLI_OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
      session = { ...session, environment: { ...session.environment, variables } };
      // a run waits 50 ms for its collector, which a busy machine may need to begin with
      await vi.waitFor(
        async () => {
          await openVerdictLog(session, { logs: [] }).note('build', blockedReport());
          expect(requests).not.toEqual([]);
        },
        { timeout: 10_000 },
      );
      const text = requests.map((bytes) => bytes.toString('latin1')).join();
      for (const word of ['docker_verify.verdicts', 'verify build', 'block', 'allow']) expect(text).toContain(word);
      for (const { name } of blockedReport().images) expect(text).not.toContain(name);
    } finally {
      collector.close();
    }
  });

  it('is told nothing where none is named', async () => {
    const log = openVerdictLog(session, { logs: [] });
    await log.note('build', blockedReport());
    await log.noteAudit('build', blockedReport(), 'x');
    expect(warnings).toEqual([]);
  });
});

it("a system's log that cannot be written is a warning at most, and the file beside it is written all the same", async () => {
  const path = join(folder, 'verdicts.jsonl');
  const log = openVerdictLog(session, { logs: [{ kind: 'syslog' }, { kind: 'file', path }] });
  await log.note('check', blockedReport());
  expect(await linesOf(path)).toHaveLength(blockedReport().images.length);
  for (const warning of warnings) expect(warning).toContain("the system's log");
});
