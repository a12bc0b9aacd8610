import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type FoundProject, findSigners } from '../../../../../src/gate/commands/policies/find-signers.ts';
import { writePolicy } from '../../../../../src/gate/commands/policies/init.ts';
import { lock } from '../../../../../src/gate/commands/policies/lock.ts';
import { standardInput } from '../../../../../src/gate/session/standard-input.ts';
import { type CanonicalName, type OwnOptions, parseCanonicalName } from '../../../../../src/model/index.ts';
import { addImage, newKeyHolder, policyFor, signImage, startRegistry } from '../../../../support/signed-registry.ts';
import type { MemoryRegistry } from '../../../oci/memory-registry.ts';
import { folderOf } from '../../../policy/support/policies.ts';
import { sessionIn } from '../../gate-pipeline.ts';

const acme = newKeyHolder();
let registry: MemoryRegistry;
let folder: string;
beforeEach(async () => {
  registry = await startRegistry();
  signImage(registry, 'app', addImage(registry, 'app'), acme);
  folder = await folderOf({
    'docker-verify.yaml': policyFor(registry, acme, 'app'),
    Dockerfile: `FROM ${registry.host}/app:1\n`,
  });
});

const name = (named: string): CanonicalName => parseCanonicalName(`${registry.host}/${named}`);
const write = (file: string, text: string): Promise<void> => writeFile(join(folder, file), text);
const inputOf = (session: ReturnType<typeof sessionIn>) => standardInput(() => process.stdin, session.environment);

async function locked(more: Partial<Parameters<typeof lock>[1]> = {}, own: Partial<OwnOptions> = {}) {
  const session = sessionIn(folder, own);
  const request = { args: ['.'], check: false, prune: false, update: 'none', confirmed: false, ...more } as const;
  return await lock(session, request, inputOf(session));
}

describe('a lock', () => {
  it('is written once, and is then up to date, also where an entry of it is named', async () => {
    expect((await locked()).result).toBe('written');
    expect((await locked()).result).toBe('current');
    expect((await locked({ update: new Set([name('app:1')]) })).result).toBe('current');
    expect((await locked({ check: true })).result).toBe('current');
  });

  it('is not moved by a name that is neither used nor locked, and what is used instead is said', async () => {
    await locked();
    const update = (named: string) => locked({ update: new Set([name(named)]) });
    await expect(update('app:2')).rejects.toMatchObject({ hint: expect.stringContaining(`${registry.host}/app:1`) });
    await expect(update('other:1')).rejects.toMatchObject({ hint: 'name an image as the Dockerfile does' });
  });

  it('moves an entry that is named though nothing uses it here any more', async () => {
    await locked();
    await write('Dockerfile', 'FROM scratch\n');
    expect((await locked({ update: new Set([name('app:1')]) })).result).toBe('current');
  });

  it('asks again who signed what is locked where it is to be refreshed', async () => {
    await locked();
    const { changes, result } = await locked({}, { refresh: true });
    expect([result, changes.map(({ kind }) => kind)]).toEqual(['current', ['same']]);
  });

  it('is not written of what was not asked now', async () => {
    const session = sessionIn(folder);
    await lock(session, { args: ['.'], check: true, prune: false, update: 'none', confirmed: false }, inputOf(session));
    const { result, failures } = await locked({}, { offline: true });
    expect(result).toBe('unestablished');
    expect(failures).toMatchObject([{ name: name('app:1'), error: { code: expect.stringMatching(/^registry/) } }]);
  });

  it('says that a tag has moved since, and where to', async () => {
    await locked();
    const moved = addImage(registry, 'app', '1', { created: '2026-01-01T00:00:00Z' });
    signImage(registry, 'app', moved, acme);
    expect((await locked({}, { refresh: true })).moved).toMatchObject([{ name: name('app:1'), tag: moved.digest }]);
  });

  it('keeps the digest that is written beside a name apart from that of its tag', async () => {
    const { digest } = addImage(registry, 'app');
    signImage(registry, 'app', { mediaType: '', size: 0, digest }, acme);
    await locked();
    await write('Dockerfile', `FROM ${registry.host}/app:1@${digest}\n`);
    expect((await locked()).result).toBe('current');
  });
});

describe('a pruned lock', () => {
  const pruned = () => locked({ prune: true });

  it('loses what no file of the project uses, whichever stage is built', async () => {
    await locked();
    await write('Dockerfile', `FROM ${registry.host}/app:1 AS other\nFROM scratch\n`);
    expect((await pruned()).result).toBe('current');
    await write('Dockerfile', 'FROM scratch\n');
    expect(await pruned()).toMatchObject({ result: 'written' });
  });

  it.each<readonly [string, string, RegExp]>([
    ['cannot be parsed', 'FRM x\n', /what sub\/Dockerfile uses could not be read/],
    ['is read by a frontend of its own', '# syntax=example.com/own:1\nFROM scratch\n', /only the build itself shows/],
  ])('loses nothing where a Dockerfile of the project %s', async (_, text, message) => {
    await locked();
    await mkdir(join(folder, 'sub'));
    await write('sub/Dockerfile', text);
    const { result, failures } = await pruned();
    expect(result).toBe('unestablished');
    expect(failures).toMatchObject([{ name: null, error: { message: expect.stringMatching(message) } }]);
  });

  it('loses nothing where an image cannot be read, whose triggers may name others', async () => {
    await locked();
    await write('Dockerfile', `FROM ${registry.host}/app:1\nCOPY --from=${registry.host}/none:1 /x /x\n`);
    const { result, failures } = await pruned();
    expect(result).toBe('unestablished');
    expect(failures.map(({ error }) => error.message).join()).toContain('whose triggers may name others');
  });
});

describe('who signs the images of a project', () => {
  const trial = { keyFiles: ['acme.pub'], authorityFiles: [], authorities: [] };

  async function found(args: readonly string[] = ['.'], isAdding = false): Promise<FoundProject> {
    const session = sessionIn(folder);
    return await findSigners(session, { args, trial, isAdding }, inputOf(session));
  }

  beforeEach(async () => {
    await rm(join(folder, 'docker-verify.yaml'));
    await write('acme.pub', acme.pem);
  });

  it('is who signs every image of a repository, and nobody who signs only some', async () => {
    expect((await found()).repositories).toMatchObject([{ signers: [{}], unseen: null }]);
    addImage(registry, 'app', '2', { author: 'x' });
    await write('Dockerfile', `FROM ${registry.host}/app:1\nCOPY --from=${registry.host}/app:2 /x /x\n`);
    expect((await found()).repositories).toMatchObject([{ names: [name('app:1'), name('app:2')], signers: [] }]);
  });

  it('is not known of an image that cannot be looked up', async () => {
    await write('Dockerfile', `FROM ${registry.host}/none:1\n`);
    expect((await found()).repositories).toMatchObject([{ signers: [], unseen: { code: 'registry.not-found' } }]);
  });

  it('is looked for where a policy is there only when rules are to be added to it, for images without one', async () => {
    await write('docker-verify.yaml', policyFor(registry, acme, 'app'));
    await expect(found()).rejects.toMatchObject({ code: 'usage.invalid', hint: expect.stringContaining('init --add') });
    expect(await found(['.'], true)).toMatchObject({ ruled: 1, repositories: [] });
  });
});

describe('a policy that is written', () => {
  const trusted = () => [{ repository: `${registry.host}/none`, names: [name('none:1')], signers: [] }];
  const path = (): string => join(folder, 'docker-verify.yaml');
  const writing = async (before: string | null, place = path()) => {
    const session = sessionIn(folder);
    const plan = { path: place, before, after: 'version: 1\n', added: '' };
    return await writePolicy(session, ['.'], plan, trusted(), inputOf(session));
  };

  it('does not take the place of one that has come to stand there', async () => {
    const text = await readFile(path(), 'utf8');
    await expect(writing(null)).rejects.toMatchObject({
      code: 'usage.invalid',
      message: expect.stringContaining('exists already'),
    });
    expect(await readFile(path(), 'utf8')).toBe(text);
  });

  it('is refused where its folder cannot be written', async () => {
    await expect(writing(null, join(folder, 'none', 'docker-verify.yaml'))).rejects.toMatchObject({
      code: 'file.unwritable',
    });
  });

  it('is taken back where the lock that it needs cannot be written', async () => {
    await write('Dockerfile', `FROM ${registry.host}/none:1\n`);
    const text = await readFile(path(), 'utf8');
    await expect(writing(text)).rejects.toMatchObject({ name: 'VerifyError' });
    expect(await readFile(path(), 'utf8')).toBe(text);
    await rm(path());
    await expect(writing(null)).rejects.toMatchObject({ name: 'VerifyError' });
    await expect(readFile(path(), 'utf8')).rejects.toThrow('ENOENT');
  });
});
