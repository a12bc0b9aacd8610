import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { lab, projectFolder, runVerify, sign, temporaryFolder } from '../support/lab.ts';
import { digestOfBytes, publishPolicy } from './publish-policy.ts';

const { registry, keys } = lab();

describe.each([2, 3] as const)('a bundle that cosign %i signed', (cosign) => {
  it('is in force wherever it is extended, and only so signed and newer', async () => {
    const pem = await readFile(keys.acme.publicKey, 'utf8');
    const repository = `rollout/policies-${randomUUID()}`;
    const asking = (serial: number, images: string): string =>
      JSON.stringify({
        version: 1,
        serial,
        default: 'deny',
        rules: [{ images: [images], signedBy: [{ key: pem }] }],
      });
    const reference = await publishPolicy(repository, asking(2, `${registry}/signed/**`));
    const folder = await projectFolder({
      'docker-verify.yaml': JSON.stringify({
        version: 1,
        extends: [{ from: `oci://${reference}`, signedBy: [{ key: 'acme.pub' }] }],
      }),
      'acme.pub': pem,
    });
    const cache = await temporaryFolder();
    const check = (image: string, args: readonly string[] = []) =>
      runVerify(['check', '--format', 'json', ...args, image], { cwd: folder, env: { XDG_CACHE_HOME: cache } });
    const [signed, unsigned] = [`${registry}/signed/base:1`, `${registry}/unsigned/base:1`];

    const unproven = await check(signed);
    expect(unproven).toMatchObject({ status: 11, stdout: '' });
    expect(unproven.stderr).toContain('it is not signed by whom the policy that extends it names');
    await sign(lab(), reference, { signer: { key: keys.mallory.privateKey }, cosign });
    expect(await check(signed)).toMatchObject({ status: 11 });
    await sign(lab(), reference, { signer: { key: keys.acme.privateKey }, cosign });
    const allowed = await check(signed);
    expect(allowed).toMatchObject({ status: 0 });
    expect(JSON.parse(allowed.stdout).policies).toContainEqual({
      layer: 'project',
      source: `oci://${reference}`,
      sha256: digestOfBytes(new TextEncoder().encode(asking(2, `${registry}/signed/**`))).slice('sha256:'.length),
    });
    expect(await check(unsigned)).toMatchObject({ status: 10 });

    // an older policy, signed as well, does not come back
    await publishPolicy(repository, JSON.stringify({ version: 1, serial: 1, default: 'allow' }));
    await sign(lab(), reference, { signer: { key: keys.acme.privateKey }, cosign });
    const rolled = await check(unsigned, ['--refresh']);
    expect(rolled).toMatchObject({ status: 10 });
    expect(rolled.stderr).toContain('its serial 1 does not grow: 2 was here before');
    expect(await check(unsigned, ['--offline'])).not.toMatchObject({ status: 0 });
  });
});
