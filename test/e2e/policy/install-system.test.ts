import { randomUUID } from 'node:crypto';
import { chmod, chown, copyFile, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lab, projectFolder, sign, temporaryFolder } from '../support/lab.ts';
import { selfSignedCertificate } from '../support/self-signed-certificate.ts';
import { BareMachine } from './bare-machine.ts';
import { digestOfBytes, publishPolicy } from './publish-policy.ts';

const { registry, keys } = lab();
const [signed, unsigned] = [`${registry}/signed/base:1`, `${registry}/unsigned/base:1`];

const asking = async (mode: 'enforce' | 'warn', publicKey: string): Promise<string> =>
  JSON.stringify({
    version: 1,
    serial: 1,
    mode,
    default: 'deny',
    rules: [{ images: [`${registry}/signed/**`], signedBy: [{ key: await readFile(publicKey, 'utf8') }] }],
  });

async function organisation(mode: 'enforce' | 'warn'): Promise<string> {
  const reference = await publishPolicy(`fleet/policies-${randomUUID()}`, await asking(mode, keys.acme.publicKey));
  await sign(lab(), reference, { signer: { key: keys.acme.privateKey }, cosign: 3 });
  return `oci://${reference}`;
}

// Root and mount namespaces are needed to stand in for a whole machine.
describe.skipIf(process.getuid?.() !== 0)('install --system', () => {
  let policy = '';
  beforeAll(async () => {
    policy = await organisation('enforce');
  });

  const options = (from = policy, key: string = keys.acme.publicKey): readonly string[] => [
    'install',
    '--system',
    '--policy',
    from,
    '--key',
    key,
  ];

  it('takes a bare machine to its enforced policy, and back', async () => {
    const machine = await BareMachine.create();
    expect(await machine.verify(['check', unsigned])).toMatchObject({ status: 0 });
    const begun = performance.now();
    const installed = await machine.verify(options());
    expect(installed).toMatchObject({ status: 0 });
    const refused = await machine.dockerVerify(['check', '--format', 'json', unsigned]);
    const took = performance.now() - begun;
    expect(refused).toMatchObject({ status: 10 });
    expect(JSON.parse(refused.stdout).policies).toContainEqual(
      expect.objectContaining({ layer: 'machine', source: policy }),
    );
    expect(await machine.dockerVerify(['check', signed])).toMatchObject({ status: 0 });

    const folder = join(machine.etc, 'verify');
    const written = await readFile(join(folder, 'bootstrap.yaml'), 'utf8');
    expect(written).toBe(`version: 1\nextends:\n  - from: ${policy}\n    signedBy:\n      - key: bootstrap.pub\n`);
    for (const name of ['bootstrap.yaml', 'bootstrap.pub', 'install.json'])
      expect(await stat(join(folder, name))).toMatchObject({ mode: 0o100644, uid: 0 });
    const bytes = await Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).size));
    process.stdout.write(
      `bare machine to enforced policy: ${(took / 1000).toFixed(1)} s, ${bytes.reduce((a, b) => a + b)} bytes beside the executable\n`,
    );

    const again = await machine.verify(options());
    expect(again).toMatchObject({ status: 0 });
    expect(again.stderr).toContain('nothing changed');
    expect(await machine.verify(['uninstall', '--system'])).toMatchObject({ status: 0 });
    expect(await readdir(machine.etc)).toEqual([]);
    expect(await readdir(machine.lib)).toEqual([]);
    expect(await machine.verify(['check', unsigned])).toMatchObject({ status: 0 });
  });

  it('leaves what differs as it is and shows both', async () => {
    const machine = await BareMachine.create();
    expect(await machine.verify(options())).toMatchObject({ status: 0 });
    const other = await machine.verify(options('oci://elsewhere.example/policies:1', keys.mallory.publicKey));
    expect(other).toMatchObject({ status: 64 });
    expect(other.stderr).toContain(`from: ${policy}`);
    expect(other.stderr).toContain('from: oci://elsewhere.example/policies:1');
    expect(await readFile(join(machine.etc, 'verify/bootstrap.yaml'), 'utf8')).toContain(policy);
    // what somebody changed since is not ours to remove
    await writeFile(join(machine.etc, 'verify/bootstrap.pub'), 'changed');
    const left = await machine.verify(['uninstall', '--system']);
    expect(left.stderr).toContain('left /etc/docker/verify/bootstrap.pub: it has changed since');
    expect(await readdir(join(machine.etc, 'verify'))).toEqual(['bootstrap.pub']);
  });

  it.each<[string, (folder: string) => Promise<void>, string]>([
    [
      'a folder of another user',
      async (folder) => {
        await mkdir(folder);
        await chown(folder, 1234, 0);
      },
      '/etc/docker/verify belongs to user 1234',
    ],
    [
      'a folder that everybody may write',
      async (folder) => {
        await mkdir(folder);
        await chmod(folder, 0o777);
      },
      '/etc/docker/verify may be written by others',
    ],
    ['a folder in one that everybody may write', (folder) => chmod(join(folder, '..'), 0o777), 'written by others'],
    [
      'a link to a folder that everybody may write',
      async (folder) => {
        const elsewhere = await temporaryFolder();
        await chmod(elsewhere, 0o777);
        await symlink(elsewhere, folder);
      },
      'written by others',
    ],
    ['a link that leads nowhere', (folder) => symlink('/nowhere', folder), '/etc/docker/verify cannot be read'],
    ['a file', (folder) => writeFile(folder, ''), '/etc/docker/verify is not a folder'],
    [
      'a key that everybody may write, though it is the right one',
      async (folder) => {
        await mkdir(folder);
        await copyFile(keys.acme.publicKey, join(folder, 'bootstrap.pub'));
        await chmod(join(folder, 'bootstrap.pub'), 0o666);
      },
      '/etc/docker/verify/bootstrap.pub may be written by others',
    ],
    [
      'a policy that leads nowhere',
      async (folder) => {
        await mkdir(folder);
        await symlink('/nowhere', join(folder, 'bootstrap.yaml'));
      },
      '/etc/docker/verify/bootstrap.yaml cannot be read',
    ],
  ])('places nothing where others could change it: %s', async (_, prepare, message) => {
    const machine = await BareMachine.create();
    await prepare(join(machine.etc, 'verify'));
    const refused = await machine.verify(options());
    expect(refused).toMatchObject({ status: 78 });
    expect(refused.stderr).toContain(message);
    expect(await readdir(machine.lib)).toEqual([]);
  });

  it('removes what an installation that was killed left', async () => {
    const machine = await BareMachine.create();
    expect(await machine.verify(options())).toMatchObject({ status: 0 });
    const left = `.docker-verify-${randomUUID()}.tmp`;
    for (const folder of [join(machine.etc, 'verify'), join(machine.lib, 'docker', 'cli-plugins')])
      await writeFile(join(folder, left), '');
    expect(await machine.verify(['uninstall', '--system'])).toMatchObject({ status: 0 });
    expect([await readdir(machine.etc), await readdir(machine.lib)]).toEqual([[], []]);
  });

  it('removes nothing that no installation makes, whatever its record says', async () => {
    const machine = await BareMachine.create();
    const elsewhere = await projectFolder({ precious: 'precious', 'empty/.keep': '' });
    await rm(join(elsewhere, 'empty', '.keep'));
    const precious = { path: join(elsewhere, 'precious'), sha256: digestOfBytes(Buffer.from('precious')).slice(7) };
    const record = { version: 1, system: true, files: [precious], folders: [join(elsewhere, 'empty')] };
    await mkdir(join(machine.etc, 'verify'));
    await writeFile(join(machine.etc, 'verify', 'install.json'), JSON.stringify(record));
    expect(await machine.verify(options())).toMatchObject({ status: 0 });
    expect(await machine.verify(['uninstall', '--system'])).toMatchObject({ status: 0 });
    expect(await readdir(elsewhere)).toEqual(expect.arrayContaining(['precious', 'empty']));
    expect(await readdir(machine.lib)).toEqual([]);
  });

  it('refuses everything where the policy is not signed by the key that was named', async () => {
    const machine = await BareMachine.create();
    expect(await machine.verify(options(policy, keys.mallory.publicKey))).toMatchObject({ status: 0 });
    expect(await machine.verify(['check', signed])).toMatchObject({ status: 11 });
  });

  it('lets an organisation that only warns warn', async () => {
    const machine = await BareMachine.create();
    expect(await machine.verify(options(await organisation('warn')))).toMatchObject({ status: 0 });
    const warned = await machine.verify(['check', '--format', 'json', unsigned]);
    expect(warned).toMatchObject({ status: 0 });
    expect(JSON.parse(warned.stdout)).toMatchObject({ mode: 'warn', verdict: 'warn' });
    const absent = await machine.verify(['check', `${registry}/fleet/absent:1`]);
    expect(absent).toMatchObject({ status: 0 });
  });

  it('binds a project, which cannot say otherwise', async () => {
    const machine = await BareMachine.create();
    expect(await machine.verify(options())).toMatchObject({ status: 0 });
    const lax = 'version: 1\nmode: warn\ndefault: allow\n';
    const folder = await projectFolder({ Dockerfile: `FROM ${unsigned}\n`, 'docker-verify.yaml': lax });
    expect(await machine.verify(['check', '.'], folder)).toMatchObject({ status: 10 });
  });

  it('copies a relative key, and takes a keyless signer', async () => {
    const machine = await BareMachine.create();
    const folder = await temporaryFolder();
    await copyFile(keys.acme.publicKey, join(folder, 'mine.pub'));
    expect(await machine.verify(options(policy, 'mine.pub'), folder)).toMatchObject({ status: 0 });
    expect(await machine.verify(['check', signed])).toMatchObject({ status: 0 });
    const keyless = await BareMachine.create();
    const who = ['--identity', 'https://ci.example/acme', '--issuer', 'https://issuer.example'];
    expect(await keyless.verify(['install', '--system', '--policy', policy, ...who])).toMatchObject({ status: 0 });
    expect(await readFile(join(keyless.etc, 'verify/bootstrap.yaml'), 'utf8')).toContain(
      'identity: https://ci.example',
    );
    expect(await keyless.verify(['check', signed])).toMatchObject({ status: 11 });
  });

  it.each([
    [['--policy', 'registry.example/policies:1', '--key', 'acme.pub'], 'is no policy to extend'],
    [['--policy', 'oci://registry.example/policies:1'], 'no signer is named for'],
    [['--policy', 'https://example.com/policy.yaml'], 'is no policy to extend'],
    [['--key', 'acme.pub'], '--system takes a --policy'],
    [['--policy', 'oci://registry.example/p:1', '--identity', 'x'], 'named by identity and issuer'],
    [['--policy', 'oci://registry.example/p:1', '--key', 'acme.pub', '--issuer', 'x'], 'a key has no issuer'],
  ])('does not write what could not be in force: %j', async (args, message) => {
    const machine = await BareMachine.create();
    const refused = await machine.verify(['install', '--system', ...args], await projectFolder({}));
    expect(refused).toMatchObject({ status: 64 });
    expect(refused.stderr).toContain(message);
    expect(await readdir(machine.etc)).toEqual([]);
  });
});

describe.skipIf(process.getuid?.() !== 0)('a policy by https, held to its checksum', () => {
  let server: Server;
  let certificate = '';
  let address = '';
  let checksum = '';
  beforeAll(async () => {
    const text = await asking('enforce', keys.acme.publicKey);
    checksum = digestOfBytes(new TextEncoder().encode(text)).slice('sha256:'.length);
    const { key, certificate: cert } = await selfSignedCertificate('127.0.0.1');
    certificate = cert;
    server = createServer({ key, cert }, (_request, response) => void response.end(text)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  /** A machine that extends it, and trusts the server's authority only if the test asks for it. */
  async function machineOf(sha256: string, trusting: boolean): Promise<BareMachine> {
    const machine = await BareMachine.create();
    const folder = join(machine.etc, 'certs.d', address);
    await mkdir(folder, { recursive: true });
    if (trusting) await writeFile(join(folder, 'ca.crt'), certificate);
    const policy = `https://${address}/policy.yaml#sha256=${sha256}`;
    expect(await machine.verify(['install', '--system', '--policy', policy])).toMatchObject({ status: 0 });
    return machine;
  }

  it('is in force where its bytes are the ones that were named', async () => {
    const machine = await machineOf(checksum, true);
    expect(await machine.verify(['check', signed])).toMatchObject({ status: 0 });
    expect(await machine.verify(['check', unsigned])).toMatchObject({ status: 10 });
    server.close();
    server.closeAllConnections();
    expect(await machine.verify(['check', unsigned])).toMatchObject({ status: 10 });
    await new Promise<void>((resolve) => server.listen(Number(address.split(':')[1]), '127.0.0.1', resolve));
  });

  it('lets nothing through where its bytes are others, or its server’s certificate is not trusted', async () => {
    const other = await (await machineOf('0'.repeat(64), true)).verify(['check', signed]);
    expect(other).toMatchObject({ status: 11 });
    expect(other.stderr).toContain(`its bytes have the SHA-256 ${checksum}`);
    const untrusted = await (await machineOf(checksum, false)).verify(['check', signed]);
    expect(untrusted).toMatchObject({ status: 11 });
  });
});
