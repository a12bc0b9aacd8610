import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyImage, digestOf, lab, type Outcome, projectFolder, runVerify, sign } from '../lab.ts';

const { registry } = lab();
const lockFile = 'docker-verify.lock.json';
const policy = `version: 1
mode: enforce
default: deny
rules:
  - name: pinned
    images: ["127.0.0.1:*/**"]
    locked: true
`;

/** A tag of our own that stands for an image of the lab, and may be moved. */
async function ownTag(name: string, from: string): Promise<string> {
  const image = `${registry}/policy-lock/${name}:1`;
  await copyImage(lab(), `${registry}/${from}`, image);
  return image;
}

function project(image: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  return projectFolder({ Dockerfile: `FROM ${image}\n`, 'docker-verify.yaml': policy, ...files });
}

function run(folder: string, ...words: readonly string[]): Promise<Outcome> {
  return runVerify(words, { cwd: folder, stdin: '' });
}

const read = (folder: string): Promise<string> => readFile(join(folder, lockFile), 'utf8');

describe('lock', () => {
  it('writes names sorted, and leaves the file byte for byte when nothing changed', async () => {
    const folder = await project(`${registry}/unsigned/base:1`);
    await writeFile(
      join(folder, 'Dockerfile'),
      `FROM ${registry}/unsigned/base:1 AS u\nFROM ${registry}/signed/multi:1\nCOPY --from=u / /u\n`,
    );
    expect((await run(folder, 'lock')).status).toBe(0);
    const written = await read(folder);
    expect(Object.keys(JSON.parse(written).images)).toEqual([
      `${registry}/signed/multi:1`,
      `${registry}/unsigned/base:1`,
    ]);
    expect(written).toBe(`${JSON.stringify(JSON.parse(written), null, 2)}\n`);
    expect((await run(folder, 'lock', '--update', '--platform', 'linux/amd64,linux/arm64')).status).toBe(0);
    expect(await read(folder)).toBe(written);
  });

  it('blocks a moved tag with both digests until it is locked again, in check and in build', async () => {
    const image = await ownTag('moved', 'unsigned/base:1');
    const folder = await project(image);
    const old = await digestOf(lab(), image);
    expect((await run(folder, 'check', '.')).status).toBe(10);
    expect((await run(folder, 'lock')).status).toBe(0);
    expect((await run(folder, 'check', '.')).status).toBe(0);
    await copyImage(lab(), `${registry}/wrong/base:1`, image);
    const moved = await digestOf(lab(), image);
    expect(moved).not.toBe(old);
    for (const verb of ['check', 'build']) {
      const { status, stdout, stderr } = await run(folder, verb, '.');
      expect(status).toBe(10);
      expect(stdout + stderr).toContain(old);
      expect(stdout + stderr).toContain(moved);
    }
    const before = await read(folder);
    const stale = await run(folder, 'lock', '--check');
    expect([stale.status, await read(folder)]).toEqual([10, before]);
    const updated = await run(folder, 'lock', '--update');
    expect(updated.status).toBe(0);
    expect(updated.stdout).toMatch(new RegExp(`- ${old}.*\\n.*\\+ ${moved}`));
    expect((await run(folder, 'check', '.')).status).toBe(0);
    expect((await run(folder, 'lock', '--check')).status).toBe(0);
  });

  it('does not write that a signed image turned unsigned before somebody confirms it', async () => {
    const image = await ownTag('unsigned-now', 'signed/base:1');
    await sign(lab(), image, { signer: { key: lab().keys.acme.privateKey }, cosign: 3 });
    const signed = `version: 1\nrules: [{images: ["127.0.0.1:*/**"], signedBy: [{key: acme.pub}]}]\n`;
    const folder = await project(image, { 'docker-verify.yaml': signed });
    expect((await run(folder, 'lock')).status).toBe(0);
    const before = await read(folder);
    expect(before).toContain('"name": "acme"');
    await copyImage(lab(), `${registry}/wrong/base:1`, image);
    const refused = await run(folder, 'lock', '--update');
    expect(refused.status).toBe(10);
    expect(refused.stdout).toContain('--yes');
    expect(await read(folder)).toBe(before);
    expect((await run(folder, 'lock', '--update', '--yes')).status).toBe(0);
    expect(await read(folder)).toContain('"signer": null');
  });

  it('takes away what is not used any more only with --prune', async () => {
    const folder = await project(`${registry}/unsigned/base:1`);
    await run(folder, 'lock');
    await writeFile(join(folder, 'Dockerfile'), `FROM ${registry}/signed/base:1\n`);
    await run(folder, 'lock');
    expect(Object.keys(JSON.parse(await read(folder)).images)).toHaveLength(2);
    expect((await run(folder, 'lock', '--prune')).status).toBe(0);
    expect(Object.keys(JSON.parse(await read(folder)).images)).toEqual([`${registry}/signed/base:1`]);
  });

  it('uses the digest of the lock where the registry cannot be asked', async () => {
    const image = await ownTag('offline', 'unsigned/base:1');
    const folder = await project(image);
    await run(folder, 'lock');
    const down = image.replace(registry, '127.0.0.1:1');
    await writeFile(join(folder, 'Dockerfile'), `FROM ${down}\n`);
    expect((await run(folder, 'check', '.')).status).toBe(11);
    await writeFile(join(folder, lockFile), (await read(folder)).replace(registry, '127.0.0.1:1'));
    const { status, stdout } = await run(folder, 'check', '--format', 'json', '.');
    const [checked] = JSON.parse(stdout).images;
    expect([status, checked.digest, checked.basis]).toEqual([0, await digestOf(lab(), image), 'lock']);
  });

  it('78 for a merge that was not finished', async () => {
    const folder = await project(`${registry}/unsigned/base:1`, { [lockFile]: '{\n<<<<<<< ours\n' });
    for (const words of [['lock'], ['lock', '--check'], ['check', '.']]) {
      const { status, stderr } = await run(folder, ...words);
      expect([status, stderr.includes(`${lockFile}:2`)]).toEqual([78, true]);
    }
  });

  it('gives the changes as JSON', async () => {
    const folder = await project(`${registry}/unsigned/base:1`);
    const { stdout } = await run(folder, 'lock', '--format', 'json');
    expect(JSON.parse(stdout)).toMatchObject({ result: 'written', changes: [{ kind: 'added', before: null }] });
  });
});
