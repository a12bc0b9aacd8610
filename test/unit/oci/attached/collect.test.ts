import { describe, expect, it } from 'vitest';
import { isUnseen, problemKind } from '../../../../src/oci/content/collect-problem.ts';
import { mediaTypes } from '../../../../src/oci/content/media-types.ts';
import { collect, nameAt, newClient, startRegistry, temporaryFolder } from '../harness.ts';
import { sha256 } from '../memory-registry.ts';
import { signatureTypes } from '../signature-types.ts';
import { amd64, at, bundleType, contents, failing, refer, signByTag, tagOf } from '../signed-images.ts';

describe('what is attached to an image', () => {
  it('is nothing where nothing is there, and that is no problem', async () => {
    const registry = await startRegistry();
    registry.image('a', '1');
    expect(await at(registry)).toEqual({ attachments: [], unsigned: [], problems: [] });
  });

  it('is found under its tags, one attachment for each layer', async () => {
    const registry = await startRegistry();
    const image = registry.image('a', '1');
    const layers = ['one', 'two'].map((each) => registry.blob(each, signatureTypes.simpleSigning));
    const signature = registry.artifact('a', layers, { annotations: { k: 'v' } }, `${tagOf(image)}.sig`);
    registry.artifact('a', [registry.blob('envelope', signatureTypes.dsse)], {}, `${tagOf(image)}.att`);
    const { attachments, problems } = await at(registry);
    expect(problems).toEqual([]);
    expect(attachments.map(({ form, content }) => [form, Buffer.from(content, 'base64').toString()])).toEqual([
      ['cosign-signature', 'one'],
      ['cosign-signature', 'two'],
      ['cosign-attestation', 'envelope'],
    ]);
    expect(attachments[0]).toMatchObject({
      subject: image.digest,
      vouchesFor: null,
      manifest: signature.digest,
      annotations: { k: 'v' },
      location: `tag ${tagOf(image)}.sig`,
    });
  });

  it.each([true, false])('is found by what refers to it (referrers API: %s)', async (api) => {
    const registry = await startRegistry();
    registry.referrersApi = api;
    const image = registry.image('a', '1');
    const referrer = refer(registry, image);
    // As cosign 3.1 writes it: a general type, no annotations.
    const entry = { ...referrer, artifactType: 'application/vnd.oci.empty.v1+json' };
    registry.index('a', [entry], tagOf(image));
    const { attachments, problems } = await at(registry);
    expect(problems).toEqual([]);
    expect(attachments).toMatchObject([
      {
        form: 'sigstore-bundle',
        manifest: referrer.digest,
        artifactType: bundleType,
        location: `referrer ${referrer.digest}`,
      },
    ]);
  });

  it('is of each form by its own types, whatever a listing calls it', async () => {
    const registry = await startRegistry();
    registry.referrersApi = false;
    const image = registry.image('a', '1');
    const subject = { mediaType: image.mediaType, digest: image.digest, size: image.size };
    const notation = registry.blob('{}', signatureTypes.notation);
    const referrers = [
      registry.artifact('a', [registry.blob('jws', 'application/jose+json')], {
        subject,
        artifactType: signatureTypes.notation,
      }),
      registry.artifact('a', [registry.blob('cose', 'application/cose')], { subject, config: notation }),
      registry.artifact('a', [registry.blob('old', 'application/vnd.dev.sigstore.bundle+json;version=0.1')], {
        subject,
      }),
      registry.artifact('a', [registry.blob('cosign', signatureTypes.simpleSigning)], { subject }),
      registry.artifact('a', [registry.blob('jose', 'application/jose+json')], {
        subject,
        artifactType: 'application/else',
      }),
      registry.artifact('a', [registry.blob('sbom', 'application/spdx+json')], { subject, artifactType: bundleType }),
    ];
    registry.index(
      'a',
      referrers.map((each) => ({ ...each, artifactType: 'application/lies' })),
      tagOf(image),
    );
    const { attachments, problems } = await at(registry);
    expect(problems).toEqual([]);
    expect(attachments.map(({ form }) => form).sort()).toEqual([
      'cosign-signature',
      'notation',
      'notation',
      'sigstore-bundle',
    ]);
  });

  it('is one attachment where it is found in two ways', async () => {
    const registry = await startRegistry();
    const image = registry.image('a', '1');
    const subject = { mediaType: image.mediaType, digest: image.digest, size: image.size };
    registry.artifact('a', [registry.blob('both', signatureTypes.simpleSigning)], { subject }, `${tagOf(image)}.sig`);
    expect((await at(registry)).attachments).toHaveLength(1);
  });

  it('is what stands under the fallback tag too, where a registry has the API or seems to have it', async () => {
    const registry = await startRegistry();
    const image = registry.image('a', '1');
    const elsewhere = refer(registry, image, 'listed by hand alone');
    registry.index('a', [elsewhere], tagOf(image));
    const kept = registry.manifests.get(`a ${elsewhere.digest}`);
    registry.intercept = (request, response) => {
      if (!/referrers/.test(request.url ?? '')) return false;
      response.setHeader('content-type', mediaTypes.ociIndex);
      response.end('{"schemaVersion":2,"manifests":[]}');
      return kept !== undefined;
    };
    expect(contents(await at(registry))).toEqual(['listed by hand alone']);
  });

  it('is not what refers to another image, however it is listed', async () => {
    const registry = await startRegistry();
    registry.referrersApi = false;
    const [image, other] = [registry.image('a', '1'), registry.image('a', '2')];
    const [good, foreign] = [refer(registry, image, 'good'), refer(registry, other, 'foreign')];
    const loose = registry.artifact('a', [registry.blob('loose', bundleType)]);
    registry.index('a', [foreign, loose, good], tagOf(image));
    const collected = await at(registry);
    expect(contents(collected)).toEqual(['good']);
    expect(collected.problems.map(({ error }) => error.message)).toEqual([
      expect.stringContaining(`is about ${other.digest}`),
      expect.stringContaining('names no subject'),
    ]);
    expect(collected.problems.some(isUnseen)).toBe(false);
  });

  it('is found on the manifest of a platform too', async () => {
    const registry = await startRegistry();
    const [child, sibling] = [registry.image('a', 'x'), registry.image('a', 'y')];
    const entries = [
      { ...child, platform: amd64 },
      { ...sibling, platform: { os: 'linux', architecture: 'arm64' } },
    ];
    registry.index('a', entries, '1');
    signByTag(registry, child, 'child');
    signByTag(registry, sibling, 'sibling');
    const { attachments } = await at(registry);
    expect(attachments.map(({ subject, vouchesFor }) => [subject, vouchesFor])).toEqual([[child.digest, null]]);
  });

  it('is found in another repository that is named, with its prefix', async () => {
    const registry = await startRegistry();
    const image = registry.image('a', '1');
    signByTag(registry, image, 'beside');
    signByTag(registry, image, 'elsewhere', 'signatures', 'p-');
    const repositories = [{ repository: `${registry.host}/signatures`, tagPrefix: 'p-' }];
    const both = await collect(newClient(), nameAt(registry, 'a:1'), { repositories });
    expect(contents(both)).toEqual(['beside', 'elsewhere']);
    const alone = await collect(newClient(), nameAt(registry, 'a:1'), { repositories, besideImage: false });
    expect(contents(alone)).toEqual(['elsewhere']);
  });
});

describe('what cannot be looked up', () => {
  it.each([
    [401, 'registry.unauthorized'],
    [403, 'registry.unauthorized'],
    [500, 'registry.failed'],
  ])('with %i is a problem, never "unsigned", and the rest counts', async (status, code) => {
    const registry = await startRegistry();
    const image = registry.image('a', '1');
    refer(registry, image);
    failing(registry, /\.sig$/, status);
    const { attachments, problems } = await at(registry);
    expect(attachments).toHaveLength(1);
    expect(problems).toMatchObject([
      { error: { code }, subject: image.digest, location: expect.stringContaining('.sig') },
    ]);
  });

  it('of the referrers is a problem, and a signature by tag counts', async () => {
    const registry = await startRegistry();
    signByTag(registry, registry.image('a', '1'));
    failing(registry, /referrers/, 503);
    const { attachments, problems } = await at(registry);
    expect(attachments).toHaveLength(1);
    expect(problems).toMatchObject([{ error: { code: 'registry.failed' } }]);
  });

  it('because its listing is cut off is a problem, even where what came makes sense', async () => {
    const registry = await startRegistry();
    registry.image('a', '1');
    registry.intercept = (request, response) => {
      if (!/referrers/.test(request.url ?? '')) return false;
      response.writeHead(200, { 'content-type': mediaTypes.ociIndex, 'content-length': 1000 });
      response.write('{"schemaVersion":2,"manifests":[]}', () => request.socket.destroy());
      return true;
    };
    const { attachments, problems } = await at(registry);
    expect(attachments).toEqual([]);
    expect(problems).toMatchObject([{ error: { code: 'registry.unreachable' } }]);
  });

  it('within the time is a problem, and what was found before counts', async () => {
    const registry = await startRegistry();
    signByTag(registry, registry.image('a', '1'));
    registry.intercept = (request) => /referrers/.test(request.url ?? '');
    const { attachments, problems } = await collect(newClient({ timeout: 500 }), nameAt(registry, 'a:1'));
    expect(attachments).toHaveLength(1);
    expect(problems).toMatchObject([{ error: { code: 'timeout' } }]);
  });

  it('of a manifest or a layer leaves the others', async () => {
    const registry = await startRegistry();
    const image = registry.image('a', '1');
    const gone = refer(registry, image, 'gone');
    refer(registry, image, 'damaged');
    refer(registry, image, 'good');
    registry.manifests.delete(`a ${gone.digest}`);
    registry.index('a', [], 'unused');
    registry.blobs.set(sha256('damaged'), Buffer.from('DAMAGED'));
    const kept = registry.manifests;
    registry.intercept = (request, response) => {
      if (!/referrers/.test(request.url ?? '')) return false;
      const manifests = [
        gone,
        ...[...kept]
          .filter(([, { bytes }]) => bytes.includes('"subject"'))
          .map(([key, { bytes, mediaType }]) => ({ mediaType, digest: key.slice(2), size: bytes.length })),
      ];
      response.setHeader('content-type', mediaTypes.ociIndex);
      response.end(JSON.stringify({ schemaVersion: 2, manifests }));
      return true;
    };
    const collected = await at(registry);
    expect(contents(collected)).toEqual(['good']);
    expect(collected.problems.map((problem) => `${problem.error.code} ${problemKind(problem)}`).sort()).toEqual([
      'attachment.ignored ignored', // deleted, but listed
      'registry.untrustworthy lasting',
    ]);
  });

  it('without a network is one problem, unless it was found before', async () => {
    const registry = await startRegistry();
    const image = registry.image('a', '1');
    signByTag(registry, image);
    const cacheFolder = await temporaryFolder();
    const online = newClient({ cacheFolder });
    await collect(online, nameAt(registry, 'a:1'), {}, 'linux/amd64');
    await online.close();
    registry.log.length = 0;
    const name = nameAt(registry, `a@${image.digest}`);
    const known = await collect(newClient({ cacheFolder, offline: true }), name, {}, 'linux/amd64');
    expect(known.attachments).toHaveLength(1);
    expect(known.problems).toEqual([]);
    const unknown = await collect(newClient({ cacheFolder, offline: true }), name);
    // its tag was noted and the signature speaks for itself; that there is no more was not asked for these platforms
    expect(unknown.attachments).toHaveLength(1);
    expect(unknown.problems.length).toBeGreaterThan(0);
    expect(unknown.problems.every(({ error }) => error.code === 'registry.offline')).toBe(true);
    expect(registry.log).toEqual([]);
  });
});
