import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  acmePolicy,
  dockerConfiguration,
  lab,
  type Outcome,
  projectFolder,
  runDocker,
  runVerify,
  startTestRegistry,
  temporaryFolder,
} from '../support/lab.ts';

const { registry } = lab();
const policyFile = 'docker-verify.yaml';
const good = `FROM ${registry}/signed/base:1\n`;

type Files = Readonly<Record<string, string>>;

/** A project with a good Dockerfile and a good policy, but for these files. */
function project(files: Files = {}): Promise<string> {
  return projectFolder({ Dockerfile: good, [policyFile]: acmePolicy(), ...files });
}

/** What is wrong with how a run ended that should say one line, with these parts, a cure and no stack. */
function faultsOf(outcome: Outcome, status: number, parts: readonly (string | RegExp)[]): readonly string[] {
  const lines = outcome.stderr.trimEnd().split('\n');
  const line = lines[0] ?? '';
  const [place] = /[\w.-]+:\d+:\d+/.exec(line) ?? [];
  const has = (part: string | RegExp): boolean => (typeof part === 'string' ? line.includes(part) : part.test(line));
  const faults: readonly (readonly [boolean, string])[] = [
    [outcome.status !== status, `status ${outcome.status} in place of ${status}`],
    [outcome.stdout !== '', 'text on standard output'],
    [lines.length !== 1, `${lines.length} lines`],
    [!line.startsWith('docker verify: '), 'not said to be ours'],
    [!/\(.+\)$|; .+$/.test(line), 'no cure'],
    [/ at .*\.[cm]?[jt]s:\d+/.test(line), 'a stack'],
    [place !== undefined && line.split(place).length !== 2, 'the place named twice'],
    ...parts.map((part) => [!has(part), `no ${part}`] as const),
  ];
  const found = faults.flatMap(([isFault, fault]) => (isFault ? [fault] : []));
  return found.length === 0 ? [] : [...found, outcome.stderr];
}

const rule = (text: string): string => `version: 1\nmode: enforce\nrules:\n  - ${text}\n`;

describe('one line names the thing, its place and the cure:', () => {
  const usage: readonly (readonly [string, readonly string[], readonly (string | RegExp)[]])[] = [
    ['no context', ['build'], ['context']],
    ['an option that does not exist', ['build', '--verify-bogus', '.'], ['--verify-bogus']],
    ['a mode that does not exist', ['build', '--verify-mode', 'maybe', '.'], ['maybe', '--verify-mode']],
    ['a duration that is none', ['build', '--verify-timeout', 'banana', '.'], ['banana', '--verify-timeout']],
    ['jobs that are none', ['build', '--verify-jobs', '0', '.'], ['--verify-jobs']],
    ['a format that does not exist', ['check', '--format', 'xml', '.'], ['xml']],
    ['a machine format without a file', ['build', '--verify-format', 'json', '.'], ['--verify-output']],
    ["buildx's own form of --policy", ['build', '--verify-policy', 'reset=true', '.'], ['reset=true']],
    ['a name that is no image', ['check', 'Not/An:Image:1'], ['Not/An:Image:1']],
    ['something behind doctor', ['doctor', 'frob'], ['doctor', 'frob']],
    ['something behind trust show', ['trust', 'show', 'frob'], ['trust show', 'frob']],
    [
      'two images behind policy publishers',
      ['policy', 'publishers', 'frob', 'nicate'],
      ['policy publishers', 'one image'],
    ],
    ['no image behind policy publishers', ['policy', 'publishers', 'Frob//x'], ['Frob//x']],
    ['help on what is no command', ['help', 'frob'], ['frob']],
    ['paths and images at once', ['check', '.', 'alpine'], ['alpine']],
    ['a platform that is none, for a path', ['build', '--platform', 'garbage', '.'], ['garbage', '--platform']],
    ['a platform that is none, for an image', ['check', '--platform', 'a/b/c/d', 'alpine'], ['a/b/c/d']],
    ['an unknown shell', ['shell', 'tcsh'], ['tcsh']],
    ['a policy by a mistyped option', ['check', '--polcy=strict.yaml', '.'], ['--polcy', '--policy']],
    ['a format that a command has not', ['scan', '--format', 'sarif', '.'], ['scan', 'sarif', 'text|json']],
    ["a report into Docker's own output", ['build', '--verify-output', '-', '.'], ['standard output']],
    ['a report that a build cannot write', ['build', '--verify-output', 'no/folder/report', '.'], ['no/folder']],
    ['a report in place of a folder', ['build', '--verify-output', '.', '.'], ['folder']],
    ['a report that cannot be written', ['check', '--verify-output', 'no/such/folder/report', '.'], ['no/such/folder']],
    ['a context that is not there', ['build', 'no-such-folder'], ['no-such-folder']],
    ['a context that is not there, to look at', ['scan', './no-such-folder'], ['no-such-folder']],
    ['a mode that loosens', ['build', '--verify-mode', 'warn', '.'], [policyFile, 'enforce']],
  ];
  it.each(usage)('64 for %s', async (_, parameters, parts) => {
    expect(faultsOf(await runVerify(parameters, { cwd: await project() }), 64, parts)).toEqual([]);
  });

  const dockerfiles: readonly (readonly [string, readonly string[], Files, readonly (string | RegExp)[]])[] = [
    ['a Dockerfile that is not there', ['-f', 'gone.Dockerfile'], {}, ['gone.Dockerfile']],
    ['a Dockerfile that is a folder', ['-f', 'folder'], { 'folder/x': '' }, ['folder']],
    ['an unknown instruction', [], { Dockerfile: `${good}\nFRUM x\n` }, ['Dockerfile:3', 'FRUM']],
    ['a Dockerfile without a stage', [], { Dockerfile: '# nothing\n' }, ['Dockerfile']],
    ['a base name that is blank', [], { Dockerfile: `ARG V\n${good}FROM $V\n` }, ['Dockerfile:3']],
    ['a base that is no image name', [], { Dockerfile: 'FROM Some:Thing:1\n' }, ['Dockerfile:1', 'Some:Thing:1']],
    ['a stage that is not there', ['--target', 'gone'], {}, ['gone']],
    ['a heredoc without an end', [], { Dockerfile: `${good}RUN <<END\necho\n` }, ['Dockerfile:2']],
  ];
  it.each(dockerfiles)('65 for %s', async (_, options, files, parts) => {
    const folder = await project(files);
    expect(faultsOf(await runVerify(['build', ...options, '.'], { cwd: folder }), 65, parts)).toEqual([]);
    expect(faultsOf(await runVerify(['scan', ...options, '.'], { cwd: folder }), 65, parts)).toEqual([]);
  });

  const policies: readonly (readonly [string, string, readonly (string | RegExp)[]])[] = [
    ['an unknown field', 'version: 1\nrulez: []\n', [`${policyFile}:2`, 'rulez', 'rules']],
    ['an unknown field deep down', rule('images: ["**"]\n    signedBuy: []'), [`${policyFile}:5`, 'signedBuy']],
    ['what is no YAML', 'version: 1\n\tmode: [\n', [policyFile]],
    ['another version', 'version: 2\n', [policyFile, '2']],
    [
      'a bad glob',
      rule('images: ["127.0.0.1:*/[**"]\n    signedBy: [{key: acme.pub}]'),
      [`${policyFile}:4`, 'wildcards'],
    ],
    ['an empty glob', rule('images: [""]\n    signedBy: [{key: acme.pub}]'), [`${policyFile}:4`]],
    [
      'a bad regular expression',
      rule('images: ["**"]\n    signedBy: [{keyless: {issuer: "https://x", identityRegexp: "(a"}}]'),
      [`${policyFile}:5`, 'identityRegexp'],
    ],
    [
      'a key file that is not there',
      rule('images: ["**"]\n    signedBy: [{key: gone.pub}]'),
      [`${policyFile}:5`, 'gone.pub'],
    ],
    [
      'a key file that holds none',
      rule('images: ["**"]\n    signedBy: [{key: Dockerfile}]'),
      [`${policyFile}:5`, 'Dockerfile'],
    ],
    [
      'an unknown publisher',
      rule('images: ["**"]\n    signedBy: [{publisher: nobody}]'),
      [`${policyFile}:5`, 'nobody'],
    ],
  ];
  it.each(policies)('78 for a policy with %s', async (_, policy, parts) => {
    const folder = await project({ [policyFile]: policy });
    expect(faultsOf(await runVerify(['build', '.'], { cwd: folder }), 78, parts)).toEqual([]);
    expect(faultsOf(await runVerify(['check', '.'], { cwd: folder }), 78, parts)).toEqual([]);
  });

  it.each(['docker-verify.yml', '.docker-verify.yaml', 'Docker-Verify.yaml', 'docker-verify.json'])(
    '78 for a policy that is never read: %s',
    async (name) => {
      const folder = await project({ [name]: acmePolicy() });
      await rm(join(folder, policyFile));
      for (const verb of ['build', 'check'])
        expect(faultsOf(await runVerify([verb, '.'], { cwd: folder }), 78, [name, policyFile])).toEqual([]);
    },
  );

  it('78 for a policy named by hand that is not there, a lock in conflict, and a trusted root that is none', async () => {
    const folder = await project({ 'docker-verify.lock.json': '<<<<<<< ours\n', 'root.json': '{}' });
    const named = await runVerify(['build', '--verify-policy', 'gone.yaml', '.'], { cwd: folder });
    expect(faultsOf(named, 78, ['gone.yaml'])).toEqual([]);
    expect(faultsOf(await runVerify(['build', '.'], { cwd: folder }), 78, ['docker-verify.lock.json'])).toEqual([]);
    await rm(join(folder, 'docker-verify.lock.json'));
    const root = await runVerify(['build', '--verify-trusted-root', 'root.json', '.'], { cwd: folder });
    expect(faultsOf(root, 78, ['root.json'])).toEqual([]);
  });

  it('11 without a daemon, without buildx, and for the legacy builder', async () => {
    const folder = await project();
    const build = (env: Readonly<Record<string, string>>): Promise<Outcome> =>
      runVerify(['build', '.'], { cwd: folder, env });
    expect(
      faultsOf(await build({ DOCKER_HOST: 'unix:///nowhere/docker.sock' }), 11, [
        '/nowhere/docker.sock',
        'DOCKER_HOST',
      ]),
    ).toEqual([]);
    const empty = { DOCKER_CONFIG: await temporaryFolder(), PATH: `${lab().home}/bin:/usr/bin:/bin` };
    expect(faultsOf(await build(empty), 11, ['buildx'])).toEqual([]);
    expect(faultsOf(await build({ DOCKER_BUILDKIT: '0' }), 11, ['DOCKER_BUILDKIT'])).toEqual([]);
    expect(faultsOf(await runVerify(['build', '--builder', 'gone', '.'], { cwd: folder }), 11, ['gone'])).toEqual([]);
  });

  it('65 for a bake definition that is none', async () => {
    const folder = await project({ 'docker-bake.hcl': 'target "x" {\n' });
    expect(faultsOf(await runVerify(['bake'], { cwd: folder }), 65, ['bake'])).toEqual([]);
    const target = await runVerify(['bake', 'gone'], {
      cwd: await project({ 'docker-bake.json': '{"target":{"x":{}}}' }),
    });
    expect(faultsOf(target, 65, ['gone'])).toEqual([]);
  });
});

describe('an image that cannot be had is named, with what the registry said and what to do: 11', () => {
  async function refusedBuild(image: string, env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    const outcome = await runVerify(['build', '.'], { cwd: await project({ Dockerfile: `FROM ${image}\n` }), env });
    expect(outcome).toMatchObject({ status: 11, stdout: '' });
    expect(outcome.stderr).toContain(image);
    expect(outcome.stderr).toMatch(/^ +next +\S/m);
    return outcome;
  }

  it('an image that does not exist', async () => {
    expect((await refusedBuild(`${registry}/no/such:1`)).stderr).toContain('404');
  });

  it('a registry that is down', async () => {
    expect((await refusedBuild('127.0.0.1:1/some/image:1')).stderr).toContain('ECONNREFUSED');
  });

  it('a registry that wants another password, which is not shown', async () => {
    const authentication = { kind: 'basic', user: 'someone', password: 'right', anonymousPull: false } as const;
    const closed = await startTestRegistry({ authentication });
    try {
      const configuration = await dockerConfiguration();
      const auth = Buffer.from('someone:wrong-secret').toString('base64');
      const config = JSON.stringify({ auths: { [closed.host]: { auth } } });
      await writeFile(join(configuration, 'config.json'), config);
      const { stderr } = await refusedBuild(`${closed.host}/team/app:1`, { DOCKER_CONFIG: configuration });
      expect(stderr).toContain('401');
      expect(stderr).not.toMatch(new RegExp(`wrong-secret|${auth}`));
    } finally {
      await closed.close();
    }
  });

  it('a registry that only fails', async () => {
    const failing = await startTestRegistry();
    failing.addFault({ path: '.*', effect: { kind: 'status', status: 500 } });
    try {
      expect((await refusedBuild(`${failing.host}/team/app:1`)).stderr).toContain('500');
    } finally {
      await failing.close();
    }
  });

  it('goes on with a warning where the policy only warns, and leaves the rest to Docker', async () => {
    const files = { Dockerfile: `FROM ${registry}/no/such:1\n`, [policyFile]: acmePolicy({ mode: 'warn' }) };
    const { status, stderr } = await runVerify(['build', '.'], { cwd: await project(files) });
    expect(status).toBe(1); // Docker's own
    expect(stderr).toMatch(/no\/such:1.*404.*ERROR: failed to (?:build|solve)/s);
  });
});

describe('through Docker itself', () => {
  it('the status is the same', async () => {
    const env = { DOCKER_CONFIG: await dockerConfiguration({ alias: true }) };
    const folder = await project({ [policyFile]: 'version: 1\nrulez: []\n' });
    expect(faultsOf(await runDocker(['build', '.'], { cwd: folder, env }), 78, ['rulez'])).toEqual([]);
    expect(
      faultsOf(await runDocker(['verify', 'check', '--format', 'xml', '.'], { cwd: folder, env }), 64, ['xml']),
    ).toEqual([]);
    await writeFile(join(folder, policyFile), acmePolicy());
    await writeFile(join(folder, 'Dockerfile'), 'FRUM\n');
    expect(faultsOf(await runDocker(['image', 'build', '.'], { cwd: folder, env }), 65, ['Dockerfile:1'])).toEqual([]);
  });

  it('a report that was there is left whole when a new one cannot be made', async () => {
    const folder = await project({ 'report.json': 'old', Dockerfile: 'FRUM\n' });
    await mkdir(join(folder, 'sub'));
    await runVerify(['check', '--format', 'json', '--verify-output', 'report.json', '.'], { cwd: folder });
    expect(await readFile(join(folder, 'report.json'), 'utf8')).toBe('old');
  });
});
