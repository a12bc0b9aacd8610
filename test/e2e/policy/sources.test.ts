import { createHash, randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createRepository, serveByDaemon } from '../contexts/repository.ts';
import { engines, keys, project, registry, reported, unguarded, verified } from '../no-way-around/project.ts';
import { hasGit, serveFile } from '../no-way-around/remote-context.ts';
import { acmePolicy, lab, mustRun, runVerify, sign } from '../support/lab.ts';

const asking = (sources: object, mode: 'enforce' | 'warn' = 'enforce'): string =>
  JSON.stringify({ ...JSON.parse(acmePolicy({ mode })), sources });

const policy = asking({ git: 'pinned', http: 'checksum' });

describe.each(engines)('sources that a policy wants held to their content (%s)', (_store, env) => {
  it('are downloads: with their checksum alone', async () => {
    const content = `fetched-${randomUUID()}`;
    const sum = createHash('sha256').update(content).digest('hex');
    const served = await serveFile(Buffer.from(content), 'which');
    const build = (flags: string, text = policy) =>
      project(`FROM scratch\nADD ${flags} ${served.url} /which\n`, { policy: text });
    try {
      const bare = await build('');
      const refused = await reported(bare, [], { env });
      expect(refused).toMatchObject({ status: 10, which: null, report: { verdict: 'block' } });
      expect(refused.report.sources).toMatchObject([
        { kind: 'http', name: served.url, pin: null, status: 'block', uses: [{ kind: 'add', line: 2 }] },
      ]);
      expect(refused.report.findings.map(({ code }) => code)).toEqual(['source.checksum-missing']);
      expect(refused.stderr).toContain('Dockerfile:2');

      const held = await reported(await build(`--checksum=sha256:${sum}`), [], { env });
      expect(held).toMatchObject({ status: 0, which: content, report: { verdict: 'allow' } });
      const altered = await verified(await build(`--checksum=sha256:${'0'.repeat(64)}`), [], { env });
      expect(altered).toMatchObject({ which: null });
      expect(altered.status).not.toBe(0);
      const warned = await verified(await build('', asking({ http: 'checksum' }, 'warn')), [], { env });
      expect(warned).toMatchObject({ status: 0, which: content });
      expect(warned.stderr).toContain('source.checksum-missing');
      expect(await verified(await build('', asking({ http: 'any' })), [], { env })).toMatchObject({ status: 0 });
      expect(await unguarded(bare, [], { env })).toMatchObject({ status: 0, which: content });
    } finally {
      await served.close();
    }
  });

  it('are what no scan can foresee too: the builder refuses it', async () => {
    const content = `fetched-${randomUUID()}`;
    const sum = createHash('sha256').update(content).digest('hex');
    const served = await serveFile(Buffer.from(content), 'which');
    const image = `${registry}/rollout/${randomUUID()}:1`;
    const variables = [`--env=URL=${served.url}`, `--env=SUM=sha256:${sum}`];
    await mustRun(lab(), lab().crane, ['mutate', `${registry}/signed/base:1`, '--insecure', ...variables, '-t', image]);
    await sign(lab(), image, { signer: { key: keys.acme.privateKey }, cosign: 3 });
    const build = (flags: string) => project(`FROM ${image}\nADD ${flags} $URL /which\n`, { policy });
    try {
      const unknown = await build('');
      const refused = await reported(unknown, [], { env });
      expect(refused).toMatchObject({ status: 10, which: null, report: { verdict: 'block' } });
      expect(refused.report.findings).toMatchObject([{ code: 'source.checksum-missing', found: served.url }]);
      expect(await verified(await build('--checksum=$SUM'), [], { env })).toMatchObject({ status: 0, which: content });
      const byDefault = await project(`FROM ${image}\nADD \${OTHER:-${served.url}} /which\n`, { policy });
      expect(await runVerify(['check'], { cwd: byDefault, env })).toMatchObject({ status: 10 });
      expect(await verified(byDefault, [], { env })).toMatchObject({ status: 10, which: null });
      expect(await unguarded(byDefault, [], { env })).toMatchObject({ status: 0, which: content });
      expect(await unguarded(unknown, [], { env })).toMatchObject({ status: 0, which: content });
    } finally {
      await served.close();
    }
  });
});

describe.skipIf(!(await hasGit()))('repositories that a policy wants held to a commit', () => {
  it('are named by a whole commit alone, in ADD and as the context', async () => {
    const repository = await createRepository();
    const commit = await repository.commit({ which: 'from git', Dockerfile: 'FROM scratch\nCOPY which /which\n' });
    const served = await serveByDaemon(repository);
    const added = (source: string, flags = '') => project(`FROM scratch\nADD ${flags} ${source} /\n`, { policy });
    try {
      for (const loose of ['', '#main', `#${commit.slice(0, 8)}`, `?checksum=${commit.slice(0, 8)}`]) {
        const refused = await reported(await added(`${served.url}${loose}`));
        expect({ loose, ...refused }).toMatchObject({ status: 10, which: null });
        expect(refused.report.findings.map(({ code }) => code)).toEqual(['source.unpinned']);
      }
      for (const [source, flags] of [
        [`${served.url}#${commit}`, ''],
        [`${served.url}#main`, `--checksum=${commit}`],
        [`${served.url}?checksum=${commit}#main`, '--keep-git-dir'],
      ] as const)
        expect({ source, ...(await verified(await added(source, flags))) }).toMatchObject({
          status: 0,
          which: 'from git',
        });
      expect(await unguarded(await added(`${served.url}#main`))).toMatchObject({ status: 0, which: 'from git' });

      const folder = await added(served.url);
      const args = ['--verify-policy', 'docker-verify.yaml'];
      const refused = await reported(folder, args, { context: `${served.url}#main` });
      expect(refused).toMatchObject({ status: 10, which: null });
      expect(refused.report.sources).toMatchObject([{ kind: 'git', pin: null, uses: [{ kind: 'context' }] }]);
      const context = `${served.url}#${commit}`;
      expect(await reported(folder, args, { context })).toMatchObject({ status: 0, which: 'from git' });
    } finally {
      await served.close();
    }
  });
});
