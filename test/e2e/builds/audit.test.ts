import { beforeAll, describe, expect, it } from 'vitest';
import { startAlteredBuildKit } from '../../../scripts/lab/altered-buildkit.ts';
import { buildKit, createBuilder, hasBuildKit, later, ownBuilders } from '../drivers/builders.ts';
import { type AlteredBuildxOptions, alteredBuildx } from '../support/altered-buildx.ts';
import { acmePolicy, lab, type Outcome, projectFolder, runVerify } from '../support/lab.ts';

const { registry } = lab();

type Mode = 'enforce' | 'warn';

async function run(mode: Mode, options: readonly string[], env: Readonly<Record<string, string>>): Promise<Outcome> {
  const Dockerfile = `FROM ${registry}/signed/base:1\nCOPY acme.pub /\n`;
  const folder = await projectFolder({ Dockerfile, 'docker-verify.yaml': acmePolicy({ mode }) });
  const quiet = options.some((option) => option.startsWith('--progress')) ? [] : ['-q'];
  return runVerify(['build', ...quiet, ...options, '.'], { cwd: folder, env });
}

async function build(buildx: AlteredBuildxOptions, mode: Mode, options: readonly string[] = []): Promise<Outcome> {
  return run(mode, options, { DOCKER_CONFIG: await alteredBuildx(buildx) });
}

const otherDigest = { edit: `s/"sha256": "[0-9a-f]*"/"sha256": "${'0'.repeat(64)}"/g` };
const forgotten = 's/buildx.build.provenance/something.else/';
const nothing = { edit: forgotten, history: 'empty' } as const;

it('a build whose record agrees with what was verified ends with 0', async () => {
  expect(await build({}, 'enforce')).toMatchObject({ status: 0, stderr: '' });
});

it('a record of other bytes ends with 12 and names them, and what was made and pushed', async () => {
  const tag = `${registry}/audit/pushed:1`;
  const outcome = await build(otherDigest, 'enforce', ['--push', '-t', tag]);
  expect(outcome.status).toBe(12);
  expect(outcome.stderr).toMatch(
    /^docker verify: sha256:[0-9a-f]{64}, pushed to .*audit\/pushed:1, .*signed\/base.*\n$/,
  );
});

it('no record at all ends with 12', async () => {
  const outcome = await build(nothing, 'enforce');
  expect(outcome.status).toBe(12);
  expect(outcome.stderr).toMatch(/^docker verify: .*recorded nothing.*\n$/);
});

it.each([otherDigest, nothing])('in warn mode the build stands', async (buildx) => {
  expect(await build(buildx, 'warn')).toMatchObject({ status: 0 });
});

describe('why nothing was recorded is said, with a cure', () => {
  it.each<readonly [string, AlteredBuildxOptions, RegExp]>([
    ['a history that is switched off', nothing, /keeps no history of builds \(switch it on again: `maxEntries`/],
    ['a record without provenance', { edit: 's/buildx.build.provenance/x/', history: 'bare' }, /holds no provenance/],
    ['a history that cannot be read', { edit: forgotten, history: 'none' }, /cannot be read: .*unknown command/],
    ['an old buildx', { edit: forgotten, history: 'none', version: 'v0.13.1' }, /buildx v0.13.1 .*\(update buildx\)/],
  ])('%s', async (_title, buildx, reason) => {
    const enforced = await build(buildx, 'enforce');
    expect(enforced).toMatchObject({ status: 12, stderr: expect.stringMatching(reason) });
    expect(enforced.stderr).not.toContain('unverified');
    const warned = await build(buildx, 'warn', ['--progress=plain']);
    expect(warned).toMatchObject({ status: 0, stderr: expect.stringMatching(reason) });
  });
});

describe.skipIf(!hasBuildKit)('a real BuildKit that keeps no history', () => {
  let env: Readonly<Record<string, string>> = {};
  beforeAll(async () => {
    env = await ownBuilders();
    const endpoint = await startAlteredBuildKit({ behind: await buildKit(), forgetful: true });
    later(() => endpoint.close());
    await createBuilder(env, 'forgetful', ['--driver', 'remote', endpoint.address]);
    await createBuilder(env, 'mindful', ['--driver', 'remote', await buildKit()]);
  });

  it('ends with 12 and says that its history is switched off', async () => {
    expect(await run('enforce', ['--builder', 'mindful'], env)).toMatchObject({ status: 0 });
    const forgotten = await run('enforce', ['--builder', 'forgetful'], env);
    expect(forgotten).toMatchObject({
      status: 12,
      stderr: expect.stringMatching(/the builder "forgetful" recorded nothing .*keeps no history of builds/),
    });
  });
});
