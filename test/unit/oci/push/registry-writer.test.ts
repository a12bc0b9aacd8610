import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Descriptor } from '../../../../src/model/index.ts';
import { type Artifact, listTags, pushArtifact } from '../../../../src/oci/index.ts';
import { newClient, startRegistry } from '../harness.ts';
import { type MemoryRegistry, sha256 } from '../memory-registry.ts';

const artifactType = 'application/vnd.example.thing';

const artifactOf = (text: string, subject: Descriptor | null = null): Artifact => ({
  artifactType,
  layers: [{ mediaType: 'text/plain', bytes: Buffer.from(text), annotations: { name: text } }],
  subject,
});

const placeAt = (registry: MemoryRegistry) => ({ registry: registry.host, repository: 'a/b' });

const manifestAt = (registry: MemoryRegistry, reference: string): Record<string, never> =>
  JSON.parse(registry.manifests.get(`a/b ${reference}`)?.bytes.toString() ?? 'null');

const fallbackOf = ({ digest }: Descriptor): string => digest.replace(':', '-');

const entriesAt = (registry: MemoryRegistry, subject: Descriptor): readonly { digest: string }[] =>
  manifestAt(registry, fallbackOf(subject))['manifests'] ?? [];

/** Listens on another port, so as another host; answers what it was sent. */
async function otherHost(): Promise<{ host: string; seen: { headers: unknown; body: string; url: string }[] }> {
  const seen: { headers: unknown; body: string; url: string }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => {
      body += part.toString();
    });
    request.on('end', () => {
      seen.push({ headers: request.headers, body, url: request.url ?? '' });
      response.writeHead(201).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

describe('writing an artifact', () => {
  it('brings what it holds, then the manifest under its tag', async () => {
    const registry = await startRegistry();
    const written = await pushArtifact(newClient(), placeAt(registry), artifactOf('one'), '1');
    expect(manifestAt(registry, '1')).toEqual({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      artifactType,
      config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: sha256('{}'), size: 2 },
      layers: [{ mediaType: 'text/plain', digest: sha256('one'), size: 3, annotations: { name: 'one' } }],
    });
    expect(written.digest).toBe(sha256(registry.manifests.get('a/b 1')?.bytes ?? ''));
    expect(registry.blobs.get(sha256('one'))?.toString()).toBe('one');
    const puts = registry.paths.filter((path) => path.startsWith('PUT'));
    expect(puts.at(-1)).toBe('PUT /v2/a/b/manifests/1');
    // the registry's own query stays as it was
    expect(puts[0]).toMatch(/^PUT \/v2\/a\/b\/blobs\/uploads\/1\?state=a&digest=sha256%3A/);
  });

  it('uploads nothing twice', async () => {
    const registry = await startRegistry();
    await pushArtifact(newClient(), placeAt(registry), artifactOf('one'), '1');
    registry.log.length = 0;
    await pushArtifact(newClient(), placeAt(registry), artifactOf('one'), '2');
    expect(registry.paths.filter((path) => path.startsWith('POST'))).toEqual([]);
  });

  it('sends an upload to another host without credentials', async () => {
    const registry = await startRegistry();
    const other = await otherHost();
    registry.intercept = (request, response) => {
      if (request.headers.authorization === undefined && request.method !== 'HEAD') {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="a"' }).end();
        return true;
      }
      if (request.method !== 'POST') return false;
      response.writeHead(202, { location: `http://${other.host}/up?x=%7E` }).end();
      return true;
    };
    const credentials = {
      credentialFor: () => Promise.resolve({ kind: 'password', username: 'u', secret: 's' } as const),
    };
    await pushArtifact(newClient({ credentials }), placeAt(registry), artifactOf('one'), '1');
    expect(other.seen.map(({ body }) => body).sort()).toEqual(['one', '{}']);
    expect(other.seen.every(({ headers }) => !('authorization' in (headers as object)))).toBe(true);
    expect(other.seen[0]?.url).toMatch(/^\/up\?x=%7E&digest=sha256%3A/);
    // the control: the registry itself got them
    expect(registry.log.find(({ method }) => method === 'PUT')?.authorization).toBe(
      `Basic ${Buffer.from('u:s').toString('base64')}`,
    );
  });

  it.each([
    ['over plain HTTP to a host that is none of this machine', 'http://registry.example.com/up'],
    ['with credentials in its address', 'https://u:s@registry.example.com/up'],
    ['by another protocol', 'ftp://127.0.0.1/up'],
  ])('refuses an upload that would go %s', async (_, location) => {
    const registry = await startRegistry();
    registry.intercept = (request, response) => {
      if (request.method === 'POST') response.writeHead(202, { location }).end();
      return request.method === 'POST';
    };
    await expect(pushArtifact(newClient(), placeAt(registry), artifactOf('one'), '1')).rejects.toMatchObject({
      code: 'registry.untrustworthy',
    });
  });

  it.each([
    [401, 'registry.unauthorized', 'docker login'],
    [403, 'registry.unauthorized', 'docker login'],
    [404, 'registry.not-found', 'name of the repository'],
    [405, 'registry.failed', 'mirror'],
    [413, 'registry.failed', 'limit'],
    [307, 'registry.untrustworthy', 'address'],
    [400, 'registry.failed', 'container registry'],
  ])('says what to do about %i', async (status, code, hint) => {
    const registry = await startRegistry();
    registry.intercept = (request, response) => {
      if (request.method === 'PUT') response.writeHead(status, { location: '/elsewhere' }).end('{}');
      return request.method === 'PUT';
    };
    await expect(pushArtifact(newClient(), placeAt(registry), artifactOf('one'), '1')).rejects.toMatchObject({
      code,
      hint: expect.stringContaining(hint),
    });
  });

  it('refuses a registry that keeps other bytes', async () => {
    const registry = await startRegistry();
    registry.intercept = (request, response) => {
      const isManifest = request.method === 'PUT' && request.url?.includes('/manifests/') === true;
      if (isManifest) response.writeHead(201, { 'docker-content-digest': sha256('other') }).end();
      return isManifest;
    };
    await expect(pushArtifact(newClient(), placeAt(registry), artifactOf('one'), '1')).rejects.toMatchObject({
      code: 'registry.untrustworthy',
    });
  });

  it('asks a token service for the right to push where it writes, and only there', async () => {
    const registry = await startRegistry();
    const scopes: (string | null)[] = [];
    registry.intercept = (request, response) => {
      const url = new URL(request.url ?? '', 'http://a');
      if (url.pathname === '/token') {
        scopes.push(url.searchParams.get('scope'));
        response.end(JSON.stringify({ token: url.searchParams.get('scope')?.replace(/[^a-z]/g, '.') }));
        return true;
      }
      const isPushing = request.method === 'POST' || request.method === 'PUT';
      const wanted = isPushing ? /push/ : /pull/;
      if (wanted.test(request.headers.authorization ?? '')) return false;
      const realm = `Bearer realm="http://${registry.host}/token",scope="repository:a/b:pull,push"`;
      response.writeHead(401, { 'www-authenticate': realm }).end();
      return true;
    };
    await pushArtifact(newClient(), placeAt(registry), artifactOf('one'), '1');
    expect([...new Set(scopes.map(String))].toSorted()).toEqual(['repository:a/b:pull', 'repository:a/b:pull,push']);
    const reading = registry.log.filter(({ method }) => method === 'HEAD');
    expect(reading.length).toBeGreaterThan(0);
    expect(reading.some(({ authorization }) => authorization?.includes('push'))).toBe(false);
  });

  it('needs the network', async () => {
    const registry = await startRegistry();
    await expect(
      pushArtifact(newClient({ offline: true }), placeAt(registry), artifactOf('one'), '1'),
    ).rejects.toMatchObject({ code: 'registry.offline' });
    expect(registry.log).toEqual([]);
  });
});

describe('attaching an artifact', () => {
  it('names its subject, and leaves the listing to a registry that says it lists', async () => {
    const registry = await startRegistry();
    const subject = registry.image('a/b', 'image');
    const written = await pushArtifact(newClient(), placeAt(registry), artifactOf('one', subject), null);
    expect(manifestAt(registry, written.digest)['subject']).toEqual(subject);
    expect(registry.manifests.has(`a/b ${fallbackOf(subject)}`)).toBe(false);
    const listing = await newClient().referrers(placeAt(registry), subject.digest);
    expect(listing.manifests.map(({ digest }) => digest)).toEqual([written.digest]);
  });

  it('adds it to the fallback tag of one that does not, beside what others list and what we do not know', async () => {
    const registry = await startRegistry();
    registry.referrersApi = false;
    const subject = registry.image('a/b', 'image');
    const others = registry.artifact('a/b', [], { subject });
    const strange = { ...others, unknown: { kept: true } };
    registry.put('a/b', { schemaVersion: 2, manifests: [strange], annotations: { mine: 'yes' } }, fallbackOf(subject));
    const written = await pushArtifact(newClient(), placeAt(registry), artifactOf('one', subject), null);
    expect(entriesAt(registry, subject)).toEqual([strange, { ...written, artifactType }]);
    expect(manifestAt(registry, fallbackOf(subject))).toMatchObject({ annotations: { mine: 'yes' } });
    await pushArtifact(newClient(), placeAt(registry), artifactOf('one', subject), null);
    expect(entriesAt(registry, subject)).toHaveLength(2);
  });

  it('lists beside itself an artifact that took the tag', async () => {
    const registry = await startRegistry();
    registry.referrersApi = false;
    const subject = registry.image('a/b', 'image');
    const others = registry.artifact('a/b', [], { subject }, fallbackOf(subject));
    const written = await pushArtifact(newClient(), placeAt(registry), artifactOf('one', subject), null);
    expect(entriesAt(registry, subject).map(({ digest }) => digest)).toEqual([others.digest, written.digest]);
  });

  it('never writes over a tag that holds something else', async () => {
    const registry = await startRegistry();
    registry.referrersApi = false;
    const subject = registry.image('a/b', 'image');
    registry.image('a/b', fallbackOf(subject));
    await expect(pushArtifact(newClient(), placeAt(registry), artifactOf('one', subject), null)).rejects.toMatchObject({
      code: 'registry.failed',
      message: expect.stringContaining('something else'),
    });
  });

  it('loses nothing of six that write at once, where the registry keeps to If-Match', async () => {
    const registry = await startRegistry();
    registry.referrersApi = false;
    registry.etags = true;
    const subject = registry.image('a/b', 'image');
    const texts = ['1', '2', '3', '4', '5', '6'];
    const written = await Promise.all(
      texts.map((text) => pushArtifact(newClient(), placeAt(registry), artifactOf(text, subject), null)),
    );
    const listed = entriesAt(registry, subject).map(({ digest }) => digest);
    expect(listed.toSorted()).toEqual(written.map(({ digest }) => digest).toSorted());
  });

  it('writes again where another wrote over it, and keeps what that one wrote', async () => {
    const registry = await startRegistry();
    registry.referrersApi = false;
    const subject = registry.image('a/b', 'image');
    const others = registry.artifact('a/b', [], { subject });
    let overwritten = 0;
    registry.intercept = (request) => {
      const isTag = request.url?.endsWith(fallbackOf(subject)) === true;
      // behind our first write another one, who did not see it
      if (isTag && request.method === 'GET' && overwritten === 1) registry.index('a/b', [others], fallbackOf(subject));
      if (isTag && request.method === 'GET') overwritten += 1;
      return false;
    };
    const written = await pushArtifact(newClient(), placeAt(registry), artifactOf('one', subject), null);
    const listed = entriesAt(registry, subject).map(({ digest }) => digest);
    expect(listed.toSorted()).toEqual([others.digest, written.digest].toSorted());
  });
});

describe('the tags of a repository', () => {
  it('are listed up to a bound, and it says so', async () => {
    const registry = await startRegistry();
    for (const tag of ['1', '2', '3']) registry.image('a/b', tag);
    const client = newClient();
    expect(await listTags(client, placeAt(registry), 3)).toEqual({ tags: ['1', '2', '3'], isWhole: true });
    expect(await listTags(client, placeAt(registry), 2)).toEqual({ tags: ['1', '2'], isWhole: false });
  });

  it('are those of a repository, which is what is not there', async () => {
    const registry = await startRegistry();
    registry.intercept = (_, response) => {
      response.statusCode = 404;
      response.end();
      return true;
    };
    await expect(listTags(newClient(), placeAt(registry), 9)).rejects.toMatchObject({
      code: 'registry.not-found',
      message: expect.stringMatching(/has no \S+\/a\/b \(404/),
    });
  });

  it('are followed from page to page on the registry alone', async () => {
    const registry = await startRegistry();
    let next = '</v2/a/b/tags/list?last=1>; rel="next"';
    registry.intercept = (request, response) => {
      const isFirst = request.url?.includes('last') === false;
      if (isFirst) response.setHeader('link', next);
      response.end(JSON.stringify({ tags: isFirst ? ['1', 'no tag!'] : ['2'] }));
      return true;
    };
    expect((await listTags(newClient(), placeAt(registry), 9)).tags).toEqual(['1', '2']);
    next = '<https://elsewhere.example.com/v2/a>; rel="next"';
    await expect(listTags(newClient(), placeAt(registry), 9)).rejects.toMatchObject({ code: 'registry.untrustworthy' });
  });
});
