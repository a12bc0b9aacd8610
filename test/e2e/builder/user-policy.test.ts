import { beforeAll, describe, expect, it } from 'vitest';
import { evaluateUserPolicy, readUserPolicy, renderSourcePolicy, type UserPolicy } from '../../../src/builder/index.ts';
import { digestOf, lab, runDocker, temporaryFolder, writeFiles } from '../support/lab.ts';
import { type BuildRun, labEnvironment, pins, request, runRequest } from './request.ts';

const { registry } = lab();
const base = `${registry}/signed/base:1`;
const other = `${registry}/signed/b0:1`;
const variable = 'EXPERIMENTAL_BUILDKIT_SOURCE_POLICY';

beforeAll(async () => {
  // of an image that it has, the classic store tells the builder no digest, which a policy could deny
  await runDocker(['image', 'rm', '-f', base, other]);
});

async function policyOf(rules: readonly unknown[]): Promise<{ readonly policy: UserPolicy; readonly file: string }> {
  const folder = await writeFiles(await temporaryFolder(), { 'policy.json': JSON.stringify({ rules }) });
  const file = `${folder}/policy.json`;
  const policy = await readUserPolicy(labEnvironment({ variables: { [variable]: file } }));
  if (policy === null) throw new Error('no policy was read');
  return { policy, file };
}

async function build(dockerfile: string, sourcePolicy: string | null, userFile: string | null): Promise<BuildRun> {
  const folder = await writeFiles(await temporaryFolder(), { Dockerfile: dockerfile });
  const environment = labEnvironment({ workingDirectory: folder });
  const variables = { ...environment.variables, ...(userFile === null ? {} : { [variable]: userFile }) };
  const args = ['--progress=plain', '--output=type=cacheonly', '.'];
  return runRequest(request({ environment: { ...environment, variables }, args, sourcePolicy, fresh: true }));
}

const rule = (action: string, identifier: string, target?: string, type?: string): unknown => ({
  action,
  selector: { identifier, ...(type === undefined ? {} : { match_type: type }) },
  ...(target === undefined ? {} : { updates: { identifier: target } }),
});

describe("the user's own source policy, under ours", () => {
  it('converts first, and what it converts to is pinned', async () => {
    const { policy } = await policyOf([
      rule('CONVERT', 'docker-image://docker.io/hub/*', `docker-image://${registry}/signed/$1`),
    ]);
    const run = await build('FROM hub/base:1\n', renderSourcePolicy(await pins(base), policy), null);
    expect(run.status).toBe(0);
    const digest = await digestOf(lab(), base);
    expect(run.stderr).toContain(`${registry}/signed/base:1@${digest}`);
  });

  it('cannot bring in what was not verified', async () => {
    const { policy } = await policyOf([
      rule('CONVERT', `docker-image://${base}`, `docker-image://${other}`),
      rule('ALLOW', '*'),
    ]);
    const run = await build(`FROM ${base}\n`, renderSourcePolicy(await pins(base), policy), null);
    expect(run.denied).toBe(`docker-image://${other}`);
  });

  it('keeps its denial of a source that is not ours to judge', async () => {
    const { policy } = await policyOf([rule('DENY', `http://${registry}/*`)]);
    const dockerfile = `FROM ${base}\nADD http://${registry}/v2/ /answer\n`;
    const run = await build(dockerfile, renderSourcePolicy(await pins(base), policy), null);
    expect(run.denied).toMatch(/^http:\/\//);
    const free = await build(dockerfile, renderSourcePolicy(await pins(base), null), null);
    expect(free.status).toBe(0);
  });
});

// what our evaluation says and what BuildKit does with the same file, without ours
const table: readonly (readonly [string, readonly unknown[]])[] = [
  ['a denial by name', [rule('DENY', `docker-image://${base}`)]],
  ['a denial by wildcard', [rule('DENY', 'docker-image://*/signed/*')]],
  ['a denial undone', [rule('DENY', 'docker-image://*'), rule('ALLOW', `docker-image://${base}*`)]],
  ['a permission undone', [rule('ALLOW', `docker-image://${base}*`), rule('DENY', 'docker-image://*')]],
  ['a denial of the digest alone', [rule('DENY', `docker-image://${base}@*`)]],
  ['a regular expression', [rule('DENY', 'signed/b.se:1$', undefined, 'REGEX')]],
  ['a regular expression that does not match', [rule('DENY', '^signed', undefined, 'REGEX')]],
  ['an exact selector', [rule('DENY', `docker-image://${base}`, undefined, 'EXACT')]],
  ['an exact selector with a star', [rule('DENY', 'docker-image://*', undefined, 'EXACT')]],
  [
    'a conversion to an image that is denied',
    [rule('CONVERT', `docker-image://${base}`, `docker-image://${other}`), rule('DENY', `docker-image://${other}*`)],
  ],
  [
    'a conversion away from an image that is denied',
    [rule('DENY', `docker-image://${base}*`), rule('CONVERT', `docker-image://${base}`, `docker-image://${other}`)],
  ],
];

describe("our evaluation of the user's own source policy", () => {
  it.each(table)('agrees with BuildKit on %s', async (_title, rules) => {
    const { policy, file } = await policyOf(rules);
    const named = evaluateUserPolicy(policy, `docker-image://${base}`);
    const name = (named.converted ?? `docker-image://${base}`).slice('docker-image://'.length);
    const resolved = `docker-image://${name}@${await digestOf(lab(), name)}`;
    const denied = named.action === 'deny' || evaluateUserPolicy(policy, resolved).action === 'deny';
    const run = await build(`FROM ${base}\nCOPY Dockerfile /x\n`, null, file);
    expect(run.status === 0).toBe(!denied);
    expect(run.denied === null).toBe(!denied);
  });
});
