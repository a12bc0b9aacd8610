import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acmePolicy, lab, mustRun, runDocker, runVerify, temporaryFolder } from '../support/lab.ts';
import { engines, project, pushGoodAndEvil, registry, reported, unguarded } from './project.ts';

let good = '';
let evil = '';

beforeAll(async () => {
  ({ good, evil } = await pushGoodAndEvil('no-way-around/local-built'));
});

const policy = (more: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ ...JSON.parse(acmePolicy()), local: 'built', ...more });

describe.each(engines)('local: built (%s)', (store, env) => {
  const room = `${registry}/no-way-around/local-built`;
  const [lower, upper] = [`${room}/lower-${store}:1`, `${room}/upper-${store}:1`];
  let state = '';

  const buildInto = async (
    name: string,
    dockerfile: string,
    args: readonly string[] = [],
    more = {},
  ): Promise<number> => {
    const cwd = await project(dockerfile, { policy: policy(more) });
    const run = { cwd, env: { ...env, XDG_STATE_HOME: state } };
    return (await runVerify(['build', '-q', '-t', name, ...args, '.'], run)).status;
  };
  const onto = async (name: string, variables: Readonly<Record<string, string>> = {}, more = {}) => {
    const folder = await project(`FROM ${name}\n`, { policy: policy(more) });
    return await reported(folder, [], { env: { ...env, XDG_STATE_HOME: state, ...variables } });
  };
  const remove = (): Promise<unknown> => runDocker(['image', 'rm', '--force', lower, upper], { env });

  beforeAll(async () => {
    state = await temporaryFolder();
    const lowerStatus = await buildInto(lower, `FROM ${good}\nRUN --network=none echo lower >/lower\n`);
    const upperStatus = await buildInto(upper, `FROM ${lower}\nRUN --network=none echo upper >/upper\n`);
    if (lowerStatus !== 0 || upperStatus !== 0) throw new Error('the images cannot be built');
  });
  afterAll(remove);

  it('lets in the image of the build before, and that of the build before that', async () => {
    for (const name of [lower, upper]) {
      const built = await onto(name);
      expect(built).toMatchObject({
        status: 0,
        which: 'good',
        report: { verdict: 'allow', images: [{ name, basis: 'local', verified: false }], build: { unverified: [] } },
      });
    }
  });

  it('is stricter where another policy warns of every local image', async () => {
    const file = join(await temporaryFolder(), 'warn.yaml');
    await writeFile(file, 'version: 1\nlocal: warn\n');
    const cwd = await project(`FROM ${lower}\n`, { policy: policy() });
    const check = ['check', '--verify-policy', file, '--format', 'json', '.'];
    const checked = await runVerify(check, { cwd, env: { ...env, XDG_STATE_HOME: state } });
    expect(JSON.parse(checked.stdout)).toMatchObject({ verdict: 'warn' });
  });

  it.each([
    ['records that are off', { DOCKER_VERIFY_RECORDS: 'off' }, 'switched off'],
    ['another journal', { XDG_STATE_HOME: '/nowhere' }, 'no record'],
  ])('refuses it with %s', async (_, variables, found) => {
    const built = await onto(lower, variables);
    expect(built).toMatchObject({ status: 10, which: null });
    const [finding] = built.report.images[0]?.findings ?? [];
    expect(finding).toMatchObject({ code: 'image.not-built-here', found: expect.stringContaining(found) });
    expect(built.stderr).toContain(found);
  });

  it('refuses one that was let through in an emergency, and one whose base was only warned of', async () => {
    const name = `${room}/emergency-${store}:1`;
    const dockerfile = `FROM ${evil}\nRUN --network=none echo ${store} >/emergency\n`;
    for (const [args, more, reason] of [
      [['--verify-break-glass', 'fire'], { breakGlass: 'allow' }, 'in an emergency'],
      [[], { mode: 'warn' }, 'the verdict on its build was warn'],
    ] as const) {
      expect(await buildInto(name, dockerfile, args, more)).toBe(0);
      const built = await onto(name);
      expect(built).toMatchObject({ status: 10, which: null });
      expect(JSON.stringify(built.report.images[0]?.findings)).toContain(reason);
    }
    await runDocker(['image', 'rm', '--force', name], { env });
  });

  // last: it takes the good one away
  it('refuses another image under its name, which plain Docker builds on, and one whose record was pruned', async () => {
    await mustRun(lab(), lab().docker, ['tag', lower, `${lower}-kept`], { env });
    await mustRun(lab(), lab().docker, ['pull', '--quiet', evil], { env });
    await mustRun(lab(), lab().docker, ['tag', evil, lower], { env });
    const folder = await project(`FROM ${lower}\n`);
    expect(await unguarded(folder, [], { env })).toMatchObject({ status: 0, which: 'evil' });
    const built = await onto(lower);
    expect(built).toMatchObject({ status: 10, which: null, report: { images: [{ basis: 'none' }] } });
    // the control: what would be built if a name were enough
    expect(await onto(lower, {}, { local: 'allow' })).toMatchObject({ status: 0, which: 'evil' });

    await mustRun(lab(), lab().docker, ['tag', `${lower}-kept`, lower], { env });
    expect(await onto(lower)).toMatchObject({ status: 0, which: 'good' });
    const journal = join(state, 'docker-verify', 'journal.jsonl');
    expect(await readFile(journal, 'utf8')).toContain(lower);
    const pruned = await runVerify(['records', 'prune', '--older-than', '2100-01-01'], {
      env: { XDG_STATE_HOME: state },
    });
    expect(pruned.status).toBe(0);
    expect(await onto(lower)).toMatchObject({ status: 10, which: null });
    await runDocker(['image', 'rm', '--force', `${lower}-kept`, evil], { env });
  });
});
