import { describe, expect, it } from 'vitest';
import { parseCanonicalName } from '../../../../src/model/index.ts';
import { mirrorsOf } from '../../../../src/oci/content/mirrors.ts';
import { collect, nameAt, newClient, resolve, startRegistry } from '../harness.ts';
import { startInternet } from '../internet.ts';
import { bareEnvironment, MemoryRegistry } from '../memory-registry.ts';
import { signatureTypes } from '../signature-types.ts';

describe('mirrors of Docker Hub', () => {
  const startHub = async () => {
    const hub = new MemoryRegistry();
    const mirror = await startRegistry();
    const image = hub.image('library/a', '1');
    const internet = await startInternet({
      'registry-1.docker.io': (request, response) => hub.handle(request, response),
    });
    const options = {
      tunnels: internet.tunnels,
      environment: bareEnvironment({ variables: internet.variables }),
      certificateFolders: [internet.certificates],
      mirrors: [`http://${mirror.host}/`],
    };
    return { hub, mirror, image, options };
  };
  const name = parseCanonicalName('a:1');

  it('give what a digest names, and never say what a tag is', async () => {
    const { hub, mirror, image, options } = await startHub();
    const other = mirror.image('library/a', '1', { config: { Labels: { other: 'yes' } } });
    for (const [digest, bytes] of hub.blobs) mirror.blobs.set(digest, bytes);
    const resolved = await resolve(newClient(options), name, 'linux/amd64');
    expect(resolved.root.digest).toBe(image.digest);
    expect(resolved.root.digest).not.toBe(other.digest);
    expect(mirror.paths.every((path) => path.includes('/blobs/'))).toBe(true);
    expect(mirror.paths).toHaveLength(1);
    expect(hub.paths).toEqual(['GET /v2/library/a/manifests/1']);
  });

  it('that lie or fail are passed over', async () => {
    const { mirror, image, options } = await startHub();
    mirror.intercept = (_request, response) => {
      response.end('evil');
      return true;
    };
    const client = newClient({ ...options, mirrors: ['http://127.0.0.1:1', ...options.mirrors] });
    const resolved = await resolve(client, parseCanonicalName(`a@${image.digest}`), 'linux/amd64');
    expect(resolved.root.digest).toBe(image.digest);
  });

  it('that cannot be reached are tried once', async () => {
    const { image, options } = await startHub();
    const began: string[] = [];
    const mirrors = ['https://mirror.example.com'];
    const client = newClient({ ...options, mirrors });
    await resolve(client, parseCanonicalName(`a@${image.digest}`), 'linux/amd64');
    began.push(...options.tunnels.filter((host) => host.startsWith('mirror.')));
    expect(began).toEqual(['mirror.example.com:443']);
  });

  it('have signatures where the origin cannot be asked, and say nothing where it can', async () => {
    const { hub, mirror, image, options } = await startHub();
    const tag = `${image.digest.replace(':', '-')}.sig`;
    mirror.artifact('library/a', [mirror.blob('signature', signatureTypes.simpleSigning)], {}, tag);
    const named = parseCanonicalName(`a@${image.digest}`);
    expect((await collect(newClient(options), named)).attachments).toEqual([]);
    hub.intercept = (request, response) => {
      if (!request.url?.endsWith('.sig')) return false;
      response.writeHead(503).end();
      return true;
    };
    expect((await collect(newClient(options), named)).attachments).toHaveLength(1);
  });

  it.each([
    'http://registry.example.com',
    'https://u:p@registry.example.com',
    'https://registry.example.com/path',
    'ftp://x',
    '',
  ])('written "%s" are none', (mirror) =>
    expect(mirrorsOf({ registry: 'docker.io', repository: 'library/a' }, [mirror])).toEqual([]),
  );

  it('do not speak for other registries', async () => {
    const { mirror, options } = await startHub();
    const registry = await startRegistry();
    const image = registry.image('a', '1');
    await resolve(newClient(options), nameAt(registry, `a@${image.digest}`), 'linux/amd64');
    expect(mirror.log).toEqual([]);
  });
});
