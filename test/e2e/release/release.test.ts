import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { targets } from '../../../scripts/build/target.ts';
import { executableName, packageName, version } from '../../../scripts/release/names.ts';
import { machOSignature } from '../../support/mach-o-signature.ts';
import { lab, mustRun, type Outcome, run, temporaryFolder } from '../support/lab.ts';
import { hasTools, makeRelease } from './made-release.ts';

const isPossible = hasTools();
const [linux] = targets;
if (linux === undefined) throw new Error('there is no target');
const itself = executableName(linux);
const [provenance, arm64] = [
  `docker-verify-${version}.provenance.json.sigstore.json`,
  `docker-verify-${version}-linux-arm64`,
];

let folder: string;
let publicKey: string;
/** Two releases of the same source, made one after the other in folders of different names. */
let releases: readonly [string, string];

async function sha256(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

/** Copies of files of the release into a folder of their own. */
async function copied(...names: readonly string[]): Promise<string> {
  const place = await temporaryFolder();
  for (const name of names) await copyFile(join(releases[0], name), join(place, name));
  return place;
}

/** Changes one bit in the middle of a file, where an executable holds code. */
async function changeOneByte(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, Math.floor(size / 2));
    byte[0] = (byte[0] ?? 0) ^ 1;
    await file.write(byte, 0, 1, Math.floor(size / 2));
  } finally {
    await file.close();
  }
}

beforeAll(async () => {
  if (!isPossible) return;
  folder = await temporaryFolder();
  const key = join(folder, 'release.pem');
  publicKey = join(folder, 'release.pub');
  const ec = ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', key];
  await mustRun(lab(), 'openssl', ec);
  await mustRun(lab(), 'openssl', ['pkey', '-in', key, '-pubout', '-out', publicKey]);
  releases = [await makeRelease(join(folder, 'a'), key), await makeRelease(join(folder, 'b', 'another'), key)];
}, 1_800_000);

describe.skipIf(!isPossible)('a release', () => {
  it('is the same bytes whatever folder it was made in, on every platform, but for the signatures', async () => {
    const names = (await readdir(releases[0])).filter((name) => !name.endsWith('.sigstore.json'));
    expect(names).toHaveLength(targets.length * 2 + 4 + 4);
    expect(names).toEqual((await readdir(releases[1])).filter((name) => !name.endsWith('.sigstore.json')));
    for (const name of names)
      expect(`${name} ${await sha256(join(releases[0], name))}`).toBe(
        `${name} ${await sha256(join(releases[1], name))}`,
      );
  });

  it('has a signature of every file', async () => {
    const all = await readdir(releases[0]);
    const signed = all.filter((name) => !name.endsWith('.sigstore.json'));
    expect(all).toHaveLength(2 * signed.length);
    expect(all).toEqual(expect.arrayContaining(signed.map((name) => `${name}.sigstore.json`)));
  });

  it('verifies itself, and refuses itself once one byte differs', { timeout: 300_000 }, async () => {
    const place = await copied(itself, `${itself}.sigstore.json`, provenance, 'SHA256SUMS');
    const words = ['version', '--verify', itself, '--key', publicKey];
    const good = await run(lab(), join(releases[0], itself), words, { cwd: place });
    expect(good).toMatchObject({ status: 0, stdout: expect.stringContaining('named in the signed provenance') });
    await changeOneByte(join(place, itself));
    expect((await run(lab(), join(releases[0], itself), words, { cwd: place })).status).toBe(10);
  });

  it('is verified by real cosign, as the page on releases says, and refused once one byte differs', {
    timeout: 300_000,
  }, async () => {
    const place = await copied(itself, `${itself}.sigstore.json`, provenance);
    const whom = ['--key', publicKey, '--insecure-ignore-tlog=true'];
    const cosign = (words: readonly string[]): Promise<Outcome> =>
      run(lab(), lab().cosign3, [...words, itself], { cwd: place });
    const blob = ['verify-blob', ...whom, '--bundle', `${itself}.sigstore.json`];
    const attestation = ['verify-blob-attestation', ...whom, '--type', 'slsaprovenance1', '--bundle', provenance];
    for (const words of [blob, attestation]) expect(await cosign(words)).toMatchObject({ status: 0 });
    await changeOneByte(join(place, itself));
    for (const words of [blob, attestation]) expect((await cosign(words)).status).not.toBe(0);
  });

  it('runs on arm64, which qemu stands for', { timeout: 300_000 }, async () => {
    const emulated = ['-L', '/usr/aarch64-linux-gnu', join(releases[0], arm64)];
    const said = await run(lab(), 'qemu-aarch64', [...emulated, 'version']);
    expect(said).toMatchObject({ status: 0, stdout: `docker-verify ${version}\n` });
    const place = await copied(arm64, `${arm64}.sigstore.json`);
    const words = [...emulated, 'version', '--verify', arm64, '--key', publicKey];
    expect((await run(lab(), 'qemu-aarch64', words, { cwd: place })).status).toBe(0);
    await changeOneByte(join(place, arm64));
    expect((await run(lab(), 'qemu-aarch64', words, { cwd: place })).status).toBe(10);
  });

  it.each(targets.filter(({ platform }) => platform === 'darwin').map(executableName))(
    'has in %s a signature without an identity, which a Mac wants',
    async (name) => {
      const signature = machOSignature(await readFile(join(releases[0], name)));
      expect(signature).toMatchObject({ identifier: 'docker-verify', flags: 2, otherPages: [], isLast: true });
    },
  );

  it.skipIf(!existsSync('/usr/lib/wine/wine64'))(
    'runs on Windows, which wine stands for',
    { timeout: 300_000 },
    async () => {
      const env = { WINEPREFIX: join(folder, 'wine'), WINEDEBUG: '-all', HOME: folder };
      const wine = '/usr/lib/wine/wine64';
      await mustRun(lab(), wine, ['reg', 'add', 'HKCU\\Software\\Wine', '/v', 'Version', '/d', 'win10', '/f'], { env });
      // into files: wine makes no pipe of ours one that Node could open
      const into = `"${wine}" "${join(releases[0], `docker-verify-${version}-win-x64.exe`)}" version >said 2>errors </dev/null`;
      await mustRun(lab(), 'sh', ['-c', into], { env, cwd: folder });
      expect((await readFile(join(folder, 'said'), 'utf8')).trim()).toBe(`docker-verify ${version}`);
    },
  );
});

describe.skipIf(!isPossible || process.getuid?.() !== 0)('its packages', () => {
  const plugin = 'usr/libexec/docker/cli-plugins/docker-verify';
  const command = 'usr/bin/docker-verify';

  async function runsWhere(place: string): Promise<void> {
    expect(await run(lab(), join(place, plugin), ['version'])).toMatchObject({
      status: 0,
      stdout: `docker-verify ${version}\n`,
    });
    expect((await run(lab(), join(place, command), ['completion', 'bash'])).stdout).toBe(
      await readFile(join(place, 'usr/share/bash-completion/completions/docker-verify'), 'utf8'),
    );
    expect(await sha256(join(place, plugin))).toBe(await sha256(join(releases[0], itself)));
  }

  it('lay the plugin where Docker looks', async () => {
    expect((await readFile(lab().docker)).includes('/usr/libexec/docker/cli-plugins')).toBe(true);
  });

  it('are installed and removed by dpkg', { timeout: 300_000 }, async () => {
    const place = await temporaryFolder();
    for (const name of ['info', 'updates', 'triggers'])
      await mkdir(join(place, 'var/lib/dpkg', name), { recursive: true });
    await writeFile(join(place, 'var/lib/dpkg/status'), '');
    const dpkg = ['--root', place, '--force-depends', '--force-script-chrootless'];
    await mustRun(lab(), 'dpkg', [...dpkg, '-i', join(releases[0], packageName(linux, 'deb'))]);
    await runsWhere(place);
    await mustRun(lab(), 'dpkg', [...dpkg, '-r', 'docker-verify']);
    expect(existsSync(join(place, plugin))).toBe(false);
  });

  it('are installed and removed by rpm', { timeout: 300_000 }, async () => {
    const place = await temporaryFolder();
    await mustRun(lab(), 'rpm', ['--root', place, '--nodeps', '-i', join(releases[0], packageName(linux, 'rpm'))]);
    await runsWhere(place);
    await mustRun(lab(), 'rpm', ['--root', place, '-e', 'docker-verify']);
    expect(existsSync(join(place, plugin))).toBe(false);
  });
});
