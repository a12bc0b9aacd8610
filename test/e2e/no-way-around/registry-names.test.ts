import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acmePolicy, lab, mustRun, runDocker, runVerify } from '../support/lab.ts';
import { engines, project, pushGoodAndEvil, registry, reported, unguarded } from './project.ts';

/** Names that Docker's grammar takes and that no registry can have. */
const names = [
  'app-1.0/base:1',
  'python3.12/app:1',
  '127.0.0.1:99999/x:1',
  '1.2.3.400/x:1',
  'xn--a.example/x:1',
  'my.registry.0/x:1',
  '0x7f.1/x:1',
] as const;

const local = (setting: string, mode = 'enforce'): string =>
  JSON.stringify({ ...JSON.parse(acmePolicy()), mode, local: setting });

let evil = '';
beforeAll(async () => {
  ({ evil } = await pushGoodAndEvil('no-way-around/names'));
});

describe.each(engines)('a registry that cannot be (%s)', (_, env) => {
  const absent = 'no-such.1.0/x:1';
  // Docker's own parser takes it, and BuildKit refuses it even where it is there
  const malformed = '[1::2::3]/x:1';

  beforeAll(async () => {
    await mustRun(lab(), lab().docker, ['pull', '--quiet', evil], { env });
    for (const name of names) await mustRun(lab(), lab().docker, ['tag', evil, name], { env });
  });
  afterAll(async () => {
    await runDocker(['image', 'rm', '--force', evil, ...names], { env });
  });

  it.each(names)('%s is the local image, for us as for buildx', async (name) => {
    const dockerfile = `FROM ${name}\n`;
    const folder = await project(dockerfile, { policy: local('allow') });
    expect(await unguarded(folder, [], { env })).toMatchObject({ status: 0, which: 'evil' });
    const allowed = await reported(folder, [], { env });
    expect(allowed).toMatchObject({
      status: 0,
      which: 'evil',
      report: { images: [{ basis: 'local', verified: false }] },
    });
    const denied = await reported(await project(dockerfile, { policy: local('deny') }), [], { env });
    expect(denied).toMatchObject({ status: 10, which: null });
    const warned = await reported(await project(dockerfile, { policy: local('warn', 'warn') }), [], { env });
    expect(warned).toMatchObject({ status: 0, which: 'evil', report: { verdict: 'warn' } });
  });

  it('that has no local image could not be looked up, and the others get their verdicts', async () => {
    const dockerfile = `FROM ${registry}/signed/base:1 AS a\nFROM ${registry}/unsigned/base:1 AS b\nFROM scratch\nCOPY --from=a / /\nCOPY --from=b / /\nCOPY --from=${absent} / /x\nRUN --mount=from=127.0.0.1:99999/nothing:1,target=/m true\n`;
    const folder = await project(dockerfile);
    const { stdout, status, stderr } = await runVerify(['check', '--format', 'json', '.'], { cwd: folder, env });
    const { images } = JSON.parse(stdout);
    const of = (part: string) => images.find(({ name }: { name: string }) => name.includes(part));
    expect(of('/signed/base')).toMatchObject({ status: 'allow', verified: true });
    expect(of('/unsigned/base')).toMatchObject({ status: 'block' });
    for (const part of [absent, '99999/nothing'])
      expect(of(part)).toMatchObject({ status: 'error', findings: [{ code: 'image.unresolved' }] });
    expect(stderr).not.toContain('internal');
    expect([10, 11]).toContain(status);
  });

  it('is no internal error for any command', async () => {
    const folder = await project(`FROM ${absent}\n`);
    for (const words of [
      ['inspect', absent],
      ['lock', '.'],
      ['check', absent],
      ['lineage', absent],
      ['check', malformed],
      ['inspect', malformed],
    ]) {
      const { status, stderr } = await runVerify(words, { cwd: folder, env });
      expect(stderr).not.toContain('internal error');
      expect({ words, status }).toEqual({ words, status: 11 });
    }
    const warn = await project(`FROM ${absent}\n`, { policy: local('warn', 'warn') });
    expect(await runVerify(['check', '.'], { cwd: warn, env })).toMatchObject({ status: 0 });
  });
});
