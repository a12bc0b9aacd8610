import { beforeEach, describe, expect, it } from 'vitest';
import type { UserPolicy } from '../../../../../src/builder/index.ts';
import { examineBuild } from '../../../../../src/gate/examine/examination/examine-build.ts';
import { isDeniedByUser, withConversions } from '../../../../../src/gate/examine/examination/user-source-policy.ts';
import type { LoadedTarget } from '../../../../../src/gate/scan/scan-targets.ts';
import type { BuildTarget } from '../../../../../src/model/index.ts';
import {
  addImage,
  layoutOf,
  newKeyHolder,
  policyFor,
  signImage,
  startRegistry,
} from '../../../../support/signed-registry.ts';
import type { MemoryRegistry } from '../../../oci/memory-registry.ts';
import { folderOf } from '../../../policy/support/policies.ts';
import { digestFor } from '../../../records/support.ts';
import { builtTarget } from '../../built-target.ts';
import { pipelineUnder, useOfImage } from '../../gate-pipeline.ts';

const acme = newKeyHolder();
let registry: MemoryRegistry;
beforeEach(async () => {
  registry = await startRegistry();
});

function loaded(text: string, more: Partial<BuildTarget> = {}): LoadedTarget {
  return {
    target: builtTarget(more),
    dockerfile: { kind: 'text', file: 'Dockerfile', bytes: Buffer.from(text), pin: null },
  };
}

function rulesOf(...rules: readonly (readonly [action: 'DENY' | 'CONVERT', from: string, to?: string])[]): UserPolicy {
  return {
    file: 'own.json',
    rules: rules.map(([action, identifier, to = '']) => ({
      action,
      selector: { identifier, match_type: 'EXACT', constraints: [] },
      updates: { identifier: to, attrs: {} },
    })) as unknown as UserPolicy['rules'], // as they are read, with nothing besides
  };
}

async function examined(text: string, userPolicy: UserPolicy | null = null, policy = policyFor(registry, acme, '*')) {
  const pipeline = await pipelineUnder(policy);
  const { images } = await examineBuild(pipeline, [loaded(text)], 'linux/amd64', userPolicy);
  return Object.fromEntries(
    images.map(({ use, decision }) => [use.name.slice(registry.host.length + 1), decision.status]),
  );
}

function addSigned(repository: string, onbuild: readonly string[] = []): void {
  const config = { config: { OnBuild: onbuild }, author: repository };
  signImage(registry, repository, addImage(registry, repository, '1', config), acme);
}

describe('the triggers of a base', () => {
  it('name further images, which are judged too, and their triggers in turn', async () => {
    addSigned('base', [`COPY --from=${registry.host}/tools:1 /x /x`]);
    addSigned('tools');
    expect(await examined(`FROM ${registry.host}/base:1\n`)).toEqual({ 'base:1': 'allow', 'tools:1': 'allow' });
    addImage(registry, 'tools', '2', { author: 'nobody' });
    addSigned('other', [`COPY --from=${registry.host}/tools:2 /x /x`]);
    expect(await examined(`FROM ${registry.host}/other:1\n`)).toEqual({ 'other:1': 'allow', 'tools:2': 'block' });
  });

  it('that name what is used already are no reason to look again', async () => {
    addSigned('tools');
    addSigned('base', [`COPY --from=${registry.host}/tools:1 /x /x`]);
    const text = `FROM ${registry.host}/base:1\nCOPY --from=${registry.host}/tools:1 /y /y\n`;
    expect(await examined(text)).toEqual({ 'base:1': 'allow', 'tools:1': 'allow' });
  });
});

describe('the user’s own source policy', () => {
  const from = (name: string): string => `docker-image://${registry.host}/${name}`;

  it('turns an image into another, and both must satisfy the policies', async () => {
    addSigned('base');
    addImage(registry, 'mirrored');
    const convert = rulesOf(['CONVERT', from('base:1'), from('mirrored:1')]);
    expect(await examined(`FROM ${registry.host}/base:1\n`, convert)).toEqual({
      'base:1': 'allow',
      'mirrored:1': 'block',
    });
  });

  it('refuses what it denies, though it is signed', async () => {
    addSigned('base');
    addSigned('other');
    const deny = rulesOf(['DENY', from('base:1')]);
    expect(await examined(`FROM ${registry.host}/base:1\n`, deny)).toEqual({ 'base:1': 'block' });
    expect(await examined(`FROM ${registry.host}/other:1\n`, deny)).toEqual({ 'other:1': 'allow' });
  });

  it('adds nothing for what stays as it is, is known already, or is no image any more', () => {
    const [one, two] = ['one:1', 'two:1'].map((name) => useOfImage(registry, name)) as [never, never]; // both are there
    const added = (policy: UserPolicy | null) => withConversions([one, two], policy).length - 2;
    expect(added(null)).toBe(0);
    expect(added(rulesOf())).toBe(0);
    expect(added(rulesOf(['CONVERT', from('one:1'), from('two:1')]))).toBe(0);
    expect(added(rulesOf(['CONVERT', from('one:1'), 'https://example.com/x']))).toBe(0);
    expect(added(rulesOf(['CONVERT', from('one:1'), from('three:1')]))).toBe(1);
  });

  it('denies an image by its name or by its name with the digest, and a name that has one by that alone', () => {
    const digest = digestFor('app');
    const { name } = useOfImage(registry, 'app:1');
    expect(isDeniedByUser(rulesOf(['DENY', from('app:1')]), name, digest)).toBe(true);
    expect(isDeniedByUser(rulesOf(['DENY', `${from('app:1')}@${digest}`]), name, digest)).toBe(true);
    expect(isDeniedByUser(rulesOf(['DENY', `${from('app:1')}@${digest}`]), name, null)).toBe(false);
    const written = useOfImage(registry, `app:1@${digest}`).name;
    expect(isDeniedByUser(rulesOf(['DENY', `${from('app:1')}@${digest}`]), written, digest)).toBe(true);
    expect(isDeniedByUser(null, name, digest)).toBe(false);
  });
});

describe('an OCI layout in an image’s place', () => {
  async function inLayout(value: (folder: string) => string, policyMore = '', platforms: readonly string[] = []) {
    const image = addImage(registry, 'app');
    const files = Object.entries(layoutOf(registry, 'app', image));
    const folder = await folderOf(Object.fromEntries(files.map(([name, bytes]) => [name, bytes.toString()])));
    const name = `${registry.host}/app:1`;
    const pipeline = await pipelineUnder(`${policyFor(registry, acme, 'app')}${policyMore}`);
    const namedContexts = [{ name, key: name, value: value(folder).replace('DIGEST', image.digest) }];
    const target = loaded(`FROM ${name}\n`, { namedContexts, platforms });
    const build = () => examineBuild(pipeline, [target], 'linux/amd64', null);
    return { image, build };
  }

  it('is judged by what its registry has attached to the same digest', async () => {
    const unsigned = await inLayout((folder) => `oci-layout://${folder}`);
    expect((await unsigned.build()).layouts).toMatchObject([
      { decision: { status: 'block' }, resolved: { source: 'layout' } },
    ]);
    const signed = await inLayout((folder) => `oci-layout://${folder}`);
    signImage(registry, 'app', signed.image, acme);
    expect((await signed.build()).layouts).toMatchObject([{ decision: { status: 'allow', verified: true } }]);
  });

  it('is judged by what lies in it where its registry cannot be asked', async () => {
    const { image, build } = await inLayout((folder) => `oci-layout://${folder}@DIGEST`);
    signImage(registry, 'app', image, acme);
    registry.intercept = (_, response) => {
      response.writeHead(503).end();
      return true;
    };
    const [layout] = (await build()).layouts;
    expect(layout).toMatchObject({ decision: { verified: false }, resolved: { root: { digest: image.digest } } });
  });

  it('may be anything where every policy lists its name, though it is not called verified', async () => {
    const listed = await inLayout((folder) => `oci-layout://${folder}`, `contexts: ["${registry.host}/app:1"]\n`);
    expect((await listed.build()).layouts).toMatchObject([
      { decision: { status: 'allow', basis: 'default', verified: false } },
    ]);
    const signed = await inLayout((folder) => `oci-layout://${folder}`, `contexts: ["${registry.host}/app:1"]\n`);
    signImage(registry, 'app', signed.image, acme);
    expect((await signed.build()).layouts).toMatchObject([{ decision: { basis: 'signature', verified: true } }]);
  });

  it('is refused where nothing can be read of it, even where its name is listed', async () => {
    const { build } = await inLayout(() => 'oci-layout:///nowhere', `contexts: ["${registry.host}/app:1"]\n`);
    expect((await build()).layouts).toMatchObject([{ resolved: null, decision: { status: 'error' } }]);
  });

  it('is known for no platform where it lacks the one that is built for', async () => {
    const { build } = await inLayout((folder) => `oci-layout://${folder}`, '', ['linux/arm64']);
    expect((await build()).layouts).toMatchObject([{ use: { platforms: ['linux/arm64'] } }]);
  });
});
