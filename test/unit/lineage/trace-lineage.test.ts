import { describe, expect, it } from 'vitest';
import { deepestChain, type ImageFacts, judgeLineage, traceLineage } from '../../../src/lineage/index.ts';
import { VerifyError } from '../../../src/model/index.ts';
import { annotated, digestOf, image, provenance, sourceOf } from './image-builder.ts';

const root = image('root:1', ['rootfs'], { annotations: [{ 'org.opencontainers.image.base.name': 'scratch' }] });
const system = image('system:1', ['rootfs', 'packages'], annotated(root));
const language = image('language:1', ['rootfs', 'packages', 'compiler'], {
  provenance: [provenance([system], { signed: true })],
});
const framework = image('framework:1', ['rootfs', 'packages', 'compiler', 'framework'], {
  provenance: [provenance([language], { signed: false, version: 'v0.2' })],
});
const app = image('app:1', ['rootfs', 'packages', 'compiler', 'framework', 'app'], {
  labels: {
    'org.opencontainers.image.base.name': framework.name ?? '',
    'org.opencontainers.image.base.digest': framework.root,
  },
});
const world = [root, system, language, framework, app];

function summary(
  links: readonly { name: string | null; kind: string; claim: string; content: string; status: string }[],
): string[] {
  return links.map(
    ({ name, kind, claim, content, status }) => `${name?.split('@')[0] ?? '-'} ${kind} ${claim} ${content} ${status}`,
  );
}

describe('traceLineage', () => {
  it('follows a chain of five down to scratch and labels every link', async () => {
    const { links } = await traceLineage(sourceOf(world), app);
    expect(summary(links)).toEqual([
      'docker.io/library/framework:1 base label proven allow',
      'docker.io/library/language:1 base unsigned-provenance proven allow',
      'docker.io/library/system:1 base signed-provenance proven allow',
      'docker.io/library/root:1 base annotation proven allow',
      'scratch root-declared annotation proven allow',
    ]);
    expect(links.map(({ depth }) => depth)).toEqual([1, 2, 3, 4, 5]);
  });

  it('judges every base by its own name, from the deepest up, with its own chain below it', async () => {
    const { links } = await traceLineage(sourceOf(world), app);
    const asked: string[] = [];
    const judged = await judgeLineage(links, async (name, below) => {
      asked.push(
        `${name.split('@')[0]} above ${below.map(({ depth, kind, status }) => `${depth} ${kind} ${status}`).join(', ')}`,
      );
      return { status: name.includes('system') ? 'block' : 'allow', decisions: [], evidence: [] };
    });
    expect(asked).toEqual([
      'docker.io/library/root:1 above 1 root-declared allow',
      'docker.io/library/system:1 above 1 base allow, 2 root-declared allow',
      'docker.io/library/language:1 above 1 base block, 2 base allow, 3 root-declared allow',
      'docker.io/library/framework:1 above 1 base allow, 2 base block, 3 base allow, 4 root-declared allow',
    ]);
    expect(judged.map(({ status }) => status)).toEqual(['allow', 'allow', 'block', 'allow', 'allow']);
  });

  it('stops at the depth asked for', async () => {
    const { links } = await traceLineage(sourceOf(world), app, 2);
    expect(links).toHaveLength(2);
  });

  it.each(['annotation', 'label'] as const)('refuses a forged %s that the layers contradict', async (claim) => {
    const famous = image('famous:1', ['other rootfs']);
    const claimed = annotated(famous);
    const forged = image(
      'forged:1',
      ['rootfs', 'evil'],
      claim === 'annotation' ? claimed : { labels: claimed.annotations?.[0] ?? {} },
    );
    const { links } = await traceLineage(sourceOf([famous, forged]), forged);
    expect(summary(links)).toEqual([`docker.io/library/famous:1 unknown ${claim} contradicted error`]);
    expect(links[0]?.note).toContain('famous:1');
  });

  it('does not believe unsigned provenance that the layers contradict', async () => {
    const famous = image('famous:1', ['other rootfs'], annotated(root));
    const forged = image('forged:1', ['evil rootfs', 'evil'], {
      provenance: [provenance([famous], { signed: false })],
    });
    const { links } = await traceLineage(sourceOf([famous]), forged);
    expect(links.every(({ kind }) => kind !== 'base')).toBe(true);
  });

  it('does not call a tag that has moved a contradiction', async () => {
    const moved = image('base:1', ['newer rootfs']);
    const child = image('child:1', ['rootfs', 'x'], {
      annotations: [{ 'org.opencontainers.image.base.name': 'base:1' }],
    });
    const { links } = await traceLineage(sourceOf([moved]), child);
    expect(summary(links)).toEqual(['docker.io/library/base:1 unknown annotation unprovable warn']);
  });

  it('calls a parent that is gone unknown', async () => {
    const { links } = await traceLineage(sourceOf([app, framework]), app);
    expect(summary(links)).toEqual([
      'docker.io/library/framework:1 base label proven allow',
      'docker.io/library/language:1 unknown unsigned-provenance unprovable warn',
    ]);
    expect(links[1]?.note).toContain('no longer');
  });

  it('ends a circle of claims', async () => {
    const left: ImageFacts = image('left:1', ['rootfs'], {
      history: [
        { createdBy: 'COPY a', emptyLayer: false },
        { createdBy: 'ENV A', emptyLayer: true },
      ],
    });
    const right = image('right:1', ['rootfs'], {
      history: [{ createdBy: 'COPY a', emptyLayer: false }],
      ...annotated(left),
    });
    const circular = { ...left, ...annotated(right) };
    const { links } = await traceLineage(sourceOf([circular, right]), circular);
    expect(links.length).toBeLessThanOrEqual(3);
    expect(links.at(-1)?.kind).not.toBe('base');
  });

  it('takes the longest proven prefix for the base and shows builder stages apart', async () => {
    const builder = image('builder:1', ['toolchain']);
    const child = image('child:1', ['rootfs', 'packages', 'x'], {
      provenance: [provenance([builder, root, system], { signed: true, frontend: 'docker/dockerfile:1' })],
    });
    const { links, inputs } = await traceLineage(sourceOf([builder, root, system]), child);
    expect(links[0]).toMatchObject({ claim: 'signed-provenance', digest: system.root });
    expect(inputs.filter(({ depth }) => depth === 1).map(({ role, name }) => `${role} ${name}`)).toEqual(
      expect.arrayContaining(['builder-stage docker.io/library/builder:1', 'frontend docker.io/docker/dockerfile:1']),
    );
  });

  it('proves a child that adds no layer by its longer history, and not without one', async () => {
    const base = image('base:1', ['rootfs']);
    const longer = { history: [...base.history, { createdBy: 'CMD ["sh"]', emptyLayer: true }], ...annotated(base) };
    const proven = await traceLineage(sourceOf([base]), image('meta:1', ['rootfs'], longer));
    expect(proven.links[0]).toMatchObject({ kind: 'base', content: 'proven' });
    const same = await traceLineage(
      sourceOf([base]),
      image('meta:2', ['rootfs'], { history: base.history, ...annotated(base) }),
    );
    expect(same.links[0]).toMatchObject({ kind: 'unknown', content: 'unprovable' });
  });

  it('names a staging image through an annotation whose layers agree, and not through one whose layers do not', async () => {
    const staging = image('oisupport/staging-amd64:abc', ['rootfs']);
    const published = image('alpine:3.18', ['rootfs']);
    const liar = image('nginx:1', ['other']);
    const build = (annotation: ImageFacts) =>
      image('official:1', ['rootfs', 'x'], {
        provenance: [provenance([staging], { signed: true })],
        ...annotated(annotation),
      });
    const good = await traceLineage(sourceOf([staging, published, liar]), build(published));
    expect(good.links[0]?.name).toMatch(/^docker\.io\/library\/alpine:3\.18@/);
    const bad = await traceLineage(sourceOf([staging, published, liar]), build(liar));
    expect(bad.links[0]?.name).toMatch(/^docker\.io\/oisupport\//);
    expect(bad.links[0]?.note).toContain('nginx');
  });

  it('does not take provenance of another builder, which lists no image, for a declaration of scratch', async () => {
    const child = image('child:1', ['a', 'b'], {
      history: [{ createdBy: 'RUN a', emptyLayer: false }],
      provenance: [
        {
          signed: true,
          predicateType: 'https://slsa.dev/provenance/v1',
          predicate: {
            buildDefinition: {
              buildType: 'https://actions.github.io/buildtypes/workflow/v1',
              resolvedDependencies: [],
            },
          },
        },
      ],
    });
    const { links } = await traceLineage(sourceOf([]), child);
    expect(links[0]?.kind).toBe('unknown');
  });

  it('takes a closed list of BuildKit for one', async () => {
    const child = image('child:1', ['a'], {
      provenance: [provenance([], { signed: true, frontend: 'docker/dockerfile:1' })],
    });
    const { links } = await traceLineage(sourceOf([]), child);
    expect(links[0]).toMatchObject({ kind: 'root-declared', claim: 'signed-provenance' });
  });

  it('only assumes a root where the history alone speaks', async () => {
    const { links } = await traceLineage(sourceOf([]), image('bare:1', ['rootfs']));
    expect(links[0]).toMatchObject({ kind: 'root-assumed', claim: 'history' });
  });

  it('goes no deeper than the bound', async () => {
    const chain: ImageFacts[] = [image('level:0', ['l0'])];
    for (let level = 1; level <= deepestChain + 3; level += 1) {
      const below = chain[level - 1] as ImageFacts;
      chain.push(
        image(
          `level:${level}`,
          [...Array(level + 1).keys()].map((index) => `l${index}`),
          annotated(below),
        ),
      );
    }
    const { links } = await traceLineage(sourceOf(chain), chain.at(-1) as ImageFacts);
    expect(links).toHaveLength(deepestChain + 1);
    expect(links.at(-1)?.kind).toBe('unknown');
  });

  it('asks once for an image that several claims name', async () => {
    const source = sourceOf(world);
    const child = image('child:1', ['rootfs', 'x'], {
      provenance: [provenance([root, root], { signed: true }), provenance([root], { signed: false })],
    });
    await traceLineage(source, child, 1);
    expect(source.reads).toHaveLength(1);
  });

  it('hands an accident on instead of calling it unknown', async () => {
    const failing = { ...sourceOf([]), readImage: async () => Promise.reject(new Error('registry is down')) };
    await expect(traceLineage(failing, system)).rejects.toThrow('registry is down');
  });

  it('never believes a digest that nothing backs', async () => {
    const child = image('child:1', ['a', 'b'], annotated(root, digestOf('nothing')));
    const { links } = await traceLineage(sourceOf([root]), child);
    expect(links[0]).toMatchObject({ kind: 'unknown', digest: digestOf('nothing') });
  });

  it('believes a signed list of BuildKit before any unsigned claim of an image that is not on it', async () => {
    const untrusted = image('mallory:1', ['rootfs', 'packages', 'x']);
    const child = image('child:1', ['rootfs', 'packages', 'x', 'y'], {
      provenance: [provenance([system], { signed: true }), provenance([untrusted], { signed: false })],
      ...annotated(untrusted),
    });
    const { links } = await traceLineage(sourceOf([...world, untrusted]), child);
    expect(links[0]).toMatchObject({ kind: 'base', digest: system.root, claim: 'signed-provenance' });
  });

  it('does not let an unsigned list without images declare scratch beside a signed one with a base', async () => {
    const child = image('child:1', ['a', 'b'], {
      provenance: [provenance([system], { signed: true }), provenance([], { signed: false })],
    });
    const { links } = await traceLineage(sourceOf(world), child);
    expect(links[0]).toMatchObject({ kind: 'root-assumed', content: 'unprovable' });
  });

  it('does not take a lower base for the nearest where another image, now gone, may lie between', async () => {
    const gone = image('gone:1', ['rootfs', 'packages']);
    const child = image('child:1', ['rootfs', 'packages', 'x'], {
      provenance: [provenance([root, gone], { signed: true })],
    });
    const { links } = await traceLineage(sourceOf([root]), child);
    expect(summary(links)).toEqual(['docker.io/library/gone:1 unknown signed-provenance unprovable warn']);
    expect(links[0]?.note).toContain('may lie between');
    const settled = { ...child, ...annotated(root) };
    expect((await traceLineage(sourceOf([root]), settled)).links[0]).toMatchObject({ kind: 'base', digest: root.root });
  });

  it.each([
    ['a scanner of another repository', 'evil/buildkit-syft-scanner:1', {}],
    ["a frontend that is not Docker's", 'evil/frontend:1', { syntax: 'evil/frontend:1' }],
  ])('does not overlook a base that passes for %s', async (_, name, options) => {
    const base = image(name, ['evil rootfs']);
    const child = image('child:1', ['evil rootfs', 'x'], {
      provenance: [provenance([base], { signed: true, ...options })],
    });
    const { links } = await traceLineage(sourceOf([base]), child);
    expect(links[0]).toMatchObject({ kind: 'base', digest: base.root });
  });

  it("says that a root is only assumed where layers above the first may be anybody's", async () => {
    const several = await traceLineage(sourceOf([]), image('several:1', ['rootfs', 'appended']));
    expect(several.links[0]).toMatchObject({ kind: 'root-assumed', content: 'unprovable' });
    expect(several.links[0]?.note).toContain('is not known');
    const one = await traceLineage(sourceOf([]), image('one:1', ['rootfs']));
    expect(one.links[0]).toMatchObject({ kind: 'root-assumed', content: 'proven' });
  });

  it('finds a base that is known only by digest beside the child, and calls it unknown where it is not there', async () => {
    const base = image('acme/app:base', ['rootfs'], {});
    const onlyDigest = { annotations: [{ 'org.opencontainers.image.base.digest': base.root }] };
    const child = image('acme/app:1', ['rootfs', 'x'], onlyDigest);
    const found = await traceLineage(sourceOf([base]), child);
    expect(found.links[0]).toMatchObject({
      kind: 'base',
      name: `docker.io/acme/app@${base.root}`,
      claim: 'annotation',
    });
    const lost = await traceLineage(sourceOf([]), child);
    expect(lost.links[0]).toMatchObject({ kind: 'unknown', name: null, digest: base.root, claim: 'annotation' });
  });

  it('keeps what it found out above an image that cannot be read', async () => {
    const source = sourceOf(world);
    const failing = {
      ...source,
      readImage: async (name: Parameters<typeof source.readImage>[0], platform: string) => {
        if (name.includes('language')) throw new VerifyError('registry.unreachable', 'no answer');
        return source.readImage(name, platform);
      },
    };
    const { links } = await traceLineage(failing, app);
    expect(links.map(({ kind, status }) => `${kind} ${status}`)).toEqual(['base allow', 'unknown error']);
    expect(links[1]?.note).toContain('no answer');
  });
});
