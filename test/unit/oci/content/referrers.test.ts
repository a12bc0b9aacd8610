import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Descriptor } from '../../../../src/model/index.ts';
import { mediaTypes } from '../../../../src/oci/content/media-types.ts';
import { nextPage } from '../../../../src/oci/content/referrers.ts';
import { bounds } from '../../../../src/oci/transport/bounds.ts';
import { newClient, startRegistry } from '../harness.ts';
import { type MemoryRegistry, sha256 } from '../memory-registry.ts';

const digest = sha256('image');

function entries(from: number, count: number): Descriptor[] {
  return Array.from({ length: count }, (_, index) => {
    return { mediaType: mediaTypes.ociManifest, digest: sha256(`referrer ${from + index}`), size: 100 };
  });
}

/** Serves pages of referrers; `page` gives the entries and the next page's number. */
function paged(registry: MemoryRegistry, page: (number: number) => readonly [Descriptor[], string | null]): void {
  registry.intercept = (request, response) => {
    const number = Number(new URL(request.url ?? '', 'http://x').searchParams.get('page') ?? 0);
    const [manifests, next] = page(number);
    response.setHeader('content-type', mediaTypes.ociIndex);
    if (next !== null) response.setHeader('link', `<${next}>; rel="next"`);
    response.end(JSON.stringify({ schemaVersion: 2, mediaType: mediaTypes.ociIndex, manifests }));
    return true;
  };
}

const listed = async (registry: MemoryRegistry) =>
  newClient().referrers({ registry: registry.host, repository: 'a' }, digest);
const path = `/v2/a/referrers/${digest}`;

describe('a listing of referrers', () => {
  it('goes over all its pages', async () => {
    const registry = await startRegistry();
    paged(registry, (page) => [entries(page * 10, 10), page < 3 ? `${path}?page=${page + 1}` : null]);
    const listing = await listed(registry);
    expect(listing).toMatchObject({ supported: true, problem: null });
    expect(listing.manifests).toHaveLength(40);
  });

  it('ends at 2,000, and what was found before counts (GHSA-95pr-fxf5-86gv)', async () => {
    const registry = await startRegistry();
    paged(registry, (page) => [entries(page * 700, 700), `${path}?page=${page + 1}`]);
    const listing = await listed(registry);
    expect(listing.manifests).toHaveLength(bounds.referrers);
    expect(listing.problem).toMatchObject({
      code: 'registry.untrustworthy',
      message: expect.stringMatching(/more than 2000/),
    });
  });

  it('may have 2,000', async () => {
    const registry = await startRegistry();
    paged(registry, (page) => [entries(page * 1000, 1000), page < 1 ? `${path}?page=${page + 1}` : null]);
    const listing = await listed(registry);
    expect(listing.manifests).toHaveLength(2000);
    expect(listing.problem).toBeNull();
  });

  it.each([
    ['leads back to itself', () => path],
    ['leads on without anything new', (page: number) => `${path}?page=${page + 1}`],
    ['leads to another host', () => 'http://127.0.0.1:1/v2/a/referrers/x'],
    ['leads out of the API', () => '/token'],
  ])('that %s is refused, and what was found before counts', async (_what, next) => {
    const registry = await startRegistry();
    paged(registry, (page) => [entries(0, 5), next(page)]);
    const listing = await listed(registry);
    expect(listing.manifests).toHaveLength(5);
    expect(listing.problem).toMatchObject({ code: 'registry.untrustworthy' });
    expect(registry.log.length).toBeLessThanOrEqual(2);
  });

  it('whose later page fails is a problem, and what was found before counts', async () => {
    const registry = await startRegistry();
    paged(registry, () => [entries(0, 5), `${path}?page=1`]);
    const first = registry.intercept;
    registry.intercept = (request, response) => {
      if (!request.url?.includes('page=1')) return first(request, response);
      response.writeHead(403).end();
      return true;
    };
    const listing = await listed(registry);
    expect(listing.manifests).toHaveLength(5);
    expect(listing.problem).toMatchObject({ code: 'registry.unauthorized' });
  });

  it.each([400, 404, 405, 406, 410, 501])('that is answered with %i is not supported', async (status) => {
    const registry = await startRegistry();
    registry.intercept = (_request, response) => {
      response.writeHead(status).end();
      return true;
    };
    expect(await listed(registry)).toMatchObject({ supported: false, problem: null });
  });

  it.each([401, 403, 500])('that is answered with %i is an error', async (status) => {
    const registry = await startRegistry();
    registry.intercept = (_request, response) => {
      response.writeHead(status).end();
      return true;
    };
    await expect(listed(registry)).rejects.toMatchObject({ name: 'VerifyError' });
  });

  const answering = (registry: MemoryRegistry, type: string | null, body: string): void => {
    registry.intercept = (_request, response) => {
      response.writeHead(200, type === null ? {} : { 'content-type': type }).end(body);
      return true;
    };
  };

  it.each<[string | null, string]>([
    ['text/html; charset=utf-8', '<!doctype html><title>Log in</title>'],
    ['text/html', ''],
    ['text/plain', 'ok'],
    [null, ''],
    [null, '{}'],
    ['application/json', '{"manifests": null}'],
    ['application/json', '{"mediaType": "application/vnd.oci.image.manifest.v1+json", "manifests": []}'],
    ['application/json', '[]'],
  ])('in whose place %j with %j is answered could not be asked, which is never "no such API"', async (type, body) => {
    const registry = await startRegistry();
    answering(registry, type, body);
    await expect(listed(registry)).rejects.toMatchObject({
      code: 'registry.untrustworthy',
      message: expect.stringContaining('listing of referrers at '),
    });
  });

  it.each<string | null>([null, 'application/json', 'text/plain'])('counts also as %s', async (type) => {
    const registry = await startRegistry();
    answering(registry, type, JSON.stringify({ schemaVersion: 2, manifests: entries(0, 3) }));
    expect((await listed(registry)).manifests).toHaveLength(3);
  });
});

describe('a listing that the registry leads to at another host', () => {
  /** Leads to `host`, at which the same server answers otherwise. */
  const leading = (registry: MemoryRegistry, host: string, answer: (response: ServerResponse) => void) => {
    registry.intercept = (request, response) => {
      if (request.headers.host?.startsWith('127.0.0.1')) {
        response.writeHead(303, { location: `http://${host}/elsewhere` }).end();
        return true;
      }
      answer(response);
      return true;
    };
  };
  const other = (registry: MemoryRegistry) => registry.host.replace('127.0.0.1', 'localhost');

  it.each([401, 403, 404, 429, 500, 503])(
    'and that answers %i is one of a registry without the API, asked once',
    async (status) => {
      const registry = await startRegistry();
      leading(registry, other(registry), (response) => response.writeHead(status).end());
      expect(await listed(registry)).toMatchObject({ supported: false, problem: null });
      expect(registry.log).toHaveLength(2);
    },
  );

  it('and that is a web page is one too', async () => {
    const registry = await startRegistry();
    leading(registry, other(registry), (response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
    });
    expect(await listed(registry)).toMatchObject({ supported: false, problem: null });
  });

  it('and that cannot be reached is one too', async () => {
    const registry = await startRegistry();
    leading(registry, 'localhost:1', (response) => response.end());
    expect(await listed(registry)).toMatchObject({ supported: false, problem: null });
  });

  it('counts where it is one', async () => {
    const registry = await startRegistry();
    leading(registry, other(registry), (response) => {
      response.setHeader('content-type', mediaTypes.ociIndex);
      response.end(JSON.stringify({ schemaVersion: 2, manifests: entries(0, 3) }));
    });
    expect((await listed(registry)).manifests).toHaveLength(3);
  });

  it('is still an error where the registry itself fails', async () => {
    const registry = await startRegistry();
    leading(registry, other(registry), (response) => response.writeHead(200).end());
    registry.intercept = (_request, response) => {
      response.writeHead(429, { 'retry-after': '60' }).end();
      return true;
    };
    await expect(listed(registry)).rejects.toMatchObject({ code: 'registry.rate-limited' });
  });
});

describe('the next page', () => {
  const from = new URL('https://registry.example.com/v2/a/referrers/x');
  it.each([
    [undefined, null],
    ['</v2/a/referrers/x?n=1>; rel="next"', '/v2/a/referrers/x?n=1'],
    ['</v2/a?last=1>;rel=next', '/v2/a?last=1'],
    ['</v2/b>; rel="prev", </v2/c>; rel="next"', '/v2/c'],
    ['', null],
    [' , ', null],
    ['</v2/b>; rel="prev"; title="a, b; rel=next"', null],
    ['</v2/b>; REL="prev  NEXT"', '/v2/b'],
    ['</v2/b>; rel=prev; rel=next, </v2/c>; n; rel=next', '/v2/c'],
  ])('of %s is %s', (link, expected) => expect(nextPage(link, from)).toBe(expected));

  it.each([
    '</token>; rel="next"',
    '<https://evil.example.com/v2/a>; rel="next"',
    '<//evil.example.com/v2/a>; rel="next"',
  ])('of %s is refused', (link) => expect(() => nextPage(link, from)).toThrow(/continues its listing at/));

  it.each([
    'http://registry.example.com/v2/',
    '<',
    '/v2/a?n=1; rel="next"',
    '</v2/b>; rel="prev" </v2/c>; rel="next"',
    '<http://[/>; rel="next"',
    `</v2/b>; rel="next"${' '.repeat(9000)}`,
  ])('of %.40s cannot be read, and may be there', (link) =>
    expect(() => nextPage(link, from)).toThrow(/in a way that cannot be read/),
  );
});
