import { describe, expect, it } from 'vitest';
import type { LocalEngine } from '../../../../src/gate/session/local-engine.ts';
import { openRegistries } from '../../../../src/gate/session/registries.ts';
import { type OwnOptions, parseReference, VerifyError } from '../../../../src/model/index.ts';
import { folderOf } from '../../policy/support/policies.ts';
import { sessionIn } from '../gate-pipeline.ts';

const unreached = new VerifyError('registry.unreachable', 'no answer');
const engine = { insecureRegistries: [], registryMirrors: [] };

interface Given {
  readonly local?: boolean;
  readonly engine?: object | Error;
  readonly own?: Partial<OwnOptions>;
  readonly name?: string;
  readonly error?: Error;
}

/** How often a look-up is tried that fails the first time, and what comes out. */
async function tried(given: Given) {
  const local = {
    endpoint: async () => ({ local: given.local ?? true }),
    engine: async () => {
      if (given.engine instanceof Error) throw given.engine;
      return { info: async () => given.engine ?? engine };
    },
  } as unknown as LocalEngine; // what of it is asked
  const registries = openRegistries(sessionIn(await folderOf({}), given.own), local);
  const clients = new Set<object>();
  try {
    const result = await registries.attempt(parseReference(given.name ?? 'example.com/app:1'), async (client) => {
      clients.add(client);
      if (clients.size === 1) throw given.error ?? unreached;
      return 'found';
    });
    return { result, clients: clients.size };
  } catch (error) {
    return { result: error, clients: clients.size };
  } finally {
    await registries.close();
  }
}

describe('a registry that cannot be reached', () => {
  it('is tried once more with what the local daemon says of insecure registries and mirrors', async () => {
    expect(await tried({})).toEqual({ result: 'found', clients: 2 });
  });

  it.each<readonly [string, Given]>([
    ['the daemon is a remote one, which reaches it otherwise than we do', { local: false }],
    ['there is no daemon', { engine: new Error('no daemon') }],
    ['the network is not to be used', { own: { offline: true } }],
    ['it is on this machine', { name: '127.0.0.1:5000/app:1' }],
  ])('is not where %s: the first failure is told', async (_, given) => {
    expect(await tried(given)).toEqual({ result: unreached, clients: 1 });
  });

  it('is not where it answered, and what it said stands', async () => {
    const error = new VerifyError('registry.unauthorized', 'no');
    expect(await tried({ error })).toEqual({ result: error, clients: 1 });
  });
});
