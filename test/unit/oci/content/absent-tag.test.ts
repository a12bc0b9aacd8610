import { describe, expect, it } from 'vitest';
import { isUnseen, problemKind } from '../../../../src/oci/content/collect-problem.ts';
import { mediaTypes } from '../../../../src/oci/content/media-types.ts';
import { collect, nameAt, newClient, startRegistry, temporaryFolder } from '../harness.ts';
import type { MemoryRegistry } from '../memory-registry.ts';
import { at, bundleType, contents, refer, signByTag, tagOf } from '../signed-images.ts';

const isTag = (url: string): boolean => /\/manifests\/(?!sha256:)/.test(url);

/** Answers for tags that are not there, and for referrers, as a registry does that does not say "not found". */
function refusing(registry: MemoryRegistry, absent: number, referrers = absent): void {
  registry.intercept = ({ url = '' }, response) => {
    const known = registry.manifests.has(url.replace(/^\/v2\/(.*)\/manifests\//, '$1 '));
    if (!/referrers/.test(url) && (!isTag(url) || known)) return false;
    response.writeHead(/referrers/.test(url) ? referrers : absent).end();
    return true;
  };
}

describe('a registry that answers otherwise than "not found" for tags that are not there', () => {
  it.each([
    [403, 406],
    [406, 404],
    [401, 404],
    [400, 501],
  ])('(%i, %i for referrers) is known by that, and nothing is left open', async (absent, referrers) => {
    const registry = await startRegistry();
    registry.image('a', '1');
    refusing(registry, absent, referrers);
    const { attachments, problems } = await at(registry);
    expect(attachments).toEqual([]);
    expect(problems.map(problemKind)).toEqual(['ignored']);
    expect(problems[0]?.error.message).toContain(`answers ${absent} for tags that are surely not there`);
    expect(registry.paths.filter((path) => path.includes('docker-verify-'))).toHaveLength(1);
  });

  it('gives what is signed all the same', async () => {
    const registry = await startRegistry();
    const image = registry.image('a', '1');
    signByTag(registry, image, 'sig');
    registry.index('a', [refer(registry, image, 'bundle')], tagOf(image));
    refusing(registry, 403, 406);
    const { attachments, problems } = await at(registry);
    expect(contents({ attachments })).toEqual(['bundle', 'sig']);
    expect(problems.some(isUnseen)).toBe(false);
  });

  it('is not one that only keeps signatures from us', async () => {
    const registry = await startRegistry();
    registry.image('a', '1');
    registry.intercept = ({ url = '' }, response) => {
      if (!/\/manifests\/sha256-/.test(url)) return false;
      response.writeHead(403).end();
      return true;
    };
    const { problems } = await at(registry);
    expect(problems.map(problemKind)).toEqual(['lasting', 'lasting', 'lasting']);
  });

  it('is not one that keeps everything from us since we are not who we were', async () => {
    const registry = await startRegistry();
    const image = registry.image('a', '1');
    const cacheFolder = await temporaryFolder();
    const name = nameAt(registry, `a@${image.digest}`);
    const first = newClient({ cacheFolder });
    await collect(first, name, {}, 'linux/amd64');
    await first.close();
    registry.intercept = (_request, response) => {
      response.writeHead(403).end();
      return true;
    };
    const { problems } = await collect(newClient({ cacheFolder }), name, {}, 'linux/amd64');
    expect(problems.map(problemKind)).toEqual(['lasting', 'lasting', 'lasting', 'lasting']);
  });

  it('says nothing of a repository for signatures of which nothing can be read', async () => {
    const registry = await startRegistry();
    registry.image('a', '1');
    registry.intercept = ({ url = '' }, response) => {
      if (!url.startsWith('/v2/signatures/')) return false;
      response.writeHead(403).end();
      return true;
    };
    const repositories = [{ repository: `${registry.host}/signatures`, tagPrefix: '' }];
    const { problems } = await collect(newClient(), nameAt(registry, 'a:1'), { repositories });
    expect(problems.some(isUnseen)).toBe(true);
  });
});

describe('what says nothing about an image', () => {
  it('is GitLab’s answer for the fallback tag: the image itself', async () => {
    const registry = await startRegistry();
    registry.referrersApi = false;
    const child = registry.image('a', 'x');
    registry.index('a', [{ ...child, platform: { os: 'linux', architecture: 'amd64' } }], '1');
    const handle = registry.handle.bind(registry);
    registry.handle = (request, response) => {
      request.url = (request.url ?? '').replace(/\/manifests\/sha256-([0-9a-f]{64})$/, '/manifests/sha256:$1');
      handle(request, response);
    };
    expect(await at(registry)).toEqual({ attachments: [], unsigned: [], problems: [] });
  });

  it.each(['application/vnd.oci.artifact.manifest.v1+json', 'application/vnd.cncf.oras.artifact.manifest.v1+json'])(
    'is a manifest of the old form %s, and it is not asked for',
    async (mediaType) => {
      const registry = await startRegistry();
      const image = registry.image('a', '1');
      const good = refer(registry, image, 'good');
      const old = { mediaType, digest: image.digest.replace(/.{4}$/, 'abcd'), size: 10 };
      registry.index('a', [old, good], tagOf(image));
      const { attachments, problems } = await at(registry);
      expect(contents({ attachments })).toEqual(['good']);
      expect(problems.map(problemKind)).toEqual(['ignored']);
      expect(problems[0]?.error.message).toContain(mediaType);
      expect(registry.paths.some((path) => path.includes(old.digest))).toBe(false);
    },
  );

  it('is an entry that makes no sense', async () => {
    const registry = await startRegistry();
    const image = registry.image('a', '1');
    const good = refer(registry, image, 'good');
    registry.intercept = ({ url = '' }, response) => {
      if (!/referrers/.test(url)) return false;
      response.setHeader('content-type', mediaTypes.ociIndex);
      response.end(JSON.stringify({ schemaVersion: 2, manifests: [{ digest: 'x', artifactType: bundleType }, good] }));
      return true;
    };
    const { attachments, problems } = await at(registry);
    expect(contents({ attachments })).toEqual(['good']);
    expect(problems.map(problemKind)).toEqual(['ignored']);
  });
});
