import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseCanonicalName } from '../../../../src/model/index.ts';
import { readHostCertificates } from '../../../../src/oci/transport/certificates.ts';
import { newClient, resolve, temporaryFolder } from '../harness.ts';
import { certificateFor } from '../internet.ts';
import { MemoryRegistry } from '../memory-registry.ts';

describe('certs.d', () => {
  it('holds the client certificate that a registry asks for', async () => {
    const registry = new MemoryRegistry();
    registry.image('a', '1');
    const [server, client] = [await certificateFor(['127.0.0.1']), await certificateFor(['client'])];
    const subjects: unknown[] = [];
    const listening = createServer({ ...server, requestCert: true, rejectUnauthorized: false }, (request, response) => {
      if (request.socket instanceof TLSSocket) subjects.push(request.socket.getPeerCertificate().subject?.CN);
      registry.handle(request, response);
    });
    await new Promise<void>((done) => void listening.listen(0, '127.0.0.1', done));
    onTestFinished(() => listening.closeAllConnections());
    onTestFinished(() => void listening.close());
    const host = `127.0.0.1:${(listening.address() as AddressInfo).port}`;
    const folder = await temporaryFolder();
    await mkdir(join(folder, host));
    await writeFile(join(folder, host, 'client.cert'), client.cert);
    await writeFile(join(folder, host, 'client.key'), client.key);
    await resolve(newClient({ certificateFolders: [folder] }), parseCanonicalName(`${host}/a:1`));
    expect(subjects).toEqual(['internet of tests']);
  });

  it('with a certificate without its key is refused, and names the file', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'ghcr.io'));
    await writeFile(join(folder, 'ghcr.io', 'client.cert'), 'x');
    await expect(readHostCertificates('ghcr.io', [folder])).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringMatching(/client\.key/),
    });
  });

  it('gives a host nothing of another, nor of a folder outside', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'ghcr.io:444'));
    await writeFile(join(folder, 'ghcr.io:444', 'ca.crt'), 'x');
    await writeFile(join(folder, 'ca.crt'), 'x');
    for (const host of ['ghcr.io', '..', '.', 'a/../ghcr.io:444', ''])
      expect(await readHostCertificates(host, [folder])).toBeNull();
    expect((await readHostCertificates('ghcr.io:444', ['/nonexistent', folder]))?.authorities).toEqual(['x']);
  });
});
