import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildAttested, buildLinked, claimedProvenance } from '../../../scripts/lab/lineage-fixtures.ts';
import {
  attest,
  digestOf,
  lab,
  mustRun,
  projectFolder,
  runVerify,
  sign,
  startTestRegistry,
  type TestRegistry,
} from '../support/lab.ts';
import { chainPolicy, judged, project, summary, traced } from './traced.ts';

const here = lab();
const acme = { signer: { key: here.keys.acme.privateKey }, cosign: 3 } as const;
const mallory = { signer: { key: here.keys.mallory.privateKey }, cosign: 3 } as const;
const strict = { depth: 'all', unknown: 'block', claims: 'signed' } as const;

let registry: TestRegistry;
const at = (name: string): string => `${registry.host}/shapes/${name}:1`;
const on = (base: string): string => `FROM ${at(base)}\nCOPY word /word-on-${base}\n`;

beforeAll(async () => {
  registry = await startTestRegistry();
  await buildAttested(here, at('root'), 'FROM scratch\nCOPY word /root\n', acme);
  await sign(here, at('root'), acme);
}, 120_000);
afterAll(() => registry.close());

describe('the shapes that children take', () => {
  it('one that adds no layer is proven by its longer history', async () => {
    await buildAttested(here, at('settings'), `FROM ${at('root')}\nENV a=b\nCMD ["sh"]\n`, acme);
    await sign(here, at('settings'), acme);
    expect(summary(await traced(at('settings')))[0]).toBe('shapes/root:1 base signed-provenance proven allow');
    expect(await judged(at('settings'), strict)).toEqual({ status: 0, codes: [] });
  });

  it('one whose layers were compressed anew is proven all the same', async () => {
    const reference = at('recompressed');
    const output = ['compression=zstd', 'force-compression=true'];
    await buildLinked(here, reference, on('root'), { provenance: 'mode=max', output });
    const zstd = await mustRun(here, here.crane, ['manifest', '--insecure', '--platform', 'linux/amd64', reference]);
    expect(zstd).toContain('tar+zstd');
    expect(zstd).not.toContain('tar+gzip');
    expect(summary(await traced(reference))[0]).toBe('shapes/root:1 base unsigned-provenance proven allow');
  });

  it('one that was squashed is contradicted, though somebody trusted signed what it was built with', async () => {
    await buildLinked(here, at('squashed'), `${on('root')}COPY word /more\n`);
    await mustRun(here, here.crane, ['flatten', '--insecure', '--tag', at('squashed'), at('squashed')]);
    await sign(here, at('squashed'), acme);
    const base = { name: at('root'), digest: await digestOf(here, at('root')) };
    await attest(here, at('squashed'), claimedProvenance([base]), acme);
    const tree = await traced(at('squashed'));
    expect(summary(tree)).toEqual(['shapes/root:1 unknown signed-provenance contradicted error']);
    expect(await judged(at('squashed'), strict)).toMatchObject({ status: 10 });
  });

  it('one from a tool that says nothing has an assumed root, and no more than that', async () => {
    await buildLinked(here, at('silent'), on('root'));
    await sign(here, at('silent'), acme);
    const tree = await traced(at('silent'));
    expect(summary(tree)).toEqual(['scratch root-assumed history unprovable warn']);
    expect(tree.lineage[0]?.note).toContain('is not known');
    expect(await judged(at('silent'), strict)).toEqual({ status: 10, codes: ['lineage.unknown'] });
    expect(await judged(at('silent'), { ...strict, unknown: 'warn' })).toEqual({
      status: 0,
      codes: ['lineage.unknown'],
    });
  });

  it('one for two platforms on different bases has a chain for each', async () => {
    for (const architecture of ['amd64', 'arm64']) {
      const platforms = [`linux/${architecture}`];
      await buildLinked(here, at(`root-${architecture}`), 'FROM scratch\nCOPY word /root\n', { platforms });
      await sign(here, at(`root-${architecture}`), architecture === 'amd64' ? acme : mallory);
    }
    const dockerfile = `ARG TARGETARCH\nFROM ${registry.host}/shapes/root-\${TARGETARCH}:1\nCOPY word /word\n`;
    const platforms = ['linux/amd64', 'linux/arm64'];
    await buildLinked(here, at('both'), dockerfile, { provenance: 'mode=max', platforms });
    await sign(here, at('both'), acme);
    const cwd = await project(at('both'), chainPolicy());
    const run = (platform: string) => runVerify(['lineage', '--format', 'json', '--platform', platform, '.'], { cwd });
    const { stdout } = await run('linux/amd64,linux/arm64');
    const [tree] = (JSON.parse(stdout) as { images: [Parameters<typeof summary>[0]] }).images;
    expect(tree.lineage.map(({ platform, name, status }) => `${platform} ${name?.split('@')[0]} ${status}`)).toEqual([
      `linux/amd64 ${at('root-amd64')} allow`,
      'linux/amd64 scratch allow',
      `linux/arm64 ${at('root-arm64')} block`,
      'linux/arm64 scratch allow',
    ]);
    const demanding = await project(at('both'), chainPolicy({ ...strict, claims: 'unsigned' }));
    const check = (platform: string) => runVerify(['check', '--platform', platform, '.'], { cwd: demanding });
    expect(await check('linux/amd64')).toMatchObject({ status: 0 });
    expect(await check('linux/arm64')).toMatchObject({ status: 10 });
  });
});

describe('each base is judged under the rule that matches its own name', () => {
  it('those who may sign the child, and those who may not', async () => {
    await buildLinked(here, at('vendor'), 'FROM scratch\nCOPY word /vendor\n');
    await sign(here, at('vendor'), mallory);
    await buildAttested(here, at('product'), on('vendor'), acme);
    await sign(here, at('product'), acme);
    const rule = (images: string, key: string, more: object = {}) => ({
      images: [images],
      signedBy: [{ key }],
      ...more,
    });
    const check = async (rules: readonly object[]) => {
      const policy = JSON.stringify({ version: 1, mode: 'enforce', default: 'deny', rules });
      const cwd = await projectFolder({ 'docker-verify.yaml': policy, Dockerfile: `FROM ${at('product')}\n` });
      return runVerify(['check', '--format', 'json', '.'], { cwd });
    };
    const lineage = { require: { lineage: strict } };
    const key = here.keys.mallory.publicKey;
    const named = await check([rule('127.0.0.1:*/shapes/vendor', key), rule('**', 'acme.pub', lineage)]);
    expect(named).toMatchObject({ status: 0 });
    const [image] = (JSON.parse(named.stdout) as { images: [Parameters<typeof summary>[0]] }).images;
    expect(image.lineage[0]?.evidence.some(({ trusted }) => trusted)).toBe(true);
    expect(await check([rule('**', 'acme.pub', lineage)])).toMatchObject({ status: 10 });
    expect(await check([rule('127.0.0.1:*/shapes/vendor', 'acme.pub'), rule('**', 'acme.pub', lineage)])).toMatchObject(
      {
        status: 10,
      },
    );
  });
});
