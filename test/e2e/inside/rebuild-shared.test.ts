// A build of what another machine recorded and shared: the same answers, and nothing of this machine for the author of the record.
import { existsSync } from 'node:fs';
import { readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { BuildRecord, Rebuild } from '../../../src/model/index.ts';
import {
  createRepository,
  type Served,
  serveByHttp,
  serveByHttps,
  type TestRepository,
} from '../contexts/repository.ts';
import { containerdEngine } from '../no-way-around/project.ts';
import { acmePolicy, lab, type Outcome, runDocker, runVerify, temporaryFolder, writeFiles } from '../support/lab.ts';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';

const { registry, keys } = lab();
const base = `${registry}/signed/base:1`;
const env = containerdEngine ?? {};
const series = `records-rebuild-${process.pid}-${Date.now()}`;

const served: Served[] = [];
afterEach(async () => {
  await Promise.all(served.splice(0).map((server) => server.close()));
});

/** A home of its own with a policy; nothing of another's machine. */
interface Machine {
  readonly home: string;
  readonly folder: string;
  readonly run: (args: readonly string[], cwd?: string) => Promise<Outcome>;
}

async function machine(): Promise<Machine> {
  const home = await temporaryFolder();
  const acme = await readFile(keys.acme.publicKey);
  const folder = await writeFiles(join(home, 'work'), { 'docker-verify.yaml': acmePolicy(), 'acme.pub': acme });
  const own = { HOME: home, XDG_CACHE_HOME: join(home, 'cache'), XDG_STATE_HOME: join(home, 'state') };
  return { home, folder, run: (args, cwd = folder) => runVerify(args, { cwd, env: { ...env, ...own } }) };
}

function must(outcome: Outcome): Outcome {
  if (outcome.status !== 0) throw new Error(`${outcome.status}: ${outcome.stderr}\n${outcome.stdout}`);
  return outcome;
}

interface Shared {
  readonly repository: TestRepository;
  readonly tag: string;
  /** The machine that built, and another one that pulled the record. */
  readonly first: Machine;
  readonly second: Machine;
}

/** Builds a repository's checkout on one machine, pushes image and record, and pulls the record on another. */
async function shared(
  name: string,
  files: Readonly<Record<string, string>>,
  options: { readonly args?: readonly string[]; readonly alike?: boolean; readonly remote?: string } = {},
): Promise<Shared> {
  const repository = await createRepository();
  const acme = await readFile(keys.acme.publicKey);
  await repository.commit({ 'docker-verify.yaml': acmePolicy(), 'acme.pub': acme, ...files });
  if (options.remote !== undefined) await repository.git('remote', 'add', 'origin', options.remote);
  const tag = `${registry}/${series}/${name}:1`;
  const [first, second] = [await machine(), await machine()];
  const { args = [] } = options;
  if (options.alike === true) {
    // what the driver of Docker's own builder cannot push: an image with the times rewritten, loaded from an archive
    // only times after the commit's are rewritten, and a checkout has that of the commit
    const later = new Date(Date.now() + 3_600_000);
    for (const file of Object.keys(files)) await utimes(join(repository.folder, file), later, later);
    const archive = join(await temporaryFolder(), 'image.tar');
    const outputOptions = `type=oci,dest=${archive},name=${tag},rewrite-timestamp=true`;
    const commit = await repository.git('show', '--no-patch', '--format=%ct', 'HEAD');
    const alike = ['--provenance=false', '--build-arg', `SOURCE_DATE_EPOCH=${commit}`, '--output', outputOptions];
    must(await first.run(['build', ...alike, ...args, '.'], repository.folder));
    must(await runDocker(['image', 'load', '--quiet', '--input', archive], { env }));
    must(await runDocker(['image', 'push', '--quiet', tag], { env }));
  } else must(await first.run(['build', '--push', '-t', tag, ...args, '.'], repository.folder));
  await runDocker(['image', 'rm', '--force', tag], { env });
  must(await first.run(['records', 'push', '--key', keys.acme.privateKey, tag]));
  must(await second.run(['records', 'pull', '--key', 'acme.pub', tag]));
  return { repository, tag, first, second };
}

async function rebuilt(where: Machine, args: readonly string[]): Promise<Outcome & { readonly rebuild: Rebuild }> {
  const outcome = await where.run(['rebuild', '--format', 'json', ...args]);
  // the tool's own result; empty where it made none
  return { ...outcome, rebuild: JSON.parse(outcome.stdout === '' ? '{}' : outcome.stdout) as Rebuild };
}

/** Puts another record in the place of the one that was pulled, as if somebody who is trusted had signed it. */
async function replaceRecord(where: Machine, change: (record: BuildRecord) => BuildRecord): Promise<void> {
  const file = join(where.home, 'state', 'docker-verify', 'pulled.jsonl');
  // one line of our own
  const record = JSON.parse(await readFile(file, 'utf8')) as BuildRecord;
  await writeFile(file, `${JSON.stringify(change(record))}\n`);
}

const reproducible = `FROM ${base}\nARG WORD\nCOPY note /note\nRUN --network=none echo $WORD >/word\n`;

describe.skipIf(containerdEngine === null)('a record that another machine shared', () => {
  it('is identical from a folder here that has the commit, whatever else lies in it', async () => {
    // a step from the builder's cache would have the times of an earlier run
    const word = `WORD=${series}-${Date.now()}`;
    const options = { alike: true, args: ['--build-arg', word, '--label', 'a.b=c d', '--network', 'none'] };
    const { repository, tag, second } = await shared('identical', { Dockerfile: reproducible, note: word }, options);
    await writeFile(join(repository.folder, 'note'), 'changed meanwhile\n');
    const made = await rebuilt(second, ['--context', repository.folder, tag]);
    expect(made).toMatchObject({ status: 0, rebuild: { verdict: 'identical', leftOut: [], folder: null } });
    expect(made.stderr).toContain('signed by');
  }, 120_000);

  it('is different from a folder without that commit, which is taken as it lies', async () => {
    const options = { args: ['--build-arg', 'WORD=hello'] };
    const { repository, tag, second } = await shared('lies', { Dockerfile: reproducible, note: 'x\n' }, options);
    const folder = await writeFiles(await temporaryFolder(), { Dockerfile: reproducible, note: 'another\n' });
    const made = await rebuilt(second, ['--context', folder, tag]);
    expect(made).toMatchObject({ status: 10, rebuild: { verdict: 'different', folder } });
    expect(made.rebuild.platforms[0]?.layers[0]?.files[0]).toMatchObject({ path: 'note' });
    // the same files, but the times
    await writeFile(join(folder, 'note'), 'x\n');
    const same = await rebuilt(second, ['--context', folder, tag]);
    expect(same).toMatchObject({ status: 0, rebuild: { verdict: 'same content', folder } });
    // another Dockerfile is not what was built
    await writeFile(join(folder, 'Dockerfile'), `${reproducible}#\n`);
    expect((await rebuilt(second, ['--context', folder, tag])).rebuild.missing).toEqual([
      expect.stringContaining('the Dockerfile'),
    ]);
    expect(repository.folder).not.toBe(folder);
    expect(await rebuilt(second, ['--context', 'nowhere', tag])).toMatchObject({ status: 64 });
  }, 120_000);

  it('is fetched by its commit where the remote proves who it is, and only there', async () => {
    const certificate = await selfSignedCertificate('127.0.0.1');
    const bare = await createRepository();
    const server = await serveByHttps(bare, certificate);
    served.push(server);
    const files = { Dockerfile: `FROM ${base}\nRUN --network=none date +%s.%N >/stamp\n` };
    const { repository, tag, second } = await shared('fetched', files, { remote: server.url });
    await bare.git('fetch', '--quiet', repository.folder, 'HEAD:refs/heads/built');
    const refused = await rebuilt(second, [tag]);
    expect(refused).toMatchObject({ status: 11, rebuild: { missing: [expect.stringContaining('commit')] } });
    await writeFiles(second.home, { 'ca.pem': certificate.certificate });
    await writeFile(join(second.home, '.gitconfig'), `[http]\n\tsslCAInfo = ${join(second.home, 'ca.pem')}\n`);
    const made = await rebuilt(second, [tag]);
    expect(made).toMatchObject({ status: 10, rebuild: { verdict: 'different', leftOut: [] } });
    expect(made.rebuild.platforms[0]?.layers[0]).toMatchObject({ cause: 'time', files: [{ path: 'stamp' }] });
    for (const remote of [repository.folder, `file://${repository.folder}`, 'ext::sh -c "touch pwned"', '-upload:x']) {
      // oxlint-disable-next-line no-await-in-loop
      await replaceRecord(second, (record) => ({ ...record, context: { ...record.context, remote } }));
      // oxlint-disable-next-line no-await-in-loop
      const other = await rebuilt(second, [tag]);
      expect(other).toMatchObject({
        status: 11,
        rebuild: { verdict: null, leftOut: [expect.stringContaining(remote)] },
      });
    }
  }, 180_000);

  it('is built under the policies of the person, not under one that lies among its files', async () => {
    const { repository, tag, second } = await shared('policy', { Dockerfile: `FROM ${base}\nCOPY acme.pub /k\n` });
    await writeFile(join(second.folder, 'docker-verify.yaml'), 'version: 1\ndefault: deny\n');
    const strict = await second.run(['rebuild', '--policy', 'docker-verify.yaml', '--context', repository.folder, tag]);
    expect(strict).toMatchObject({
      status: 10,
      stdout: expect.stringMatching(/^not rebuilt: .* is refused by the policies\n/),
    });
    const fromCommit = await second.run(['rebuild', tag]);
    expect(fromCommit.status).toBe(11);
  }, 120_000);
});

describe.skipIf(containerdEngine === null)('a hostile record', () => {
  it('writes, reads and runs nothing of this machine, and each argument that is left out is said', async () => {
    const outside = await temporaryFolder();
    await writeFiles(outside, { secret: 'hunter2', Dockerfile: `FROM ${base}\nCOPY secret /secret\n` });
    const canary = join(outside, 'written');
    const { repository, tag, second } = await shared('hostile', {
      Dockerfile: `FROM ${base}\nCOPY note* /\n`,
      note: 'x',
    });
    const evil = (record: BuildRecord): BuildRecord => ({
      ...record,
      stage: `--metadata-file=${canary}`,
      platforms: [`--metadata-file=${canary}`],
      arguments: {
        build: {
          [`--metadata-file`]: canary,
          BUILDKIT_SYNTAX: `${registry}/evil`,
          https_proxy: 'http://evil',
          OK: '-x',
        },
        contexts: { stolen: outside, [`--output=type=local,dest`]: canary },
        secrets: [`x,src=${join(outside, 'secret')}`],
        ssh: ['default'],
        labels: { [`--iidfile=${canary}`]: 'x', ok: `--iidfile=${canary}` },
        network: 'host',
        hosts: ['registry.example.com:6.6.6.6'],
      },
      dockerfile: { ...record.dockerfile, path: join(outside, 'Dockerfile') },
    });
    await replaceRecord(second, evil);
    const made = await rebuilt(second, ['--context', repository.folder, tag]);
    expect(made).toMatchObject({ status: expect.any(Number), rebuild: { record: { target: 'default' } } });
    expect([0, 10]).toContain(made.status);
    const said = made.rebuild.leftOut.map((each) => each.split(':')[0]);
    expect(said).toEqual([
      `--platform --metadata-file=${canary}`,
      `--target --metadata-file=${canary}`,
      '--build-arg --metadata-file',
      '--build-arg BUILDKIT_SYNTAX',
      '--build-arg https_proxy',
      '--build-context stolen',
      '--build-context --output=type=local,dest',
      `--label --iidfile=${canary}`,
      `--secret x,src=${join(outside, 'secret')}`,
      '--ssh default',
      '--network host',
      '--add-host registry.example.com',
    ]);
    expect(existsSync(canary)).toBe(false);
    const text = await second.run(['rebuild', '--context', repository.folder, tag]);
    expect(text.stdout.match(/^ {2}left out /gm)).toHaveLength(12);

    // the control: the same words in the place of a value, with plain buildx
    const plain = ['buildx', 'build', `--metadata-file=${canary}`, repository.folder];
    expect(await runDocker(plain, { env })).toMatchObject({ status: 0 });
    expect(existsSync(canary)).toBe(true);
  }, 180_000);

  it('does not leave the commit by its folder, nor by a link in the commit', async () => {
    const outside = await writeFiles(await temporaryFolder(), { Dockerfile: `FROM ${base}\n`, secret: 'hunter2' });
    const { repository, tag, second } = await shared('escape', { Dockerfile: `FROM ${base}\nCOPY D* /\n` });
    await symlink(outside, join(repository.folder, 'way-out'));
    const commit = await repository.commit({ 'sub/Dockerfile': `FROM ${base}\nCOPY D* /\n` });
    for (const subdirectory of ['way-out', '..', '../../../..', outside, 'sub/../../..']) {
      // oxlint-disable-next-line no-await-in-loop
      await replaceRecord(second, (record) => ({ ...record, context: { ...record.context, commit, subdirectory } }));
      // oxlint-disable-next-line no-await-in-loop
      const made = await second.run(['rebuild', '--context', repository.folder, tag]);
      // the folder that the person named is then built as it lies, or nothing is
      expect([0, 10, 11]).toContain(made.status);
      expect(made.stdout).not.toContain('secret');
    }
  }, 180_000);
});

describe.skipIf(containerdEngine === null)('a repository that was built by its address', () => {
  it('is rebuilt from the commit that its branch stood for', async () => {
    const repository = await createRepository();
    const policy = { 'docker-verify.yaml': acmePolicy(), 'acme.pub': await readFile(keys.acme.publicKey) };
    const commit = await repository.commit({
      'app/Dockerfile': `FROM ${base}\nCOPY note /note\nRUN --network=none echo same >/same\n`,
      'app/note': 'a note\n',
      ...policy,
    });
    const server = await serveByHttp(repository);
    served.push(server);
    const own = await machine();
    const tag = `${registry}/${series}/by-address:1`;
    must(await own.run(['build', '--push', '-t', tag, `${server.url}#main:app`]));
    await repository.commit({ 'app/note': 'another note\n' });
    const shown = await own.run(['records', 'show', tag, '--format', 'json']);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      context: { kind: 'git', commit, dirty: false, subdirectory: 'app', remote: server.url },
    });
    const made = await rebuilt(own, [tag]);
    expect(made).toMatchObject({ status: 0, rebuild: { verdict: 'same content', commit, missing: [] } });
    await runDocker(['image', 'rm', '--force', tag], { env });
  }, 120_000);
});
