import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { fetchPolicyKeys } from '../../../../src/gate/session/fetch-policy-keys.ts';
import { cacheFolder } from '../../../../src/gate/session/session.ts';
import type { OwnOptions } from '../../../../src/model/index.ts';
import type { PolicySet } from '../../../../src/policy/index.ts';
import { silentPipe } from '../../../support/pipe.ts';
import { startRegistry } from '../../../support/signed-registry.ts';
import type { MemoryRegistry } from '../../oci/memory-registry.ts';
import { folderOf, freshKey } from '../../policy/support/policies.ts';
import { sessionIn } from '../gate-pipeline.ts';

const pem = freshKey();
const sha256 = createHash('sha256').update(pem).digest('hex');

let server: MemoryRegistry;
let folder: string;
let answer: { readonly status: number; readonly body: string };
beforeEach(async () => {
  server = await startRegistry();
  folder = await folderOf({});
  answer = { status: 200, body: pem };
  server.intercept = (_, response) => {
    response.writeHead(answer.status).end(answer.body);
    return true;
  };
});

/** What is still to be fetched afterwards, how many keys there are, and what was said. */
async function fetched(own: Partial<OwnOptions> = {}) {
  const fetch = { url: `http://${server.host}/acme.pub`, sha256, name: 'acme' };
  const policies = { fetches: [fetch], layers: [], material: { keys: [] } } as unknown as PolicySet; // what of it is asked
  const session = sessionIn(folder, own);
  const found = await fetchPolicyKeys(session, policies);
  return { pending: found.fetches.length, keys: found.material.keys.length, warnings: session.warnings };
}

describe('a key that a policy has from the network', () => {
  it('is fetched once, and then taken from what is kept', async () => {
    expect(await fetched()).toEqual({ pending: 0, keys: 1, warnings: [] });
    expect(await fetched()).toMatchObject({ keys: 1 });
    expect(await fetched({ offline: true })).toMatchObject({ keys: 1 });
    expect(server.log).toHaveLength(1);
    expect(await fetched({ refresh: true })).toMatchObject({ keys: 1 });
    expect(server.log).toHaveLength(2);
  });

  it('is fetched where a pipe lies in the place of what is kept', async () => {
    const place = join(cacheFolder(sessionIn(folder)), 'keys');
    await mkdir(place, { recursive: true });
    silentPipe(join(place, sha256));
    expect(await fetched()).toMatchObject({ keys: 1 });
  });

  it('is not taken from what is kept where that has become something else', async () => {
    const place = join(cacheFolder(sessionIn(folder)), 'keys');
    await mkdir(place, { recursive: true });
    await writeFile(join(place, sha256), 'changed');
    expect(await fetched({ offline: true })).toMatchObject({ pending: 1, keys: 0 });
    expect(await fetched()).toMatchObject({ keys: 1 });
  });

  it('ends the run where what is fetched is another one, and that is not kept', async () => {
    answer = { status: 200, body: freshKey() };
    await expect(fetched()).rejects.toMatchObject({ code: 'policy.invalid' });
    answer = { status: 200, body: pem };
    expect(await fetched()).toMatchObject({ keys: 1 });
  });

  it('stays pending where it cannot be had, which is said, and where the network is not to be used', async () => {
    answer = { status: 404, body: '' };
    expect(await fetched()).toEqual({
      pending: 1,
      keys: 0,
      warnings: [`the key acme could not be fetched: http://${server.host}/acme.pub answered 404`],
    });
    expect(await fetched({ offline: true })).toEqual({ pending: 1, keys: 0, warnings: [] });
  });
});

it('nothing is asked where no policy has a key from the network', async () => {
  const policies = { fetches: [] } as unknown as PolicySet; // nothing else of it is asked
  expect(await fetchPolicyKeys(sessionIn(folder), policies)).toBe(policies);
  expect(server.log).toEqual([]);
});
