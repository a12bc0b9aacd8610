import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { acmePolicy, copyImage, digestOf, lab, sign } from '../../support/lab.ts';
import { lockFile, ownTag, policy, project, read, registry, run } from './lock-project.ts';

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

  it('only adds: what is there keeps its bytes, and --update alone moves it, showing old and new', async () => {
    const image = await ownTag('adds', 'unsigned/base:1');
    const other = await ownTag('adds-other', 'unsigned/base:1');
    const folder = await project(image);
    await run(folder, 'lock');
    // written by hand, in another order of fields and with other spaces: nothing is missing, so nothing is written
    const entry = JSON.parse(await read(folder)).images[image];
    const byHand = `{"images":{"${image}":${JSON.stringify({ lockedAt: entry.lockedAt, signer: null, digest: entry.digest })}},"lockVersion":1}`;
    await writeFile(join(folder, lockFile), byHand);
    await copyImage(lab(), `${registry}/wrong/base:1`, image);
    await copyImage(lab(), `${registry}/wrong/base:1`, other);
    const moved = await digestOf(lab(), image);
    const unchanged = await run(folder, 'lock');
    expect([unchanged.status, await read(folder)]).toEqual([0, byHand]);
    expect(unchanged.stdout).toContain(`stands for ${moved} now: docker verify lock --update ${image}`);
    await writeFile(join(folder, 'Dockerfile'), `FROM ${image} AS a\nFROM ${other}\nCOPY --from=a / /\n`);
    expect((await run(folder, 'lock')).status).toBe(0);
    const added = JSON.parse(await read(folder)).images;
    expect([added[image].digest, added[other].digest]).toEqual([entry.digest, moved]);
    await copyImage(lab(), `${registry}/unsigned/base:1`, other);
    const updated = await run(folder, 'lock', '.', '--update', image);
    expect(updated.stdout).toMatch(new RegExp(`- ${entry.digest}.*\\n.*\\+ ${moved}`));
    const after = JSON.parse(await read(folder)).images;
    expect([after[image].digest, after[other].digest]).toEqual([moved, moved]);
    expect((await run(folder, 'lock', '--update')).status).toBe(0);
    expect(JSON.parse(await read(folder)).images[other].digest).toBe(entry.digest);
  });

  it('builds a moved tag from its locked digest, with a warning that names both and the command', async () => {
    const image = await ownTag('moved', 'unsigned/base:1');
    const folder = await project(image);
    const old = await digestOf(lab(), image);
    expect((await run(folder, 'check', '.')).status).toBe(10);
    expect((await run(folder, 'lock')).status).toBe(0);
    expect(JSON.parse((await run(folder, 'check', '--format', 'json', '.')).stdout).verdict).toBe('allow');
    await copyImage(lab(), `${registry}/wrong/base:1`, image);
    const moved = await digestOf(lab(), image);
    expect(moved).not.toBe(old);
    const report = ['--verify-format', 'json', '--verify-output', 'report.json'];
    const checked = await run(folder, 'check', '--format', 'json', '.');
    const built = await run(folder, 'build', ...report, '.');
    for (const [status, text] of [
      [checked.status, checked.stdout],
      [built.status, await readFile(join(folder, 'report.json'), 'utf8')],
    ] as const) {
      const { verdict, images, build } = JSON.parse(text);
      expect([status, verdict]).toEqual([0, 'warn']);
      expect(images).toMatchObject([{ digest: old, status: 'warn', basis: 'lock', verified: false }]);
      const finding = images[0].findings.find(({ code }: { code: string }) => code === 'lock.moved');
      expect(finding).toMatchObject({ level: 'warning', expected: old, found: moved });
      expect(finding.hint).toContain(`docker verify lock --update ${image}`);
      expect(build?.materials.map(({ digest }: { digest: string }) => digest) ?? [old]).toEqual([old]);
    }
    expect(built.stderr).toContain(`docker verify lock --update ${image}`);
    // the control: without the lock the build follows the tag
    await writeFile(join(folder, 'docker-verify.yaml'), acmePolicy({ mode: 'warn', default: 'warn' }));
    await rm(join(folder, lockFile));
    expect((await run(folder, 'build', ...report, '.')).status).toBe(0);
    expect(JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')).images[0].digest).toBe(moved);
  });

  it('refuses a moved tag where the rule says so, and what cannot be asked is 11 there', async () => {
    const image = await ownTag('moved-blocks', 'unsigned/base:1');
    const strict = policy.replace('locked: true', 'locked: {moved: block}');
    const folder = await project(image, { 'docker-verify.yaml': strict });
    const old = await digestOf(lab(), image);
    await run(folder, 'lock');
    expect((await run(folder, 'check', '.')).status).toBe(0);
    const offline = await run(folder, 'check', '--offline', '--format', 'json', '.');
    expect([offline.status, JSON.parse(offline.stdout).images[0].status]).toEqual([11, 'error']);
    await copyImage(lab(), `${registry}/wrong/base:1`, image);
    const moved = await digestOf(lab(), image);
    for (const verb of ['check', 'build']) {
      const { status, stdout, stderr } = await run(folder, verb, '.');
      expect(status).toBe(10);
      expect(stdout + stderr).toContain(old);
      expect(stdout + stderr).toContain(moved);
    }
  });

  it.each(['a policy that asks for no lock', 'no policy at all'])(
    'holds the build to its digest with %s',
    async (which) => {
      const image = await ownTag(which.replaceAll(' ', '-'), 'unsigned/base:1');
      const folder = await project(image, { 'docker-verify.yaml': 'version: 1\ndefault: allow\n' });
      if (which.startsWith('no ')) await rm(join(folder, 'docker-verify.yaml'));
      const old = await digestOf(lab(), image);
      await run(folder, 'lock');
      await copyImage(lab(), `${registry}/wrong/base:1`, image);
      const built = await run(folder, 'build', '--verify-format', 'json', '--verify-output', 'report.json', '.');
      const { images, build } = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8'));
      expect([built.status, images[0].digest, build.materials[0].digest]).toEqual([0, old, old]);
      expect(images[0].findings.map(({ code }: { code: string }) => code)).toContain('lock.moved');
      expect(images[0].findings.map(({ code }: { code: string }) => code)).not.toContain('image.mutable-tag');
    },
  );

  it('verifies the locked digest, whatever the signer of what the tag stands for now', async () => {
    const signed = await ownTag('signed-then', 'signed/base:1');
    await sign(lab(), signed, { signer: { key: lab().keys.acme.privateKey }, cosign: 3 });
    const unsigned = await ownTag('unsigned-then', 'unsigned/base:1');
    const policyOf = { 'docker-verify.yaml': acmePolicy() };
    const good = await project(signed, policyOf);
    const bad = await project(unsigned, policyOf);
    await run(good, 'lock');
    await run(bad, 'lock');
    expect(await read(bad)).toContain('"signer": null');
    // the tags change places: what each stands for now would be judged the other way round
    await copyImage(lab(), `${registry}/wrong/base:1`, signed);
    await copyImage(lab(), `${registry}/signed/base:1`, unsigned);
    await sign(lab(), unsigned, { signer: { key: lab().keys.acme.privateKey }, cosign: 3 });
    const still = await run(good, 'check', '--format', 'json', '.');
    expect(JSON.parse(still.stdout).images).toMatchObject([{ status: 'warn', verified: true, basis: 'signature' }]);
    expect(still.status).toBe(0);
    const refused = await run(bad, 'check', '--format', 'json', '.');
    expect(refused.status).toBe(10);
    const codes = JSON.parse(refused.stdout).images[0].findings.map(({ code }: { code: string }) => code);
    expect(codes).toEqual(['signature.missing', 'lock.moved']);
    await rm(join(bad, lockFile));
    expect((await run(bad, 'check', '.')).status).toBe(0);
  });

  it('counts a digest that is written before the lock, and says so', async () => {
    const image = await ownTag('written', 'unsigned/base:1');
    const folder = await project(image, { 'docker-verify.yaml': 'version: 1\ndefault: allow\n' });
    await run(folder, 'lock');
    const other = await digestOf(lab(), `${registry}/wrong/base:1`);
    await copyImage(lab(), `${registry}/wrong/base:1`, image);
    await writeFile(join(folder, 'Dockerfile'), `FROM ${image}@${other}\n`);
    const { stdout } = await run(folder, 'check', '--format', 'json', '.');
    expect(JSON.parse(stdout)).toMatchObject({ images: [{ digest: other, status: 'allow' }] });
    expect(stdout).toContain('lock.differs');
    await writeFile(join(folder, 'docker-verify.yaml'), policy);
    expect((await run(folder, 'check', '.')).status).toBe(10);
    await run(folder, 'lock');
    expect((await run(folder, 'check', '.')).status).toBe(0);
  });

  it('says with --check whether lock, Dockerfile and registry agree, and writes nothing', async () => {
    const image = await ownTag('check', 'unsigned/base:1');
    const folder = await project(image);
    const empty = await run(folder, 'lock', '--check');
    expect([empty.status, existsSync(join(folder, lockFile))]).toEqual([10, false]);
    await run(folder, 'lock');
    const before = await read(folder);
    expect((await run(folder, 'lock', '--check')).status).toBe(0);
    await copyImage(lab(), `${registry}/wrong/base:1`, image);
    const moved = await run(folder, 'lock', '--check');
    expect(moved.status).toBe(10);
    expect(moved.stdout).toContain(await digestOf(lab(), image));
    await writeFile(
      join(folder, 'Dockerfile'),
      `FROM ${image} AS a\nFROM 127.0.0.1:1/nowhere/base:1\nCOPY --from=a / /\n`,
    );
    const silent = await run(folder, 'lock', '--check');
    expect(silent.status).toBe(11);
    expect(silent.stdout).toContain(await digestOf(lab(), image));
    expect(silent.stderr).toContain('127.0.0.1:1');
    expect(await read(folder)).toBe(before);
    expect((await run(folder, 'lock', '--check', '--update')).status).toBe(64);
  });

  it('leaves the file as it is where of one image it could not be established what it is', async () => {
    const folder = await project(`${registry}/unsigned/base:1`);
    await run(folder, 'lock');
    const before = await read(folder);
    const dockerfile = `FROM ${registry}/signed/base:1 AS a\nFROM 127.0.0.1:1/nowhere/base:1\nCOPY --from=a / /\n`;
    await writeFile(join(folder, 'Dockerfile'), dockerfile);
    for (const words of [[], ['--update'], ['--prune']]) {
      const { status, stderr } = await run(folder, 'lock', ...words);
      expect([status, await read(folder)]).toEqual([11, before]);
      expect(stderr).toContain('127.0.0.1:1');
    }
  });

  it.each(['init', 'lock', 'scan'])(
    'an image given to %s, which takes a path, is 64 with the right spelling',
    async (command) => {
      const folder = await project(`${registry}/unsigned/base:1`, { 'app/Dockerfile': 'FROM scratch\n' });
      const yes = command === 'init' ? ['--yes'] : [];
      const image = await run(folder, command, ...yes, 'alpine:3.20');
      expect([image.status, image.stderr]).toEqual([64, expect.stringContaining('docker verify check alpine:3.20')]);
      const word = await run(folder, command, ...yes, 'application');
      expect([word.status, word.stderr]).toEqual([64, expect.stringContaining('write ./application')]);
      // a folder that is here needs no ./ where nothing but a path can be meant
      await rm(join(folder, 'docker-verify.yaml'));
      expect((await run(folder, command, ...yes, 'app')).status).toBe(0);
    },
  );

  it('moves no entry of an image that is neither used nor locked', async () => {
    const folder = await project(`${registry}/unsigned/base:1`);
    await run(folder, 'lock');
    const { status, stderr } = await run(folder, 'lock', '--update', `${registry}/unsigned/base:2`);
    expect([status, stderr]).toEqual([64, expect.stringContaining(`it is used as ${registry}/unsigned/base:1`)]);
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

  it('uses the digest of the lock where the registry cannot be asked, with no more than a note', async () => {
    const image = await ownTag('offline', 'unsigned/base:1');
    const folder = await project(image);
    await run(folder, 'lock');
    const down = image.replace(registry, '127.0.0.1:1');
    await writeFile(join(folder, 'Dockerfile'), `FROM ${down}\n`);
    expect((await run(folder, 'check', '.')).status).toBe(11);
    await writeFile(join(folder, lockFile), (await read(folder)).replace(registry, '127.0.0.1:1'));
    const { status, stdout } = await run(folder, 'check', '--format', 'json', '.');
    const [checked] = JSON.parse(stdout).images;
    expect([status, checked.status, checked.digest, checked.basis]).toEqual([
      0,
      'allow',
      await digestOf(lab(), image),
      'lock',
    ]);
    expect(checked.findings).toMatchObject([{ code: 'lock.tag-unknown', level: 'note' }]);
  });

  it('is a clear error where the registry has not got the locked digest any more', async () => {
    const image = await ownTag('gone', 'unsigned/base:1');
    const folder = await project(image);
    await run(folder, 'lock');
    const gone = `sha256:${'1'.repeat(64)}`;
    await writeFile(join(folder, lockFile), (await read(folder)).replace(/sha256:[0-9a-f]{64}/, gone));
    const { status, stdout } = await run(folder, 'check', '.');
    expect(status).toBe(11);
    expect(stdout).toContain(gone);
    expect(stdout).toContain(`docker verify lock --update ${image}`);
    // in warn mode Docker is held to the digest all the same, and never builds from the tag instead
    await writeFile(join(folder, 'docker-verify.yaml'), policy.replace('mode: enforce', 'mode: warn'));
    const built = await run(folder, 'build', '.');
    expect(built.status).not.toBe(0);
    expect(built.stderr).toContain(gone);
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
