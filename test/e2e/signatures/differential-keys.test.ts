import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  copyImage,
  cosignVerify,
  lab,
  mustRun,
  projectFolder,
  runVerify,
  sign,
  temporaryFolder,
} from '../support/lab.ts';

const run = promisify(execFile);
const { registry, keys } = lab();

/** Keys of every kind that cosign 3 signs with, as openssl makes them. */
const kinds: Readonly<Record<string, readonly string[]>> = {
  'P-256': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  'P-384': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  'P-521': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-521'],
  'RSA-2048': ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  'RSA-4096': ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:4096'],
};
/** cosign 3 signs bundles with the digest that a curve asks for, and verifies them only where that is given to it: we take it from the key. */
const digests: Readonly<Record<string, string>> = { 'P-384': 'sha384', 'P-521': 'sha512' };
let folder = '';

interface KeyPath {
  readonly privateKey: string;
  readonly publicKey: string;
}

function keyOf(kind: string): KeyPath {
  return { privateKey: join(folder, `${kind}.key`), publicKey: join(folder, `${kind}.pub`) };
}

function imageOf(kind: string, cosign: 2 | 3): string {
  return `${registry}/differential-keys/${kind.toLowerCase()}-${cosign}:1`;
}

beforeAll(async () => {
  folder = await temporaryFolder();
  for (const [kind, words] of Object.entries(kinds)) {
    await run('openssl', ['genpkey', ...words, '-out', `${kind}.pem`], { cwd: folder });
    const options = ['import-key-pair', '--key', `${kind}.pem`, '--output-key-prefix', kind];
    await mustRun(lab(), lab().cosign3, options, { cwd: folder });
    for (const cosign of [2, 3] as const) {
      await copyImage(lab(), `${registry}/unsigned/base:1`, imageOf(kind, cosign));
      await sign(lab(), imageOf(kind, cosign), { signer: { key: keyOf(kind).privateKey }, cosign });
    }
  }
}, 180_000);

async function ourStatus(image: string, publicKey: string): Promise<number> {
  const rules = [{ images: ['127.0.0.1:*/**'], signedBy: [{ key: 'signer.pub' }] }];
  const project = await projectFolder({
    'docker-verify.yaml': JSON.stringify({ version: 1, mode: 'enforce', rules }),
    'signer.pub': await readFile(publicKey),
  });
  return (await runVerify(['check', '--refresh', image], { cwd: project })).status;
}

const table = Object.keys(kinds).flatMap((kind) => ([2, 3] as const).map((cosign) => [kind, cosign] as const));

describe('a signature by a key', () => {
  it.each(table)('of the kind %s by cosign %i is judged as by cosign', async (kind, cosign) => {
    const image = imageOf(kind, cosign);
    const expected = { key: keyOf(kind).publicKey };
    const algorithm = cosign === 3 ? digests[kind] : undefined;
    const more = algorithm === undefined ? [] : ['--signature-digest-algorithm', algorithm];
    expect((await cosignVerify(lab(), image, expected, { cosign, witness: 'none', more })).status).toBe(0);
    expect(await ourStatus(image, expected.key)).toBe(0);
  });

  it.each(table)(
    'of the kind %s by cosign %i is refused, as by cosign, where another is expected',
    async (kind, cosign) => {
      const image = imageOf(kind, cosign);
      const untrusted = { key: keys.mallory.publicKey };
      expect((await cosignVerify(lab(), image, untrusted, { cosign, witness: 'none' })).status).not.toBe(0);
      expect(await ourStatus(image, untrusted.key)).toBe(10);
    },
  );
});
