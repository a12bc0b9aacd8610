import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { project, pushGoodAndEvil, reported, unguarded, verified } from '../no-way-around/project.ts';
import { hasGit } from '../no-way-around/remote-context.ts';
import { lab, type Outcome, run, runVerify, temporaryFolder } from '../support/lab.ts';
import { scriptedBuildx } from '../support/scripted-buildx.ts';
import { createRepository, type Served, serveByDaemon, serveByHttp, type TestRepository } from './repository.ts';

let good = '';
let evil = '';
const served: Served[] = [];

beforeAll(async () => {
  ({ good, evil } = await pushGoodAndEvil('contexts/git'));
});
afterEach(async () => {
  await Promise.all(served.splice(0).map((server) => server.close()));
});

const from = (image: string): string => `FROM scratch\nCOPY --from=${image} /which /which\n`;

async function serving(server: Promise<Served>): Promise<string> {
  const opened = await server;
  served.push(opened);
  return opened.url;
}

const check = async (folder: string, ...args: readonly string[]) => {
  const outcome = await runVerify(['check', '--format', 'json', ...args], { cwd: folder });
  return { ...outcome, report: outcome.stdout === '' ? null : JSON.parse(outcome.stdout) };
};

/** A repository with a good commit on `main`, and one after it that nothing points to yet and that takes an unsigned image. */
async function movable(): Promise<{
  readonly repository: TestRepository;
  readonly before: string;
  readonly after: string;
}> {
  const repository = await createRepository();
  const before = await repository.commit({ Dockerfile: from(good) });
  const after = await repository.commit({ Dockerfile: from(evil) });
  await repository.git('update-ref', 'refs/heads/evil', after);
  await repository.git('update-ref', 'refs/heads/good', before);
  await repository.git('reset', '--quiet', '--hard', before);
  await repository.git('checkout', '--quiet', '--detach');
  return { repository, before, after };
}

/** A folder with Docker's configuration whose buildx first runs a command, once a build is really started. */
async function buildxAfter(command: string): Promise<string> {
  const script = `#!/bin/sh\ncase "$*" in *"buildx build "*) ${command} ;; esac\nexec ${lab().buildx} "$@"\n`;
  return await scriptedBuildx(script);
}

const protocols = { 'git://': serveByDaemon, 'http://': serveByHttp } as const;

describe.skipIf(!(await hasGit()))('a repository as the context', () => {
  describe.each(Object.entries(protocols))('by %s', (_, serve) => {
    it('is read before the build: nothing is unknown to check, and only an unsigned image is refused', async () => {
      const repository = await createRepository();
      await repository.commit({ Dockerfile: from(good), 'folder/other.Dockerfile': from(evil) });
      const url = await serving(serve(repository));
      const folder = await project('');
      expect(await check(folder, `${url}#main`)).toMatchObject({
        status: 0,
        report: { verdict: 'allow', unknown: [], images: [{ name: good, verified: true }] },
      });
      const refused = await check(folder, '-f', 'other.Dockerfile', `${url}#main:folder`);
      expect(refused).toMatchObject({
        status: 10,
        report: { verdict: 'block', unknown: [], images: [{ name: evil }] },
      });
    });

    it('is built from the commit that was read, though the branch moved in between', async () => {
      const { repository, before, after } = await movable();
      const url = await serving(serve(repository));
      const move = `git -C ${repository.folder} update-ref refs/heads/main ${after}`;
      const configuration = await buildxAfter(move);
      const built = await reported(await project(''), [], {
        context: `${url}#main`,
        env: { DOCKER_CONFIG: configuration },
      });
      expect(built).toMatchObject({
        status: 0,
        which: 'good',
        stderr: expect.stringMatching(new RegExp(`^Checking Dockerfile of \\S+#main at ${before.slice(0, 12)} for `)),
        report: {
          verdict: 'allow',
          unknown: [],
          targets: [{ context: { source: expect.stringMatching(/#main$/), digest: `sha1:${before}` } }],
        },
      });
      expect(built.report.build?.materials).toContainEqual(expect.objectContaining({ digest: `sha1:${before}` }));
      expect(await repository.git('rev-parse', 'main')).toBe(after);
      // the control: what Docker builds of the same name now
      expect(await unguarded(await project(''), [], { context: `${url}#main` })).toMatchObject({ which: 'evil' });
    });
  });

  it('scan looks at no network, and says what it leaves open', async () => {
    const outcome = await runVerify(['scan', '--format', 'json', 'git://127.0.0.1:1/context.git#main']);
    expect(JSON.parse(outcome.stdout)).toMatchObject({ images: [], unknown: [{ reason: 'remote-context' }] });
  });

  it('leaves nothing behind, whatever comes of it', async () => {
    const repository = await createRepository();
    await repository.commit({ Dockerfile: from(good) });
    const url = await serving(serveByHttp(repository));
    const folder = await project('');
    const temporary = await temporaryFolder();
    for (const context of [`${url}#main`, `${url}#absent`, `${url}#main:absent`]) {
      // one after another, so that what is left can be counted
      // oxlint-disable-next-line no-await-in-loop
      await runVerify(['check', context], { cwd: folder, env: { TMPDIR: temporary } });
      expect(readdirSync(temporary)).toEqual([]);
    }
  });

  it('without a Dockerfile is refused with the place, and no build is started', async () => {
    const repository = await createRepository();
    await repository.commit({ file: '' });
    const url = await serving(serveByDaemon(repository));
    expect(await verified(await project(''), [], { context: `${url}#main` })).toMatchObject({
      status: 65,
      stderr: expect.stringMatching(/there is no Dockerfile in commit/),
    });
  });

  it('that cannot be had without credentials is left to the builder, whose denials are as strict', async () => {
    const repository = await createRepository();
    await repository.commit({ Dockerfile: from(good) });
    const url = await serving(serveByHttp(repository, ({ headers }) => headers.authorization !== undefined));
    const folder = await project('');
    expect(await check(folder, `${url}#main`)).toMatchObject({
      status: 11,
      stderr: expect.stringMatching(/is not read before the build/),
      report: { unknown: [{ reason: 'remote-context' }] },
    });
    const options = { context: `${url}#main`, env: { TOKEN: 'x' } };
    const args = ['--secret', 'id=GIT_AUTH_TOKEN,env=TOKEN'];
    expect(await reported(folder, args, options)).toMatchObject({ status: 0, which: 'good' });
    await repository.commit({ Dockerfile: from(evil) });
    expect(await reported(folder, args, options)).toMatchObject({ status: 10, which: null });
  });

  it('is the context of bake targets too', async () => {
    const { repository, after } = await movable();
    const url = await serving(serveByDaemon(repository));
    const definition = { target: { default: { context: `${url}#main`, output: ['type=local,dest=out'] } } };
    const folder = await project('', { files: { 'docker-bake.json': JSON.stringify(definition) } });
    const outcome = await runVerify(['bake'], { cwd: folder });
    expect(outcome).toMatchObject({ status: 0 });
    await repository.git('update-ref', 'refs/heads/main', after);
    expect(await runVerify(['bake'], { cwd: folder })).toMatchObject({ status: 10 });
  });

  it('holds a bake definition whose contexts are its own folders, not those that have their names here', async () => {
    const definition = { target: { default: { context: 'app', output: ['type=local,dest=out'] } } };
    const files = { 'docker-bake.json': JSON.stringify(definition) };
    const repository = await createRepository();
    await repository.commit({ ...files, 'app/Dockerfile': from(good) });
    const url = await serving(serveByDaemon(repository));
    const folder = await project('', { files: { 'app/Dockerfile': from(evil) } });
    const bake = (): Promise<Outcome> => runVerify(['bake', `${url}#main`], { cwd: folder });
    expect(await bake()).toMatchObject({ status: 0, stderr: expect.stringMatching(/allowed: the image is verified/) });
    expect(await readFile(join(folder, 'out', 'which'), 'utf8')).toBe('good');
    await repository.commit({ 'app/Dockerfile': from(evil) });
    expect(await bake()).toMatchObject({ status: 10, stdout: '' });
  });

  it('that does not answer ends with Ctrl-C, within a second, and leaves neither a process nor a file', async () => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => void sockets.add(socket.resume()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/context.git`; // it listens on TCP
    const temporary = await temporaryFolder();
    const child = spawn(lab().executable, ['build', url], {
      cwd: await project(''),
      env: { ...lab().environment, TMPDIR: temporary },
      stdio: 'ignore',
    });
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    try {
      await expect.poll(() => sockets.size, { timeout: 10_000 }).toBe(1);
      const began = performance.now();
      child.kill('SIGINT');
      expect(await ended).toBe(130);
      expect(performance.now() - began).toBeLessThan(1_000);
      expect(readdirSync(temporary)).toEqual([]);
      // git's own helper held the connection
      await expect.poll(() => [...sockets].every(({ closed }) => closed), { timeout: 1_000 }).toBe(true);
    } finally {
      child.kill('SIGKILL');
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('keeps to the commit while the branch is moved without pause; what is checked and then built does not', async () => {
    const { repository, before, after } = await movable();
    const url = await serving(serveByDaemon(repository));
    const folder = await project('');
    const flip = (name: string): string => `git update-ref refs/heads/main refs/heads/${name}`;
    const mover = spawn('/bin/sh', ['-c', `while :; do ${flip('evil')}; ${flip('good')}; done`], {
      cwd: repository.folder,
      stdio: 'ignore',
      detached: true,
    });
    // new commits each time: where a branch moves while an older BuildKit fetches it, that keeps the one under the name of the other
    const renew = async (): Promise<void> => {
      for (const [name, commit] of Object.entries({ good: before, evil: after })) {
        // oxlint-disable-next-line no-await-in-loop
        const fresh = await repository.git('commit-tree', `${commit}^{tree}`, '-m', randomUUID());
        // oxlint-disable-next-line no-await-in-loop
        await repository.git('update-ref', `refs/heads/${name}`, fresh);
      }
    };
    try {
      const ours: (string | null)[] = [];
      for (let round = 0; round < 12; round += 1) {
        // oxlint-disable-next-line no-await-in-loop
        await renew();
        // oxlint-disable-next-line no-await-in-loop
        const built = await verified(folder, [], { context: `${url}#main` });
        ours.push(built.status === 0 ? built.which : built.status === 10 ? 'refused' : built.stderr);
      }
      expect(new Set([...ours, 'good', 'refused'])).toEqual(new Set(['good', 'refused']));
      expect(ours).toContain('good');
      let escapes = 0;
      for (let round = 0; round < 60 && escapes === 0; round += 1) {
        // oxlint-disable-next-line no-await-in-loop
        await renew();
        // oxlint-disable-next-line no-await-in-loop
        const checked = await run(lab(), lab().executable, ['check', `${url}#main`], { cwd: folder });
        // oxlint-disable-next-line no-await-in-loop
        const built = checked.status === 0 ? await unguarded(folder, [], { context: `${url}#main` }) : null;
        if (built?.which === 'evil') escapes += 1;
      }
      expect(escapes).toBe(1);
    } finally {
      if (mover.pid !== undefined) process.kill(-mover.pid);
    }
  }, 300_000);
});
