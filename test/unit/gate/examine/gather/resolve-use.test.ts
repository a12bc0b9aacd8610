import { describe, expect, it } from 'vitest';
import {
  classicLocalImage,
  type ResolveContext,
  resolveUse,
} from '../../../../../src/gate/examine/gather/resolve-use.ts';
import { type CanonicalName, type ErrorCode, parseCanonicalName, VerifyError } from '../../../../../src/model/index.ts';
import { policiesOf } from '../../../policy/support/policies.ts';
import { digestFor } from '../../../records/support.ts';
import { resolvedImage } from '../../judged-images.ts';

const tagged = parseCanonicalName('example.com/app:1');
const written = parseCanonicalName(`example.com/app:1@${digestFor('app')}`);

interface Around {
  /** What the registry answers for the name; an error where it has none for us. */
  readonly image?: VerifyError | Error | 'there';
  /** What the tag stands for now. */
  readonly tag?: VerifyError | Error | string;
  /** What the engine has; left out where there is no engine. */
  readonly local?: object | null;
  readonly localImages?: boolean;
  readonly locked?: boolean;
  readonly offline?: boolean;
  readonly enforce?: boolean;
}

const failure = (code: ErrorCode, hint: string | null = null): VerifyError =>
  new VerifyError(code, `it is ${code}`, hint === null ? {} : { hint });

async function resolved(name: CanonicalName, around: Around) {
  const { image = 'there', tag = 'app', local, localImages = true, locked = false, offline = false } = around;
  const context = {
    registries: {
      resolve: async () => {
        if (image !== 'there') throw image;
        return { image: resolvedImage({ name }), client: {} };
      },
      attempt: async () => {
        if (typeof tag !== 'string') throw tag;
        return { descriptor: { digest: digestFor(tag) } };
      },
    },
    local: {
      engine: async () => {
        if (local === undefined) throw new Error('no daemon');
        return { inspectImage: async () => local };
      },
    },
    policies: await policiesOf({
      commandLine: [`version: 1\nmode: ${around.enforce === true ? 'enforce' : 'warn'}\ndefault: deny\n`],
    }),
    lockedDigest: () => (locked ? digestFor('locked') : null),
    session: { own: { offline } },
    localImages,
  } as unknown as ResolveContext; // what of it is asked
  return await resolveUse(context, name, ['linux/amd64'], { repositories: [], attestations: 'none' });
}

const absent = failure('registry.not-found');
const stored = {
  id: digestFor('config'),
  digest: null,
  repoDigests: [],
  platform: 'linux/amd64',
  onbuild: [],
  diffIds: [],
};

describe('a name that no registry has', () => {
  it('stands for the image of the local store, marked as one that no builder can pin where only its configuration is known', async () => {
    expect(await resolved(tagged, { image: absent, local: stored })).toMatchObject({
      kind: 'resolved',
      client: null,
      image: { source: 'local', root: { digest: digestFor('config'), mediaType: classicLocalImage } },
    });
    const ofContainerd = await resolved(tagged, { image: absent, local: { ...stored, digest: digestFor('index') } });
    expect(ofContainerd).toMatchObject({ image: { root: { digest: digestFor('index') } } });
    expect(ofContainerd).not.toMatchObject({ image: { root: { mediaType: classicLocalImage } } });
  });

  it('keeps the triggers and layers of that image, under the platform that the engine names, if it names one', async () => {
    const local = { ...stored, onbuild: ['RUN x'], diffIds: [digestFor('layer')] };
    expect(await resolved(tagged, { image: absent, local })).toMatchObject({
      image: { onbuild: { 'linux/amd64': ['RUN x'] }, chainIds: { 'linux/amd64': digestFor('layer') } },
    });
    expect(await resolved(tagged, { image: absent, local: { ...local, platform: null } })).toMatchObject({
      image: { onbuild: { unknown: ['RUN x'] }, chainIds: { unknown: digestFor('layer') } },
    });
    expect(await resolved(tagged, { image: absent, local: stored })).toMatchObject({
      image: { onbuild: {}, chainIds: {} },
    });
  });

  it.each<readonly [string, Around]>([
    ['the local store has none either', { local: null }],
    ['what the store names has no digest', { local: { ...stored, id: 'x' } }],
    ['there is no daemon', {}],
    ['the build cannot use local images', { local: stored, localImages: false }],
  ])('stands for nothing where %s', async (_, around) => {
    expect(await resolved(tagged, { ...around, image: absent })).toEqual({ kind: 'unresolved', failure: absent });
  });

  it('does not stand for a local image while the registry only cannot be asked', async () => {
    const image = failure('registry.unreachable');
    expect(await resolved(tagged, { image, local: stored })).toEqual({ kind: 'unresolved', failure: image });
  });
});

describe('a name with a digest', () => {
  const image = failure('registry.unreachable');

  it('is known without its registry, with what the engine has under that digest', async () => {
    const local = { ...stored, onbuild: ['RUN x'] };
    expect(await resolved(written, { image, local })).toMatchObject({
      kind: 'resolved',
      failure: image,
      image: { source: 'written', root: { digest: digestFor('app') }, onbuild: { 'linux/amd64': ['RUN x'] } },
    });
    expect(await resolved(written, { image, local: { ...local, platform: null } })).toMatchObject({
      image: { onbuild: { unknown: ['RUN x'] } },
    });
    expect(await resolved(written, { image, local: stored })).toMatchObject({ image: { onbuild: {} } });
  });

  it.each<readonly [string, Around]>([
    ['the engine has none', { local: null }],
    ['there is no daemon', {}],
    ['the build cannot use local images', { local: { ...stored, onbuild: ['RUN x'] }, localImages: false }],
  ])('is known by its digest alone where %s', async (_, around) => {
    expect(await resolved(written, { ...around, image })).toMatchObject({
      kind: 'resolved',
      image: { onbuild: {}, platforms: [] },
    });
  });

  it('is not known where the registry says that it has none', async () => {
    expect(await resolved(written, { image: absent, local: null })).toEqual({ kind: 'unresolved', failure: absent });
  });

  it('says what its tag stands for now, and refuses nothing where that cannot be looked up', async () => {
    expect(await resolved(written, { tag: 'moved' })).toMatchObject({ tagDigest: digestFor('moved') });
    expect(await resolved(written, { tag: failure('registry.unreachable') })).toMatchObject({
      kind: 'resolved',
      tagDigest: null,
    });
  });
});

describe('a name that a lock holds', () => {
  it('says what its tag stands for now', async () => {
    expect(await resolved(tagged, { locked: true, tag: 'moved' })).toMatchObject({
      kind: 'resolved',
      since: { digest: digestFor('moved'), failure: null },
    });
    expect(await resolved(parseCanonicalName('example.com/app'), { locked: true })).toMatchObject({
      since: { digest: digestFor('app') },
    });
  });

  it('says that its tag is gone, which is no failure, and that it could not be asked, which is one', async () => {
    expect(await resolved(tagged, { locked: true, tag: absent })).toMatchObject({
      since: { digest: null, failure: null },
    });
    const tag = failure('registry.unreachable');
    expect(await resolved(tagged, { locked: true, tag })).toMatchObject({ since: { digest: null, failure: tag } });
    expect(await resolved(tagged, { locked: true, offline: true })).toMatchObject({
      since: { digest: null, failure: { code: 'registry.offline' } },
    });
  });

  it('is known without its registry by what the engine has, else by its digest alone', async () => {
    const image = failure('registry.unreachable');
    const local = { ...stored, onbuild: ['RUN x'] };
    expect(await resolved(tagged, { locked: true, image, local })).toMatchObject({
      kind: 'resolved',
      failure: image,
      image: { source: 'lock', root: { digest: digestFor('locked') }, onbuild: { 'linux/amd64': ['RUN x'] } },
    });
    expect(await resolved(tagged, { locked: true, image })).toMatchObject({
      kind: 'resolved',
      image: { source: 'lock' },
    });
  });

  it('is not known where the registry has it no more, unless the engine still has it', async () => {
    expect(await resolved(tagged, { locked: true, image: absent, local: null })).toMatchObject({
      kind: 'unresolved',
      failure: {
        code: 'registry.not-found',
        hint: expect.stringContaining('docker verify lock --update example.com/app:1'),
      },
      heldTo: { root: { digest: digestFor('locked') } },
    });
    expect(await resolved(tagged, { locked: true, image: absent, local: stored })).toMatchObject({ kind: 'resolved' });
  });

  it('says how to be let in where the registry does not let us in', async () => {
    const hints = [failure('registry.unauthorized', 'docker login example.com'), failure('registry.unauthorized')];
    const found = await Promise.all(hints.map((image) => resolved(tagged, { locked: true, image, local: null })));
    expect(found).toMatchObject([
      { failure: { hint: 'docker login example.com' } },
      { failure: { hint: 'log in to its registry' } },
    ]);
  });
});

describe('what is wrong with Docker’s own configuration', () => {
  const image = failure('config.invalid');

  it.each([
    [tagged, false],
    [tagged, true],
  ] as const)('is said before anything else where a policy enforces: %s, locked %s', async (name, locked) => {
    await expect(resolved(name, { image, locked, enforce: true })).rejects.toBe(image);
  });

  it('leaves the image unknown where policies only warn', async () => {
    expect(await resolved(tagged, { image })).toEqual({ kind: 'unresolved', failure: image });
  });
});

it.each<readonly [string, Around]>([
  ['the image', { image: new TypeError('a defect') }],
  ['a locked image', { locked: true, image: new TypeError('a defect') }],
  ['the tag of a locked image', { locked: true, tag: new TypeError('a defect') }],
])('a defect of our own is no answer about %s', async (_, around) => {
  await expect(resolved(tagged, around)).rejects.toThrow('a defect');
});
