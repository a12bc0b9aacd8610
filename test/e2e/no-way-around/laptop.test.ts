import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alteredBuildx } from '../support/altered-buildx.ts';
import {
  copyImage,
  digestOf,
  lab,
  mustRun,
  pushIndex,
  pushLayer,
  runDocker,
  sign,
  temporaryFolder,
  writeFiles,
} from '../support/lab.ts';
import { type Built, engines, keys, project, registry, reported, unguarded } from './project.ts';

type Env = Readonly<Record<string, string>>;

const tools = `${registry}/signed/base:1`;
const run = randomBytes(4).toString('hex');

const uses: Readonly<Record<string, (image: string) => string>> = {
  FROM: (image) => `FROM ${image}\n`,
  'COPY --from': (image) => `FROM scratch\nCOPY --from=${image} /which /which\n`,
  mount: (image) =>
    `FROM ${tools}\nRUN --network=none --mount=from=${image},target=/m ["/bin/busybox", "cp", "/m/which", "/which"]\n`,
};

const signGood = (image: string): Promise<unknown> =>
  sign(lab(), image, { signer: { key: keys.acme.privateKey }, cosign: 3 });

/** Pushes an image of its own layer. Answers what tells it apart. */
async function push(
  image: string,
  signed: boolean,
  which = `${signed ? 'good' : 'evil'} ${randomBytes(8).toString('hex')}`,
) {
  await pushLayer(lab(), `${registry}/unsigned/base:1`, image, { which });
  if (signed) await signGood(image);
  return which;
}

const docker = (env: Env, ...args: readonly string[]): Promise<string> => mustRun(lab(), lab().docker, args, { env });

/** Puts other bytes under the image's name into the local store. Answers what tells them apart. */
async function impersonate(env: Env, image: string): Promise<string> {
  const other = image.replace(/:1$/, '-evil:1');
  const which = await push(other, false);
  await docker(env, 'pull', '--quiet', other);
  await docker(env, 'tag', other, image);
  await docker(env, 'image', 'rm', other);
  return which;
}

/** What a name stands for that is put into the local store, and what tells apart the bytes that must be built. */
type State = (env: Env, image: string) => Promise<string>;

async function pulled(env: Env, image: string): Promise<string> {
  const which = await push(image, true);
  await docker(env, 'pull', '--quiet', image);
  return which;
}

const states: Readonly<Record<string, State>> = {
  absent: (_env, image) => push(image, true),
  pulled,
  'pulled by digest': async (env, image) => {
    const which = await push(image, true);
    await docker(env, 'pull', '--quiet', `${image}@${await digestOf(lab(), image)}`);
    return which;
  },
  'built here and pushed': async (env, image) => {
    const which = `good ${randomBytes(8).toString('hex')}`;
    const dockerfile = `FROM ${registry}/unsigned/base:1\nCOPY which /\n`;
    const folder = await writeFiles(await temporaryFolder(), { Dockerfile: dockerfile, which });
    await docker(env, 'buildx', 'build', '--quiet', '--provenance=false', '--load', '--tag', image, folder);
    await docker(env, 'push', '--quiet', image);
    await signGood(image);
    return which;
  },
  'moved upstream': async (env, image) => {
    await pulled(env, image);
    return await push(image, true);
  },
  'an impostor under its tag': async (env, image) => {
    const which = await push(image, true);
    await impersonate(env, image);
    return which;
  },
  retagged: async (env, image) => {
    const which = await pulled(env, image);
    await docker(env, 'tag', image, image.replace(/:1$/, ':other'));
    await docker(env, 'image', 'rm', image);
    await docker(env, 'tag', image.replace(/:1$/, ':other'), image);
    return which;
  },
  loaded: async (env, image) => {
    const which = await pulled(env, image);
    const archive = join(await temporaryFolder(), 'image.tar');
    await docker(env, 'save', '--output', archive, image);
    await docker(env, 'image', 'rm', '--force', image);
    await docker(env, 'load', '--quiet', '--input', archive);
    await rm(archive);
    return which;
  },
  'an index, pulled': async (env, image) => {
    const which = await push(`${image}-base`, false);
    await pushIndex(lab(), `${image}-base`, image);
    await signGood(image);
    await docker(env, 'pull', '--quiet', image);
    return which;
  },
  'an index, pulled for another platform': async (env, image) => {
    const which = await push(`${image}-base`, false);
    await pushIndex(lab(), `${image}-base`, image);
    await signGood(image);
    await docker(env, 'pull', '--quiet', '--platform', 'linux/arm64', image);
    return which;
  },
};

const made: (readonly [Env, string])[] = [];

function nameOf(env: Env, state: string, store: string): string {
  const image = `${registry}/laptop/${run}/${store}-${state.replaceAll(/[^a-z]+/g, '-')}:1`;
  made.push([env, image], [env, image.replace(/:1$/, ':other')]);
  return image;
}

beforeAll(async () => {
  for (const [, env] of engines) await docker(env, 'version');
});
afterAll(async () => {
  for (const [env, image] of made) await runDocker(['image', 'rm', '--force', image], { env });
});

const materialOf = ({ report }: Awaited<ReturnType<typeof reported>>, image: string) =>
  report.build?.materials.find(({ uri }) => decodeURIComponent(uri).includes(image.replace(/:1$/, '')));

describe.each(engines)('a laptop with the %s store', (store, env) => {
  describe.each(Object.entries(states))('where a signed base is %s', (state, prepare) => {
    const image = nameOf(env, state, store);
    let which = '';
    beforeAll(async () => {
      which = await prepare(env, image);
    });

    it.each(Object.entries(uses))('builds from what was verified: %s', async (_use, dockerfile) => {
      const built = await reported(await project(dockerfile(image)), [], { env });
      expect(built).toMatchObject({ status: 0, which, report: { verdict: 'allow' } });
      expect(materialOf(built, image)).toBeDefined();
    });
  });

  it('where the signed base that it has has moved upstream to unsigned bytes, refuses', async () => {
    const image = nameOf(env, 'moved-unsigned', store);
    const old = await pulled(env, image);
    await copyImage(lab(), `${registry}/unsigned/base:1`, image);
    const folder = await project(`FROM ${image}\n`);
    expect(await unguarded(folder, [], { env })).toMatchObject({ status: 0, which: old });
    expect(await reported(folder, [], { env })).toMatchObject({ status: 10, which: null });
  });

  it('where an impostor stands under the tag, does not build what plain Docker builds', async () => {
    const image = nameOf(env, 'impostor-control', store);
    const which = await push(image, true);
    const evil = await impersonate(env, image);
    const folder = await project(`FROM ${image}\n`);
    expect(await unguarded(folder, [], { env })).toMatchObject({ status: 0, which: evil });
    expect(await reported(folder, [], { env })).toMatchObject({ status: 0, which });
  });

  it.each([
    ['the image', 'offline', true],
    // the engine then fetches the locked digest itself
    ['an impostor', 'offline-impostor', false],
  ])(
    'where there is no network, but a lock, builds what is locked, where the store has %s',
    async (_title, state, isThere) => {
      const image = nameOf(env, state, store);
      const which = await pulled(env, image);
      const digest = await digestOf(lab(), image);
      if (!isThere) {
        await docker(env, 'image', 'rm', '--force', image, `${image}@${digest}`);
        await impersonate(env, image);
      }
      const lock = { lockVersion: 1, images: { [image]: { digest, signer: null, lockedAt: '2026-01-02T03:04:05Z' } } };
      const rules = [{ images: ['127.0.0.1:*/**'], locked: true }];
      const policy = JSON.stringify({ version: 1, mode: 'enforce', default: 'deny', rules });
      const files = { 'docker-verify.lock.json': `${JSON.stringify(lock, null, 2)}\n` };
      const clone = { ...env, XDG_CACHE_HOME: await temporaryFolder() };
      const built = await reported(await project(`FROM ${image}\n`, { policy, files }), ['--verify-offline'], {
        env: clone,
      });
      expect(built).toMatchObject({ status: 0, which });
      const isByLayers = store === 'classic' && isThere;
      expect(isByLayers && materialOf(built, image)?.digest === digest).toBe(false);
    },
  );

  it('where the base was pulled, audits the layers that the builder names on the classic store', async () => {
    const image = nameOf(env, 'named', store);
    await pulled(env, image);
    const digest = await digestOf(lab(), image);
    const built = await reported(await project(`FROM ${image}\n`), [], { env });
    const recorded = materialOf(built, image);
    expect(recorded?.digest === digest).toBe(store !== 'classic');
    expect(built.status).toBe(0);
  });
});

describe('what the builder says that it took', () => {
  const image = `${registry}/laptop/${run}/chosen:1`;
  const ids = { index: '', amd64: '', arm64: '', impostor: '' };

  /** The chain identifier of an image's layers, computed by the engine's own client from what it learns about the layers. */
  async function chainOf(reference: string, platform: string): Promise<string> {
    const text = await mustRun(lab(), lab().crane, ['config', '--insecure', '--platform', platform, reference]);
    // crane prints the image's configuration
    const { rootfs } = JSON.parse(text) as { rootfs: { diff_ids: string[] } };
    const [first = '', ...rest] = rootfs.diff_ids;
    let chain = first;
    for (const each of rest) {
      const digest = await mustRun(lab(), 'sh', ['-c', `printf '%s' '${chain} ${each}' | sha256sum`]);
      chain = `sha256:${digest.split(' ')[0] ?? ''}`;
    }
    return chain;
  }

  beforeAll(async () => {
    await push(`${image}-base`, false);
    ids.index = await pushIndex(lab(), `${image}-base`, image);
    await signGood(image);
    await push(`${image}-impostor`, false);
    ids.amd64 = await chainOf(image, 'linux/amd64');
    ids.arm64 = await chainOf(image, 'linux/arm64');
    ids.impostor = await chainOf(`${image}-impostor`, 'linux/amd64');
  });

  /** Builds where the builder records this digest beside what it was asked for. */
  async function builtFrom(taken: string, asked: (digest: string) => string = (digest) => digest): Promise<Built> {
    const material = `s/digest=[^&"]*/digest=${asked(ids.index)}/; s/"sha256": "[0-9a-f]*"/"sha256": "${taken.slice(7)}"/`;
    const DOCKER_CONFIG = await alteredBuildx({ edit: material });
    return await reported(await project(`FROM ${image}\n`), [], { env: { DOCKER_CONFIG } });
  }

  it('is the verified image where it names its layers for the platform', async () => {
    expect(await builtFrom(ids.amd64)).toMatchObject({ status: 0 });
  });

  it.each<readonly [string, () => string]>([
    ['the layers of an impostor', () => ids.impostor],
    ["another platform's layers", () => ids.arm64],
  ])('is not where it names %s', async (_title, taken) => {
    const built = await builtFrom(taken());
    expect(built.status).toBe(12);
    expect(built.stderr).toContain('neither a digest nor layers that were verified');
    expect(built.stderr).toContain(taken());
  });

  it('is not where it was asked for another image than the pinned one', async () => {
    expect(await builtFrom(ids.amd64, () => ids.impostor)).toMatchObject({ status: 12 });
  });
});
