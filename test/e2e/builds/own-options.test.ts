import { access, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  acmePolicy,
  lab,
  type Outcome,
  projectFolder,
  runVerify,
  startTestRegistry,
  temporaryFolder,
} from '../support/lab.ts';

const { registry } = lab();
type Variables = Readonly<Record<string, string>>;

/** A project on an image that acme signed. */
function project(image = 'signed/base:1'): Promise<string> {
  return projectFolder({ Dockerfile: `FROM ${registry}/${image}\n`, 'docker-verify.yaml': acmePolicy() });
}

async function verify(args: readonly string[], env: Variables = {}, cwd?: string): Promise<Outcome> {
  return await runVerify(args, { cwd: cwd ?? (await project()), env });
}

async function isThere(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

describe('defaults from the environment', () => {
  it('present, tighten, and give way to the command line', async () => {
    const folder = await project();
    const json = await verify(['check'], { DOCKER_VERIFY_FORMAT: 'json' }, folder);
    expect(JSON.parse(json.stdout)).toMatchObject({ verdict: 'allow' });
    const text = await verify(['check', '--format', 'text'], { DOCKER_VERIFY_FORMAT: 'json' }, folder);
    expect(text.stdout).toMatch(/^Checking/);
    const quiet = { DOCKER_VERIFY_QUIET: '1' };
    expect(await verify(['check'], quiet, folder)).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect((await verify(['check', '--quiet=false'], quiet, folder)).stdout).toContain('allowed');
    const offline = { DOCKER_VERIFY_OFFLINE: '1', XDG_CACHE_HOME: await temporaryFolder() };
    expect((await verify(['check', '--refresh'], offline, folder)).stdout).toContain('image.offline');
    expect((await verify(['check', '--offline=false'], offline, folder)).status).toBe(0);
  });

  it('of a machine format leave a build and a command without it alone', async () => {
    const env = { DOCKER_VERIFY_FORMAT: 'sarif' };
    const folder = await project();
    expect((await verify(['build', '-q', '.'], env, folder)).status).toBe(0);
    expect((await verify(['scan'], env, folder)).stdout).toContain('signed/base:1');
    await verify(['build', '-q', '--verify-output', 'report', '.'], env, folder);
    expect(JSON.parse(await readFile(join(folder, 'report'), 'utf8'))).toMatchObject({ version: '2.1.0' });
  });

  it.each([
    ['DOCKER_VERIFY_FORMAT', 'xml'],
    ['DOCKER_VERIFY_OFFLINE', 'maybe'],
    ['DOCKER_VERIFY_QUIET', 'on'],
    ['DOCKER_VERIFY_TIMEOUT', 'soon'],
    ['DOCKER_VERIFY_JOBS', 'many'],
  ])('that are none are 64 and name the variable: %s=%s', async (variable, value) => {
    for (const args of [['check'], ['build', '.'], ['doctor']]) {
      const { status, stderr } = await verify(args, { [variable]: value });
      expect({ args, status }).toEqual({ args, status: 64 });
      expect(stderr).toContain(variable);
    }
  });

  it('never name a policy or a mode', async () => {
    const folder = await project('unsigned/base:1');
    const env = { DOCKER_VERIFY_MODE: 'warn', DOCKER_VERIFY_POLICY: 'gone.yaml', DOCKER_VERIFY_TRUSTED_ROOT: 'gone' };
    expect((await verify(['check'], env, folder)).status).toBe(10);
  });
});

describe('--format FORMAT=FILE', () => {
  it('writes each to its file, and the one without to standard output', async () => {
    const folder = await project();
    const args = [
      '--format',
      'sarif=out.sarif',
      '--format',
      'text',
      '--format=junit=out.xml',
      '--format',
      'json=o.json',
    ];
    const { status, stdout } = await verify(['check', ...args], {}, folder);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Checking/);
    expect(JSON.parse(await readFile(join(folder, 'out.sarif'), 'utf8'))).toMatchObject({ version: '2.1.0' });
    expect(await readFile(join(folder, 'out.xml'), 'utf8')).toMatch(/^<\?xml.*<testsuites .*tests="1" failures="0"/s);
    expect(JSON.parse(await readFile(join(folder, 'o.json'), 'utf8'))).toMatchObject({ verdict: 'allow' });
    const both = await verify(['check', '--format=json=o.json', '--format=text', '-o', 'o.txt'], {}, folder);
    expect(both).toMatchObject({ status: 0, stdout: '' });
    expect(await readFile(join(folder, 'o.txt'), 'utf8')).toMatch(/^Checking/);
  });

  it('serves builds too, blocked ones as well', async () => {
    const folder = await project('unsigned/base:1');
    const args = ['--verify-format', 'sarif=out.sarif', '--verify-format', 'text', '.'];
    const { status, stdout, stderr } = await verify(['build', ...args], {}, folder);
    expect({ status, stdout }).toEqual({ status: 10, stdout: '' });
    expect(stderr).toContain('blocked');
    expect(await readFile(join(folder, 'out.sarif'), 'utf8')).toContain('signature.missing');
  });

  it('shows findings beside the files of a repository, and to GitHub Actions', async () => {
    const image = `${registry}/unsigned/base:1`;
    const root = await projectFolder({
      '.git/HEAD': 'ref: refs/heads/main\n',
      'services/web/Dockerfile': `# a comment\nFROM ${image}\n`,
      'docker-verify.yaml': acmePolicy(),
    });
    const args = ['check', '--format', 'sarif=out.sarif', '--format', 'codequality=quality.json', '--format', 'text'];
    const folder = join(root, 'services/web');
    const { status, stderr } = await verify(args, { GITHUB_ACTIONS: 'true' }, folder);
    expect(status).toBe(10);
    expect(stderr).toMatch(/^::error file=services\/web\/Dockerfile,line=2,col=6,title=docker verify%3A unsigned /m);
    const sarif = await readFile(join(folder, 'out.sarif'), 'utf8');
    expect(JSON.parse(sarif).runs[0].results[0].locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: 'services/web/Dockerfile', uriBaseId: '%SRCROOT%' },
      region: { startLine: 2, startColumn: 6 },
    });
    expect(JSON.parse(await readFile(join(folder, 'quality.json'), 'utf8'))[0]).toMatchObject({
      check_name: 'signature.missing',
      location: { path: 'services/web/Dockerfile', lines: { begin: 2 } },
    });
    const build = await verify(['build', '.'], { GITHUB_ACTIONS: 'true' }, folder);
    expect(build.stderr.match(/^::error /gm)).toHaveLength(1);
    expect((await verify(['check'], {}, folder)).stderr).not.toContain('::error');
    expect((await verify(['check', '-q'], { GITHUB_ACTIONS: 'true' }, folder)).stderr).not.toContain('::error');
  });

  it('serves commands that give no verdict', async () => {
    const folder = await project();
    expect((await verify(['scan', '--format', 'json=scan.json'], {}, folder)).stdout).toContain('signed/base:1');
    expect(JSON.parse(await readFile(join(folder, 'scan.json'), 'utf8'))).toMatchObject({ schemaVersion: 1 });
    await verify(['lineage', '--format', 'dot=bases.dot', `${registry}/signed/base:1`], {}, folder);
    expect(await readFile(join(folder, 'bases.dot'), 'utf8')).toContain('digraph');
  });

  it.each([
    ['two without a file', ['check', '--format=json', '--format=text']],
    ['one format twice', ['check', '--format=json=a', '--format=json=b']],
    ['one file twice', ['check', '--format=json=a', '--format=sarif=./a']],
    ['a file that --output names', ['check', '--format=json=a', '-o', 'a']],
    ['the same file by a link', ['check', '--format=json=real', '--format=sarif=link']],
    ['an unknown format', ['check', '--format=yaml=a']],
    ['a format that the command has not', ['scan', '--format=sarif=a']],
    ['standard output as a file', ['check', '--format=json=-']],
    ['a folder that is not there', ['check', '--format=json=gone/a']],
    ['one file twice, on a build', ['build', '--verify-format=json=a', '--verify-format=sarif=a', '.']],
  ])('is 64 before anything is looked up: %s', async (_, args) => {
    const closed = await startTestRegistry();
    try {
      const folder = await projectFolder({ Dockerfile: `FROM ${closed.host}/a/b:1\n`, real: 'old' });
      await symlink('real', join(folder, 'link'));
      const { status, stdout } = await verify(args, {}, folder);
      expect({ status, stdout }).toEqual({ status: 64, stdout: '' });
      expect(await readFile(join(folder, 'real'), 'utf8')).toBe('old');
      expect(await isThere(join(folder, 'a'))).toBe(false);
      expect(closed.requests).toEqual([]);
    } finally {
      await closed.close();
    }
  });
});

describe('unknown words and options', () => {
  it.each<[readonly string[], string]>([
    [['buld', '.'], 'did you mean docker verify build?'],
    [['chekc'], 'did you mean docker verify check?'],
    [['imagetool', 'ls'], 'did you mean docker verify imagetools?'],
    [['policy', 'chek'], 'did you mean docker verify policy check?'],
    [['records', 'list'], 'did you mean docker verify records ls?'],
    [['check', '--taget', 'x', '.'], 'did you mean --target?'],
    [['inspect', '--plaform', 'x', 'alpine'], 'did you mean --platform?'],
    [['policy', 'check', '--ofline'], 'did you mean --offline?'],
    [['lock', '--chek'], 'did you mean --check?'],
    [['exposure', '--advisory', 'x', 'y'], 'did you mean --advisories?'],
    [['build', '--mode', 'warn', '.'], '--verify-mode'],
    [['build', '--offline', '.'], '--verify-offline'],
    [['build', '--format=json', '.'], '--verify-format'],
    [['build', '--no-color', '.'], '--verify-no-color'],
    [['bake', '--jobs=3'], '--verify-jobs'],
  ])('%j: %s', async (args, hint) => {
    const { status, stdout, stderr } = await verify(args);
    expect({ status, stdout }).toEqual({ status: 64, stdout: '' });
    expect(stderr).toContain(hint);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('verbs of buildx are handed over', async () => {
    expect((await verify(['ls'])).stdout).toMatch(/NAME\/NODE/);
    expect(await verify(['imagetools', 'inspect', '--bogus'])).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('--bogus') as unknown,
    });
    expect((await verify(['help', 'prune'])).stdout).toMatch(/Remove build cache/);
  });

  it('take letters where nothing is built', async () => {
    const folder = await project();
    expect(await verify(['check', '-q', '-o', 'out.txt'], {}, folder)).toMatchObject({ status: 0, stdout: '' });
    expect(await readFile(join(folder, 'out.txt'), 'utf8')).toContain('allowed');
  });
});

describe('no path means this folder', () => {
  it.each(['check', 'scan', 'lineage'])('%s', async (command) => {
    expect(await verify([command])).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('signed/base:1') as unknown,
    });
  });
});

describe('check -f of a bake or compose file', () => {
  const files = {
    'docker-verify.yaml': acmePolicy(),
    Dockerfile: `FROM ${registry}/signed/base:1\n`,
    'Bad.Dockerfile': `FROM ${registry}/unsigned/base:1\n`,
    'docker-bake.hcl': 'target "default" {}\ntarget "bad" { dockerfile = "Bad.Dockerfile" }\n',
    'compose.yaml': 'services:\n  good: {build: .}\n  bad: {build: {context: ., dockerfile: Bad.Dockerfile}}\n',
  };

  it('checks its targets, those that are named or the default ones', async () => {
    const folder = await projectFolder(files);
    const verdict = async (...args: readonly string[]): Promise<readonly [number | null, number]> => {
      const { status, stdout } = await verify(['check', '--format=json', ...args], {}, folder);
      return [status, (JSON.parse(stdout) as { readonly targets: readonly unknown[] }).targets.length];
    };
    expect(await verdict('-f', 'docker-bake.hcl')).toEqual([0, 1]);
    expect(await verdict('-f', 'docker-bake.hcl', '.')).toEqual([0, 1]);
    expect(await verdict('-f', 'docker-bake.hcl', 'bad')).toEqual([10, 1]);
    expect(await verdict('-f', 'docker-bake.hcl', 'default', 'bad')).toEqual([10, 2]);
    expect(await verdict('-f', 'compose.yaml')).toEqual([10, 2]);
    expect(await verdict('-f', 'compose.yaml', 'good')).toEqual([0, 1]);
  });

  it('refuses what it cannot be', async () => {
    const folder = await projectFolder(files);
    expect((await verify(['check', '-f', 'compose.yaml', '--target', 'x'], {}, folder)).status).toBe(64);
    expect((await verify(['check', '-f', 'gone.hcl'], {}, folder)).status).toBe(65);
    expect((await verify(['check', '-f', 'docker-bake.hcl', 'gone'], {}, folder)).status).toBe(65);
  });
});

describe('help', () => {
  it.each(['build', 'bake'])('of %s is there without buildx and without Docker', async (verb) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'config.json'), '{}');
    const { status, stdout } = await verify([verb, '--help'], { PATH: '/nowhere', DOCKER_CONFIG: folder });
    expect(status).toBe(0);
    expect(stdout).toMatch(/--verify-policy FILE.*Examples:.*Exit status:/s);
  });
});
