import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { policyExtensions } from '../../../../src/gate/session/policy-extensions.ts';
import type { OwnOptions } from '../../../../src/model/index.ts';
import { loadPolicies } from '../../../../src/policy/index.ts';
import { newKeyHolder, signImage, startRegistry } from '../../../support/signed-registry.ts';
import type { MemoryRegistry } from '../../oci/memory-registry.ts';
import { folderOf } from '../../policy/support/policies.ts';
import { sessionIn } from '../gate-pipeline.ts';

const acme = newKeyHolder();
const bundleType = 'application/vnd.docker-verify.policy.v1+yaml';
const title = 'org.opencontainers.image.title';

let registry: MemoryRegistry;
beforeEach(async () => {
  registry = await startRegistry();
});

/** What is in force where a project extends the bundle `base`, which Acme signed, and which has these layers. */
async function extended(layers: readonly object[], reference = 'base:1') {
  const bundle = registry.artifact('base', layers, { artifactType: bundleType }, reference.split(':')[1] ?? 'latest');
  signImage(registry, 'base', bundle, acme);
  const signedBy = JSON.stringify([{ key: acme.pem, log: 'optional' }]);
  const text = `version: 1\nextends: [{from: "oci://${registry.host}/${reference}", signedBy: ${signedBy}}]\n`;
  const folder = await folderOf({ 'docker-verify.yaml': text });
  const session = sessionIn(folder);
  const { environment } = session;
  return await loadPolicies({
    environment,
    commandLine: [],
    projectFrom: folder,
    mode: null,
    machineFolder: null,
    extensions: policyExtensions(session),
  });
}

const policy = () => registry.blob('version: 1\nserial: 1\nsources: {git: pinned}\n', bundleType);
const file = (name: string, body = 'x') => ({
  ...registry.blob(body, 'application/vnd.docker-verify.policy.file.v1'),
  annotations: { [title]: name },
});

describe('a bundle', () => {
  it('is in force where it is a policy, signed by whom the project names', async () => {
    expect((await extended([policy()])).layers[0]?.sources).not.toEqual([]);
  });

  it.each<readonly [string, () => readonly object[]]>([
    ['has no policy in it', () => []],
    ['has a file without a name', () => [policy(), registry.blob('x')]],
    ['has a file that would lie outside of it', () => [policy(), file('../x')]],
    ['has more bytes than a policy may have', () => [{ ...policy(), size: 100_000_000 }]],
  ])('is refused where it %s', async (_, layers) => {
    await expect(extended(layers())).rejects.toMatchObject({ code: 'policy.unavailable' });
  });
});

describe('a policy by its checksum', () => {
  const bytes = 'version: 1\n';
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  let answer: { readonly status: number; readonly body: string };
  let folder: string;
  beforeEach(async () => {
    folder = await folderOf({});
    answer = { status: 200, body: bytes };
    registry.intercept = (_, response) => {
      response.writeHead(answer.status).end(answer.body);
      return true;
    };
  });

  const fetched = async (own: Partial<OwnOptions> = {}): Promise<string> => {
    const url = `http://${registry.host}/policy.yaml`;
    const extension = { kind: 'download', url, sha256 } as Parameters<ReturnType<typeof policyExtensions>>[0]; // what of it is asked
    return Buffer.from((await policyExtensions(sessionIn(folder, own))(extension)).bytes).toString();
  };

  it('is fetched once, and then needs no network', async () => {
    expect(await fetched()).toBe(bytes);
    expect(await fetched({ offline: true })).toBe(bytes);
    expect(registry.log).toHaveLength(1);
  });

  it.each<readonly [string, { status: number; body: string }, RegExp]>([
    ['its server has it no more', { status: 404, body: '' }, /its server answered 404/],
    ['it has become another one', { status: 200, body: 'version: 2\n' }, /its bytes have the SHA-256/],
    ['it is too large', { status: 200, body: 'x'.repeat(2_000_000) }, /./],
  ])('is refused where %s', async (_, given, message) => {
    answer = given;
    await expect(fetched()).rejects.toMatchObject({
      code: 'policy.unavailable',
      message: expect.stringMatching(message),
    });
    await expect(fetched({ offline: true })).rejects.toMatchObject({
      message: expect.stringContaining('it is not kept'),
    });
  });
});
