import { describe, expect, it } from 'vitest';
import { builtHere } from '../../../../../src/gate/examine/gather/built-here.ts';
import type { BuildRecord, ResolvedImage } from '../../../../../src/model/index.ts';
import { addPulledRecords, appendRecords } from '../../../../../src/records/index.ts';
import { digestFor, image, newStateFolder, record } from '../../../records/support.ts';

/** What is asked of the pipeline: where the records are, and what the policies say. */
function pipelineIn(folder: string, more: { local?: string; records?: boolean; variable?: string } = {}): never {
  const { local = 'built', records = true, variable } = more;
  const variables = { XDG_STATE_HOME: folder, DOCKER_VERIFY_RECORDS: variable };
  return {
    session: { environment: { variables, homeDirectory: '/nowhere', platform: 'linux' } },
    policies: { records, layers: [{ local: [] }, { local: [{ verdict: local }] }] },
  } as never; // the parts of a pipeline that are asked
}

function local(digest: string, source: ResolvedImage['source'] = 'local'): ResolvedImage {
  const root = { mediaType: '', digest: digestFor(digest), size: 0 };
  return {
    name: 'docker.io/library/app:1',
    root,
    children: [],
    platforms: [],
    source,
    onbuild: {},
    chainIds: {},
  } as never;
}

async function journalOf(...records: readonly BuildRecord[]): Promise<string> {
  const folder = newStateFolder();
  await appendRecords(`${folder}/docker-verify`, records);
  return folder;
}

const good: Partial<BuildRecord> = { breakGlass: null, verdict: 'allow', audited: true };
const app = (more: Partial<BuildRecord> = {}, images = [image('base')]): BuildRecord =>
  record('app', images, { ...good, ...more });

describe('an image of the local store', () => {
  it.each(['app', 'config of app'])('was built here where a record says that its build made %s', async (digest) => {
    const built = app();
    const found = await builtHere(pipelineIn(await journalOf(record('x', [], good), built)), local(digest));
    expect(found).toEqual({ built: true, record: built.id, time: built.time });
  });

  const unverified = { ...image('docker.io/library/base:1'), verified: false };
  it.each<readonly [string, BuildRecord, string]>([
    ['with break-glass', app({ breakGlass: 'fire' }), 'in an emergency'],
    ['without an audit', app({ audited: false }), 'not compared'],
    ['by a version that noted no audit', record('app', [], { verdict: 'allow' }), 'not compared'],
    ['with a warning', app({ verdict: 'warn' }), 'verdict on its build was warn'],
    [
      'of an image by its lock alone',
      app({}, [{ ...unverified, basis: 'lock' }]),
      'docker.io/library/base:1 was not verified',
    ],
    ['of an image that was only warned of', app({}, [{ ...image('base'), status: 'warn' }]), 'base was not verified'],
    [
      'of a local image that another tool made',
      app({}, [{ ...unverified, basis: 'local' }]),
      'base:1 was not verified',
    ],
    ['upon itself', app({}, [{ ...unverified, basis: 'local', digest: digestFor('app') }]), 'base:1 was not verified'],
  ])('was not, where it was built %s', async (_, built, reason) => {
    const found = await builtHere(pipelineIn(await journalOf(built)), local('app'));
    expect(found).toMatchObject({ built: false, reason: expect.stringContaining(reason) });
    expect(found).toMatchObject({ reason: expect.stringContaining(built.id) });
  });

  it('was not, where another machine says so: in the journal of this one the same record would be enough', async () => {
    const [folder, built] = [newStateFolder(), app()];
    const pulled = { from: 'registry.example.com/app', signer: null, result: 'PASSED' } as const;
    await addPulledRecords(`${folder}/docker-verify`, [{ ...built, pulled }]);
    expect(await builtHere(pipelineIn(folder), local('app'))).toMatchObject({ built: false });
    await appendRecords(`${folder}/docker-verify`, [built]);
    expect(await builtHere(pipelineIn(folder), local('app'))).toMatchObject({ built: true });
  });

  it('was not, where the record is of another image under the same name', async () => {
    const found = await builtHere(pipelineIn(await journalOf(app())), local('impostor'));
    expect(found).toMatchObject({ built: false, reason: expect.stringContaining('no record') });
  });

  it('was built here where any record of the same bytes says so', async () => {
    const folder = await journalOf(app({ breakGlass: 'fire' }), app(), app({ audited: false }));
    expect(await builtHere(pipelineIn(folder), local('app'))).toMatchObject({ built: true });
  });

  it('was built here upon an image that was built here, and not upon one whose record is gone', async () => {
    const lower = record('lower', [image('base')], good);
    const upper = app({}, [{ ...unverified, name: 'lower', basis: 'local', digest: digestFor('lower') }]);
    expect(await builtHere(pipelineIn(await journalOf(lower, upper)), local('app'))).toMatchObject({ built: true });
    expect(await builtHere(pipelineIn(await journalOf(upper)), local('app'))).toMatchObject({ built: false });
  });

  it('is not found in a chain of records without end', async () => {
    const on = (name: string, base: string): BuildRecord =>
      record(name, [{ ...unverified, basis: 'local', digest: digestFor(base) }], good);
    const folder = await journalOf(on('a', 'b'), on('b', 'a'));
    expect(await builtHere(pipelineIn(folder), local('a'))).toMatchObject({ built: false });
  });

  it.each([{ records: false }, { variable: 'off' }])('is not known while records are off: %o', async (off) => {
    const found = await builtHere(pipelineIn(await journalOf(app()), off), local('app'));
    expect(found).toMatchObject({ built: false, reason: expect.stringContaining('switched off') });
  });

  it('is not known where the journal cannot be read', async () => {
    const folder = newStateFolder();
    await appendRecords(`${folder}/docker-verify/journal.jsonl`, [app()]);
    expect(await builtHere(pipelineIn(folder), local('app'))).toMatchObject({ built: false });
  });
});

it('no record is read where no policy asks, or the image is no local one', async () => {
  const folder = await journalOf(app());
  expect(await builtHere(pipelineIn(folder, { local: 'warn' }), local('app'))).toBeNull();
  expect(await builtHere(pipelineIn(folder), local('app', 'registry'))).toBeNull();
});
