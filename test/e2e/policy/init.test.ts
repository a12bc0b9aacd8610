import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lab, type Outcome, projectFolder, runVerify } from '../support/lab.ts';
import { talk } from './talk.ts';

const { registry, trustedRoot } = lab();
const policyFile = 'docker-verify.yaml';
const lockFile = 'docker-verify.lock.json';
const bases = ['signed/base:1', 'keyless/base:1', 'unsigned/base:1'];
const dockerfile = `${bases.map((base, index) => `FROM ${registry}/${base} AS s${index}`).join('\n')}
COPY --from=s0 /etc /0
COPY --from=s1 /etc /1
`;

function project(): Promise<string> {
  return projectFolder({ Dockerfile: dockerfile });
}

/** A project in which no key lies. */
async function projectWithoutKey(): Promise<string> {
  const folder = await project();
  await rm(join(folder, 'acme.pub'));
  return folder;
}

function init(folder: string, ...options: readonly string[]): Promise<Outcome> {
  return runVerify(['init', ...options], { cwd: folder, stdin: '' });
}

describe('init --yes', () => {
  it('writes exact signers, locks what is unsigned, and what it wrote is enforced at once', async () => {
    const folder = await project();
    const { status, stdout, stderr } = await init(folder, '--yes', '--key', 'acme.pub', '--trusted-root', trustedRoot);
    expect(status).toBe(0);
    expect(stderr).toMatch(/builder@example\.test .*\n {4}signs .*\/keyless\/base/);
    expect(stderr).toContain(`The trusted root ${relative(folder, trustedRoot)} lies outside of the project`);
    expect(stdout).toContain('2 of 3 images verified');
    const policy = await readFile(join(folder, policyFile), 'utf8');
    expect(policy).toContain('identity: builder@example.test');
    expect(policy).toContain(`trustedRoot: ${relative(folder, trustedRoot)}`);
    expect(policy).toContain('- key: acme.pub');
    expect(policy).not.toContain('Regexp');
    expect(policy).toMatch(/unsigned\/base\n {4}locked: true\n$/);
    const checked = await runVerify(['check', '.'], { cwd: folder });
    expect(checked.status).toBe(0);
    await writeFile(join(folder, 'Dockerfile'), `FROM ${registry}/wrong/base:1\n`);
    expect((await runVerify(['check', '.'], { cwd: folder })).status).toBe(10);
  });

  it('never calls an image unsigned whose signature only cannot be proven, and says what would prove it', async () => {
    const folder = await projectWithoutKey();
    const { status, stderr } = await init(folder, '--yes');
    expect(status).toBe(0);
    expect(stderr).toMatch(/^Found 3 repositories that this builds on; of none is it proven who signs\./);
    expect(stderr).toMatch(/signed\/base {2}nothing proves who signed it\n.*--key FILE/);
    expect(stderr).toMatch(/keyless\/base {2}nothing proves who signed it\n.*--trusted-root FILE/);
    expect(stderr).toMatch(/unsigned\/base {2}unsigned/);
    expect(await readFile(join(folder, policyFile), 'utf8')).not.toContain('signedBy');
  });

  it('writes a key that lies elsewhere into the policy, which then holds for whoever has the project alone', async () => {
    const folder = await projectWithoutKey();
    expect((await init(folder, '--yes', '--key', lab().keys.acme.publicKey)).status).toBe(0);
    const policy = await readFile(join(folder, policyFile), 'utf8');
    expect(policy).toContain('-----BEGIN PUBLIC KEY-----');
    expect(policy).not.toContain('../');
    const { status, stdout } = await runVerify(['check', '--format', 'json', '.'], { cwd: folder });
    expect([status, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ verdict: 'allow' })]);
    expect(stdout).toContain('"basis": "signature"');
  });

  it('does not propose a key that did not sign', async () => {
    const folder = await projectWithoutKey();
    expect((await init(folder, '--yes', `--key=${lab().keys.mallory.publicKey}`)).status).toBe(0);
    expect(await readFile(join(folder, policyFile), 'utf8')).not.toContain('key:');
  });

  it('gives the report as JSON', async () => {
    const folder = await project();
    const { stdout } = await init(folder, '--yes', '--format', 'json');
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, verdict: 'allow' });
  });

  it('leaves a policy alone that the project has, above too: 64', async () => {
    const folder = await projectFolder({
      'sub/Dockerfile': dockerfile,
      [policyFile]: 'version: 1\nmode: warn\ndefault: warn\n',
    });
    const { status, stderr } = await init(folder, '--yes', './sub');
    expect(status).toBe(64);
    expect(stderr).toContain(policyFile);
    expect(await readdir(join(folder, 'sub'))).toEqual(['Dockerfile']);
  });

  it('writes nothing where an image cannot be looked up, or a key file is none', async () => {
    const folder = await projectFolder({ Dockerfile: `FROM ${registry}/no/such:1\n` });
    expect((await init(folder, '--yes')).status).toBe(11);
    expect((await init(folder, '--yes', '--key', 'Dockerfile')).status).toBe(78);
    expect((await init(folder, '--yes', '--key')).status).toBe(64);
    expect(await readdir(folder)).toEqual(['Dockerfile', 'acme.pub']);
  });
});

describe('init without --yes', () => {
  it('is refused where there is no terminal to ask on', async () => {
    const folder = await project();
    const { status, stderr } = await init(folder);
    expect(status).toBe(64);
    expect(stderr).toContain('--yes');
    expect(await readdir(folder)).toEqual(['Dockerfile', 'acme.pub']);
  });

  it('asks for the key and for each signer, and locks what the person does not trust', async () => {
    const folder = await project();
    await rename(join(folder, 'acme.pub'), join(folder, 'acme.key'));
    const { status, stdout } = await talk(folder, `--trusted-root ${trustedRoot}`, [
      'gone.pub\n',
      'acme.key\n',
      'y\n',
      'n\n',
      '\n',
    ]);
    expect(stdout).toContain('gone.pub cannot be read');
    expect(stdout).toContain('its signers are not trusted');
    expect(status).toBe(0);
    const policy = await readFile(join(folder, policyFile), 'utf8');
    const [trusted = '', locked = ''] = policy.split('name: locked');
    expect([trusted.match(/signedBy/g)?.length, locked.match(/(?:un)?signed\/base|keyless\/base/g)?.length]).toEqual([
      1, 2,
    ]);
    expect(JSON.parse(await readFile(join(folder, lockFile), 'utf8')).lockVersion).toBe(1);
  });

  it.each([
    ['Ctrl-C', '\u0003'],
    ['the end of the input', '\u0004'],
  ])('writes nothing when it is left with %s', async (_, answer) => {
    const folder = await project();
    const { status } = await talk(folder, '', [answer]);
    expect(status).toBe(130);
    expect(await readdir(folder)).toEqual(['Dockerfile', 'acme.pub']);
  });

  it('names image, signer and effect in the question, explains it at ?, and shows the policy before it is written', async () => {
    const folder = await project();
    const { stdout } = await talk(folder, '', ['?\n', 'y\n', 'n\n']);
    expect(stdout).toContain('acme (key sha256:');
    expect(stdout).toContain(', in acme.pub');
    expect(stdout).toMatch(/Trust key acme for \S+\/signed\/base\? What it has not signed is refused/);
    expect(stdout).toContain('they build as they are, and are refused once they change');
    expect(stdout).toMatch(/docker-verify.yaml would be:[\s\S]*signedBy:[\s\S]*Write it\?/);
    expect(stdout).toContain('nothing was written');
    expect((await readdir(folder)).toSorted()).toEqual(['Dockerfile', 'acme.pub']);
  });
});

describe('a key that lies in the folder', () => {
  it('is tried, and named by its relative path', async () => {
    const folder = await projectWithoutKey();
    await mkdir(join(folder, 'keys'));
    await copyFile(lab().keys.acme.publicKey, join(folder, 'keys', 'ours.pub'));
    await writeFile(join(folder, 'keys', 'notes.pub'), 'no key at all');
    expect((await init(folder, '--yes')).status).toBe(0);
    expect(await readFile(join(folder, policyFile), 'utf8')).toContain('- key: keys/ours.pub');
  });

  it('proves nothing where it did not sign', async () => {
    const folder = await projectWithoutKey();
    await copyFile(lab().keys.mallory.publicKey, join(folder, 'mallory.pub'));
    expect((await init(folder, '--yes')).status).toBe(0);
    expect(await readFile(join(folder, policyFile), 'utf8')).not.toContain('key:');
  });
});

describe('init --add', () => {
  const old = `# ours
version: 1
mode: enforce
default: deny
rules:
  - name: locked   # for now
    images: ['${registry}/unsigned/base']
    locked: true

# the end
`;

  it('puts rules behind those that are there, for images that have none, and leaves every other byte', async () => {
    const folder = await projectFolder({ Dockerfile: `FROM ${registry}/unsigned/base:1\n`, [policyFile]: old });
    expect((await runVerify(['lock'], { cwd: folder })).status).toBe(0);
    const locked = await readFile(join(folder, lockFile), 'utf8');
    await writeFile(join(folder, 'Dockerfile'), dockerfile);
    const { status, stderr } = await init(folder, '--add', '--yes', '--trusted-root', trustedRoot);
    expect(status).toBe(0);
    expect(stderr).toContain('1 image has a rule already');
    const policy = await readFile(join(folder, policyFile), 'utf8');
    const head = old.slice(0, old.indexOf('\n# the end'));
    expect(policy.startsWith(head)).toBe(true);
    expect(policy.endsWith('\n# the end\n')).toBe(true);
    expect(policy).toContain('- key: acme.pub');
    expect(policy).toContain('identity: builder@example.test');
    expect(await readFile(join(folder, lockFile), 'utf8')).toBe(locked);
    await writeFile(join(folder, 'Dockerfile'), `FROM ${registry}/wrong/base:1\n`);
    expect((await runVerify(['check', '.'], { cwd: folder })).status).toBe(10);
  });

  it('writes nothing where every image has a rule, and gives the verdict', async () => {
    const folder = await projectFolder({ Dockerfile: `FROM ${registry}/unsigned/base:1\n`, [policyFile]: old });
    const { status, stderr } = await init(folder, '--add', '--yes');
    expect([status, stderr]).toEqual([10, expect.stringContaining('has a rule already')]);
    expect(await readFile(join(folder, policyFile), 'utf8')).toBe(old);
  });

  it('writes a new policy where there is none', async () => {
    const folder = await project();
    expect((await init(folder, '--add', '--yes')).status).toBe(0);
    expect(await readdir(folder)).toContain(policyFile);
  });
});

describe('policy publishers IMAGE', () => {
  it('names who signs an image of that name, and the rule that asks for it', async () => {
    const folder = await project();
    const { status, stdout } = await runVerify(['policy', 'publishers', 'cgr.dev/chainguard/static'], { cwd: folder });
    expect([status, stdout]).toEqual([
      0,
      expect.stringMatching(/chainguard[\s\S]*signedBy: \[\{publisher: chainguard/),
    ]);
    const other = await runVerify(['policy', 'publishers', 'example.com/nobody/x'], { cwd: folder });
    expect([other.status, other.stdout]).toEqual([0, expect.stringContaining('no publisher is known to sign')]);
  });
});
