import { afterEach, describe, expect, it } from 'vitest';
import {
  type FaultEffect,
  sha256Digest,
  startTestRegistry,
  type TestRegistry,
  type TestRegistryOptions,
} from '../../../../scripts/lab/test-registry.ts';

const imageType = 'application/vnd.oci.image.manifest.v1+json';
const running: TestRegistry[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((registry) => registry.close()));
});

async function start(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const registry = await startTestRegistry(options);
  running.push(registry);
  return registry;
}

/** An image under `app:1`, with so many referrers of alternating types. */
function fill(registry: TestRegistry, referrers = 0): string {
  const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: sha256Digest('{}'), size: 2 };
  const image = JSON.stringify({ schemaVersion: 2, mediaType: imageType, config, layers: [] });
  const { digest } = registry.store.putManifest('app', '1', imageType, image);
  for (let number = 0; number < referrers; number++) {
    const artifactType = number % 2 === 0 ? 'type/even' : 'type/odd';
    const subject = { mediaType: imageType, digest, size: image.length };
    const manifest = JSON.stringify({
      schemaVersion: 2,
      artifactType,
      config,
      layers: [],
      subject,
      annotations: { n: `${number}` },
    });
    registry.store.putManifest('app', null, imageType, manifest);
  }
  return digest;
}

interface Listing {
  readonly manifests: readonly { readonly digest: string; readonly artifactType: string }[];
}

/** The body of an answer in the shape that the registry gives it. */
async function json<T>(response: Response): Promise<T> {
  return JSON.parse(await response.text());
}

async function listing(url: string): Promise<{ pages: number; items: Listing['manifests']; filtered: string | null }> {
  const items: Listing['manifests'][number][] = [];
  let next: string | undefined = url;
  let pages = 0;
  let filtered: string | null = null;
  while (next !== undefined) {
    const response: Response = await fetch(next);
    const body = await json<Listing>(response);
    items.push(...body.manifests);
    filtered = response.headers.get('oci-filters-applied');
    pages++;
    const link: string | undefined = /<(.+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
    next = link === undefined ? undefined : new URL(link, url).href;
  }
  return { pages, items, filtered };
}

describe('referrers', () => {
  it('come in pages, each once', async () => {
    const registry = await start({ pageSize: 3 });
    const digest = fill(registry, 8);
    const { pages, items } = await listing(`${registry.url}/v2/app/referrers/${digest}`);
    expect(pages).toBe(3);
    expect(new Set(items.map((item) => item.digest)).size).toBe(8);
  });

  it.each([
    [true, 4, 'artifactType'],
    [false, 8, null],
  ])('are filtered by type: %s', async (filter, count, header) => {
    const registry = await start({ filter });
    const digest = fill(registry, 8);
    const found = await listing(`${registry.url}/v2/app/referrers/${digest}?artifactType=type/odd`);
    expect(found.items).toHaveLength(count);
    expect(found.filtered).toBe(header);
  });

  it('are an empty index for an image that has none, and 404 where the API is switched off', async () => {
    const registry = await start();
    const old = await start({ referrers: false, store: registry.store });
    const path = `/v2/app/referrers/${fill(registry)}`;
    expect((await listing(registry.url + path)).items).toEqual([]);
    expect((await fetch(old.url + path)).status).toBe(404);
  });

  it('go when their manifest is deleted', async () => {
    const registry = await start();
    const url = `${registry.url}/v2/app/referrers/${fill(registry, 1)}`;
    const [item] = (await listing(url)).items;
    expect((await fetch(`${registry.url}/v2/app/manifests/${item?.digest}`, { method: 'DELETE' })).status).toBe(202);
    expect((await listing(url)).items).toEqual([]);
  });
});

describe('uploads', () => {
  it('refuse bytes that are not those of the digest', async () => {
    const registry = await start();
    const put = (digest: string): Promise<Response> =>
      fetch(`${registry.url}/v2/app/blobs/uploads/?digest=${digest}`, { method: 'POST', body: 'content' });
    expect((await put(sha256Digest('other'))).status).toBe(400);
    expect((await put(sha256Digest('content'))).status).toBe(201);
    expect(await (await fetch(`${registry.url}/v2/app/blobs/${sha256Digest('content')}`)).text()).toBe('content');
  });

  it('say which manifest a new one refers to', async () => {
    const registry = await start();
    const subject = { mediaType: imageType, digest: fill(registry), size: 1 };
    const response = await fetch(`${registry.url}/v2/app/manifests/2`, {
      method: 'PUT',
      body: JSON.stringify({ subject }),
    });
    expect(response.headers.get('oci-subject')).toBe(subject.digest);
  });
});

describe('tokens', () => {
  const authentication = { kind: 'bearer', user: 'ann', password: 'secret' } as const;
  const basic = { authorization: `Basic ${Buffer.from('ann:secret').toString('base64')}` };

  it('are named in the challenge, given for the password, and needed', async () => {
    const registry = await start({ authentication });
    fill(registry);
    const manifest = `${registry.url}/v2/app/manifests/1`;
    const challenge = (await fetch(manifest)).headers.get('www-authenticate');
    expect(challenge).toBe(`Bearer realm="${registry.url}/token",service="lab",scope="repository:app:pull"`);
    expect((await fetch(`${registry.url}/token`)).status).toBe(401);
    const given = await fetch(`${registry.url}/token?scope=repository:app:pull`, { headers: basic });
    const { token } = await json<{ token: string }>(given);
    expect((await fetch(manifest, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
    expect((await fetch(manifest, { headers: { authorization: 'Bearer made-up' } })).status).toBe(401);
    expect((await fetch(manifest, { headers: basic })).status).toBe(401);
  });

  it('are given to everybody for pulling only, where that is allowed', async () => {
    const registry = await start({ authentication: { ...authentication, anonymousPull: true } });
    fill(registry);
    const given = await fetch(`${registry.url}/token?scope=repository:app:pull,push`);
    const { token } = await json<{ token: string }>(given);
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${registry.url}/v2/app/manifests/1`, { headers })).status).toBe(200);
    expect((await fetch(`${registry.url}/v2/app/manifests/1`, { method: 'DELETE', headers })).status).toBe(401);
  });
});

describe('faults', () => {
  async function struck(effect: FaultEffect): Promise<{ registry: TestRegistry; url: string; digest: string }> {
    const registry = await start();
    const digest = fill(registry, 1);
    registry.addFault({ method: 'GET', path: '/(manifests|referrers)/', effect });
    return { registry, digest, url: `${registry.url}/v2/app/manifests/1` };
  }

  it('change the status, with headers', async () => {
    const { url } = await struck({ kind: 'status', status: 429, headers: { 'retry-after': '7' } });
    const response = await fetch(url);
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7']);
  });

  it('change the bytes under the right digest', async () => {
    const { url, digest } = await struck({ kind: 'bytes' });
    const response = await fetch(url);
    expect(response.headers.get('docker-content-digest')).toBe(digest);
    expect(sha256Digest(new Uint8Array(await response.arrayBuffer()))).not.toBe(digest);
  });

  it('change the digest over the right bytes', async () => {
    const { url, digest } = await struck({ kind: 'headers', headers: { 'docker-content-digest': 'sha256:0' } });
    const response = await fetch(url);
    expect(response.headers.get('docker-content-digest')).toBe('sha256:0');
    expect(sha256Digest(new Uint8Array(await response.arrayBuffer()))).toBe(digest);
  });

  it('redirect to the same path elsewhere', async () => {
    const { url } = await struck({ kind: 'redirect', location: 'http://elsewhere.test{path}' });
    const response = await fetch(url, { redirect: 'manual' });
    expect(response.headers.get('location')).toBe('http://elsewhere.test/v2/app/manifests/1');
  });

  it('make pages without end', async () => {
    const { registry, digest } = await struck({ kind: 'endless-pages' });
    const path = `/v2/app/referrers/${digest}`;
    const response = await fetch(registry.url + path);
    expect(response.headers.get('link')).toBe(`<${path}?n=1&turn=0>; rel="next"`);
  });

  it.each<FaultEffect>([{ kind: 'endless' }, { kind: 'drip', bytes: 1, milliseconds: 50 }, { kind: 'hang' }])(
    'keep the client waiting: $kind',
    async (effect) => {
      const { url } = await struck(effect);
      const reading = fetch(url, { signal: AbortSignal.timeout(300) }).then((response) => response.text());
      await expect(reading).rejects.toThrow(/timeout/);
    },
  );

  it('cut the connection', async () => {
    const { url } = await struck({ kind: 'cut', after: 10 });
    await expect(fetch(url).then((response) => response.text())).rejects.toThrow(/terminated/);
  });

  it('strike only the clients that they are for', async () => {
    const registry = await start();
    registry.addFault({ path: '/', client: 'buildkit|^docker/', effect: { kind: 'status', status: 500 } });
    const ask = async (agent: string): Promise<number> =>
      (await fetch(`${registry.url}/v2/`, { headers: { 'user-agent': agent } })).status;
    expect(await ask('docker/28 go/1.25')).toBe(500);
    expect(await ask('docker-verify/1')).toBe(200);
  });

  it('strike only the requests that they are for', async () => {
    const registry = await start();
    fill(registry);
    registry.addFault({ path: '/manifests/1$', skip: 1, times: 1, effect: { kind: 'status', status: 500 } });
    const statuses: number[] = [];
    for (let count = 0; count < 3; count++) {
      statuses.push((await fetch(`${registry.url}/v2/app/manifests/1`)).status);
    }
    expect(statuses).toEqual([200, 500, 200]);
    expect(registry.requests.map(({ status }) => status)).toEqual(statuses);
  });
});

it('delays each answer by its latency', async () => {
  const registry = await start({ latency: 40 });
  const began = performance.now();
  await fetch(`${registry.url}/v2/`);
  expect(performance.now() - began).toBeGreaterThan(39);
});

describe('modes', () => {
  const get = (registry: TestRegistry, path: string, method = 'GET'): Promise<Response> =>
    fetch(`${registry.url}/v2/app/${path}`, { method, redirect: 'manual' });
  const listed = async (registry: TestRegistry, digest: string): Promise<readonly unknown[] | null> => {
    const document: unknown = await (await get(registry, `referrers/${digest}`)).json();
    return (document as { readonly manifests: readonly unknown[] | null }).manifests; // as every listing has them
  };

  it('lead to a website that allows nothing (GHCR)', async () => {
    const registry = await start({ mode: 'ghcr' });
    const answer = await get(registry, `referrers/${fill(registry)}`);
    const location = answer.headers.get('location') ?? '';
    expect([answer.status, new URL(location).hostname]).toEqual([303, 'localhost']);
    expect((await fetch(location.replace('localhost', '127.0.0.1'))).status).toBe(429);
  });

  it('take a tag for a digest (GitLab)', async () => {
    const registry = await start({ mode: 'gitlab' });
    const digest = fill(registry, 1);
    const answer = await get(registry, `manifests/${digest.replace(':', '-')}`);
    expect(answer.headers.get('docker-content-digest')).toBe(digest);
    expect((await get(registry, `manifests/${digest.replace(':', '-')}.sig`)).status).toBe(404);
  });

  it('refuse what is not there, and nothing that is (Artifactory)', async () => {
    const registry = await start({ mode: 'artifactory' });
    const digest = fill(registry);
    const paths = ['manifests/none', 'manifests/1', `manifests/${digest}`, `referrers/${digest}`];
    const statuses = await Promise.all(paths.map(async (path) => (await get(registry, path)).status));
    expect(statuses).toEqual([403, 200, 200, 406]);
  });

  it('list nothing, null, what is gone, or what is another’s', async () => {
    const counts = await Promise.all(
      (['empty-listing', 'null-listing', 'dangling', 'foreign'] as const).map(async (mode) => {
        const registry = await start({ mode });
        fill(registry, 2);
        return (await listed(registry, sha256Digest('unsigned')))?.length ?? null;
      }),
    );
    expect(counts).toEqual([0, null, 1, 2]);
  });

  it('count what is got, until no more is free (Docker Hub)', async () => {
    const registry = await start({ mode: 'hub' });
    fill(registry);
    const statuses: number[] = [];
    for (let turn = 0; turn < 11; turn += 1) {
      await get(registry, 'manifests/1', 'HEAD');
      await get(registry, 'manifests/none');
      statuses.push((await get(registry, 'manifests/1')).status);
    }
    expect(statuses).toEqual([...Array<number>(10).fill(200), 429]);
    expect(registry.pulls()).toBe(11);
    registry.forget();
    expect((await get(registry, 'manifests/1')).status).toBe(200);
  });

  it('answer for referrers alone with a status', async () => {
    const registry = await start({ mode: 'referrers-429' });
    const digest = fill(registry);
    expect([(await get(registry, `referrers/${digest}`)).status, (await get(registry, 'manifests/1')).status]).toEqual([
      429, 200,
    ]);
  });
});
