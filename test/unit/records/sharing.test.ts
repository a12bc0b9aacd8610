import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BuildRecord, RecordedImage } from '../../../src/model/index.ts';
import {
  addPulledRecords,
  appendRecords,
  fillDatabase,
  objectionsTo,
  openBlobStore,
  openDatabase,
  pruneJournal,
  readBuildsOf,
  readJournal,
  readPulled,
  readSharedRecord,
  summaryOf,
} from '../../../src/records/index.ts';
import { digestFor, image, newStateFolder, record } from './support.ts';

const name = 'registry.example.com/acme/app:1';
const subject = digestFor('pushed');
const base: RecordedImage = {
  ...image('docker.io/library/base:1'),
  evidence: [{ form: 'cosign-bundle', manifest: digestFor('evidence') }],
};
const policies = [
  { layer: 'project', source: '/home/me/secret-place/docker-verify.yaml', sha256: 'a'.repeat(64) },
  { layer: 'builtin', source: 'builtin', sha256: 'b'.repeat(64) },
] as const;

const good = (more: Partial<BuildRecord> = {}, images: readonly RecordedImage[] = [base]): BuildRecord =>
  record('docker.io/library/app:1', images, { audited: true, verdict: 'allow', policies, exceptions: [], ...more });

const statementOf = (built: BuildRecord): { predicate: Record<string, unknown> } => ({
  predicate: JSON.parse(JSON.stringify(summaryOf(built, subject, name).predicate)) as Record<string, unknown>,
});

describe('a verification summary of a build', () => {
  it('passes where all that was used was verified, and names policy, evidence and record', () => {
    const { result, predicate } = summaryOf(good(), subject, name);
    expect(result).toBe('PASSED');
    expect(predicate).toMatchObject({
      verifier: { id: 'urn:docker-verify' },
      resourceUri: `${name}@${subject}`,
      policy: { uri: 'docker-verify.yaml', digest: { sha256: 'a'.repeat(64) } },
      inputAttestations: [
        {
          uri: `docker.io/library/base:1@${digestFor('evidence')}`,
          digest: { sha256: digestFor('evidence').slice(7) },
        },
      ],
      verificationResult: 'PASSED',
      verifiedLevels: ['DOCKER_VERIFY_VERIFIED'],
      dependencyLevels: { DOCKER_VERIFY_VERIFIED: 1 },
    });
  });

  it.each<readonly [string, BuildRecord]>([
    ['break-glass', good({ breakGlass: 'fire' })],
    ['a warning', good({ verdict: 'warn' })],
    ['an audit that found something', good({ audited: false })],
    ['no audit', { ...good(), audited: undefined } as never],
    ['an exception', good({ exceptions: ['one'] })],
    ['an unverified base', good({}, [{ ...base, verified: false }])],
    ['a base by its lock alone', good({}, [{ ...base, verified: false, basis: 'lock' }])],
    ['a base that was warned of', good({}, [{ ...base, status: 'warn' }])],
    ['an unverified frontend', good({}, [base, { ...base, role: 'frontend', verified: false }])],
  ])('never passes with %s', (_, built) => {
    expect(objectionsTo(built)).not.toEqual([]);
    const { result, predicate } = summaryOf(built, subject, name);
    expect(result).toBe('FAILED');
    expect(predicate).toMatchObject({ verificationResult: 'FAILED', verifiedLevels: ['FAILED'] });
  });

  it('names several policies of its own by one digest, whatever their order', () => {
    const two = [...policies, { layer: 'user', source: 'policy.yaml', sha256: 'c'.repeat(64) } as const];
    const [one, other] = [two, two.toReversed()].map(
      (each) => summaryOf(good({ policies: each }), subject, name).policy,
    );
    expect(one).toEqual(other);
    expect(one?.uri).toBe('urn:docker-verify:policies');
  });

  it('tells nothing of the machine', () => {
    const context = { ...good().context, kind: 'folder', source: '/home/me/secret-place' } as const;
    const local = good({ context, ref: 'builder/node/id', pushed: ['registry.example.com/acme/other:1'] });
    const withContexts = { ...local, arguments: { ...local.arguments, contexts: { a: '/home/me/secret-place' } } };
    const text = JSON.stringify(summaryOf(withContexts, subject, name).predicate);
    expect(text).not.toContain('secret-place');
    expect(text).not.toContain('builder/node/id');
    expect(text).toContain('registry.example.com/acme/other:1');
  });
});

describe('a record in a summary', () => {
  it('is read as it was written', () => {
    const sboms = [digestFor('sbom')];
    const built = good({ sboms });
    const read = readSharedRecord(statementOf(built), subject);
    const images = [{ name: base.name }];
    expect(read).toMatchObject({
      ok: true,
      value: {
        result: 'PASSED',
        record: { id: built.id, time: built.time, digest: subject, pushed: [name], images, sboms },
      },
    });
  });

  it('is none where another program made the summary', () => {
    expect(readSharedRecord({ predicate: { verificationResult: 'PASSED' } }, subject)).toBeNull();
    expect(readSharedRecord('nothing', subject)).toBeNull();
  });

  it('about another image is refused', () => {
    expect(readSharedRecord(statementOf(good()), digestFor('other'))).toEqual({
      ok: false,
      reason: expect.stringContaining('is about'),
    });
  });

  it.each<readonly [string, (inner: Record<string, unknown>) => unknown]>([
    ['an id that is none', (inner) => ({ ...inner, id: '../../etc' })],
    ['a digest that is none', (inner) => ({ ...inner, imageId: 'sha256:1' })],
    ['an SBOM that is none', (inner) => ({ ...inner, sboms: ['../../etc'] })],
    ['a name that is none', (inner) => ({ ...inner, pushed: ['no name!'] })],
    ['a name that is not canonical', (inner) => ({ ...inner, pushed: ['alpine'] })],
    ['no name', (inner) => ({ ...inner, pushed: [] })],
    ['a time that is none', (inner) => ({ ...inner, time: 'yesterday' })],
    ['a text without end', (inner) => ({ ...inner, target: 'a'.repeat(10_000) })],
    ['images without end', (inner) => ({ ...inner, images: Array.from({ length: 3_000 }, () => base) })],
    ['no images', (inner) => ({ ...inner, images: undefined })],
    ['another version', (inner) => ({ ...inner, schemaVersion: 2 })],
  ])('is refused with %s', (_, change) => {
    const statement = statementOf(good());
    const field = 'urn:docker-verify:record:v1';
    statement.predicate[field] = change(statement.predicate[field] as Record<string, unknown>);
    expect(readSharedRecord(statement, subject)).toEqual({
      ok: false,
      reason: expect.stringContaining('cannot be read'),
    });
  });

  it('brings no field that we do not know', () => {
    const statement = statementOf(good());
    const field = 'urn:docker-verify:record:v1';
    const inner = statement.predicate[field] as Record<string, unknown>;
    statement.predicate[field] = { ...inner, pulled: { from: 'me', signer: null, result: 'PASSED' }, more: 1 };
    const read = readSharedRecord(statement, subject);
    expect(read).toMatchObject({ ok: true, value: { result: 'PASSED' } });
    expect(JSON.stringify(read)).not.toContain('"from"');
    expect(JSON.stringify(read)).not.toContain('"more"');
  });
});

const pulledFrom = (built: BuildRecord): BuildRecord => ({
  ...built,
  pulled: { from: 'registry.example.com/acme/app', signer: null, result: 'PASSED' },
});

async function idsIn(read: typeof readJournal, folder: string): Promise<readonly string[]> {
  const ids: string[] = [];
  await read(folder, ({ id }) => void ids.push(id));
  return ids;
}

describe('records that were pulled', () => {
  it('lie apart from the journal, each once, and never in the place of ones own', async () => {
    const folder = newStateFolder();
    const [own, theirs] = [good(), pulledFrom(good({ digest: digestFor('theirs') }))];
    await appendRecords(folder, [own]);
    expect(await addPulledRecords(folder, [theirs, theirs, pulledFrom({ ...own, digest: subject })])).toEqual({
      added: [theirs],
      known: 2,
      conflicting: [],
    });
    expect(await addPulledRecords(folder, [theirs])).toMatchObject({ added: [], known: 1 });
    const impostor = { ...theirs, digest: digestFor('impostor') };
    expect(await addPulledRecords(folder, [impostor])).toMatchObject({ added: [], conflicting: [impostor] });
    expect(await idsIn(readJournal, folder)).toEqual([own.id]);
    expect(await idsIn(readPulled, folder)).toEqual([theirs.id]);
  });

  it('are no builds of this machine, wherever they stand: without their mark in the journal they would be', async () => {
    const folder = newStateFolder();
    const built = good();
    await addPulledRecords(folder, [pulledFrom(built)]);
    expect(await readBuildsOf(folder, digestFor('docker.io/library/app:1'))).toEqual([]);
    await appendRecords(folder, [pulledFrom(built)]);
    expect(await readBuildsOf(folder, digestFor('docker.io/library/app:1'))).toEqual([]);
    await appendRecords(folder, [built]);
    expect(await readBuildsOf(folder, digestFor('docker.io/library/app:1'))).toMatchObject([{ id: built.id }]);
  });

  it('are not called a build where they cannot be kept', async () => {
    await expect(addPulledRecords('/proc/nowhere', [pulledFrom(good())])).rejects.toMatchObject({
      code: 'file.unwritable',
      message: expect.stringMatching(/^what was pulled could not be added to \/proc\/nowhere\/pulled\.jsonl: /),
      hint: expect.not.stringContaining('DOCKER_VERIFY_RECORDS'),
    });
    await expect(appendRecords('/proc/nowhere', [good()])).rejects.toMatchObject({
      message: expect.stringMatching(/^this build could not be added to /),
      hint: expect.stringContaining('DOCKER_VERIFY_RECORDS=off'),
    });
  });

  it('stand in the index as they come, and go with a prune', async () => {
    const folder = newStateFolder();
    const builds = async (): Promise<number> => {
      const database = await openDatabase(join(folder, 'index.sqlite'));
      try {
        await fillDatabase(database, folder, openBlobStore(folder));
        return Number(database.prepare('SELECT count(*) AS builds FROM build').get()?.['builds']);
      } finally {
        database.close();
      }
    };
    await appendRecords(folder, [good()]);
    expect(await builds()).toBe(1);
    await addPulledRecords(folder, [pulledFrom(good({ digest: digestFor('b') }))]);
    expect(await builds()).toBe(2);
    await addPulledRecords(folder, [pulledFrom(good({ digest: digestFor('c') }))]);
    expect(await builds()).toBe(3);
    const late = pulledFrom(good({ digest: digestFor('d'), time: '2027-01-01T00:00:00.000Z' }));
    await addPulledRecords(folder, [late]);
    expect(await builds()).toBe(4);
    expect(await pruneJournal(folder, new Date('2026-12-31T00:00:00Z'))).toEqual({ kept: 1, removed: 3 });
    expect(await idsIn(readPulled, folder)).toEqual([late.id]);
    expect(await builds()).toBe(1);
  });
});
