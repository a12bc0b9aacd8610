import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { annotateBase, buildAttested, buildLinked, childrenOf } from '../../../scripts/lab/lineage-fixtures.ts';
import { digestOf, lab, runVerify, sign, startTestRegistry, type TestRegistry } from '../support/lab.ts';
import { chainPolicy, judged, project, summary, traced } from './traced.ts';

const acme = { key: lab().keys.acme.privateKey };

describe.each([
  ['a registry with the referrers API', true],
  ['a registry without it', false],
])('a chain of five images, each learnt from another source, in %s', (_, referrers) => {
  let registry: TestRegistry;
  const at = (name: string): string => `${registry.host}/chain/${name}:1`;
  const on = (base: string, more = ''): string => `FROM ${at(base)}\nCOPY word /word-on-${base}\n${more}`;

  beforeAll(async () => {
    registry = await startTestRegistry({ referrers });
    const here = lab();
    await buildLinked(here, at('root'), 'FROM scratch\nCOPY word /root\n', { provenance: 'mode=min' });
    await buildAttested(here, at('system'), on('root'), { signer: acme, cosign: 3 });
    await buildAttested(here, at('language'), on('system'), {
      signer: acme,
      cosign: 2,
      provenance: 'mode=max,version=v1',
    });
    const stages = `FROM ${at('root')} AS builder\nCOPY word /built\nFROM ${at('language')}\nCOPY --from=builder /built /built\n`;
    await buildLinked(here, at('framework'), stages, { provenance: 'mode=max' });
    const { attestations } = await childrenOf(here, at('framework'));
    await sign(here, attestations ?? '', { signer: acme, cosign: 3 });
    await buildLinked(here, at('app'), on('framework'));
    await annotateBase(here, at('app'), { name: at('framework'), digest: await digestOf(here, at('framework')) });
    for (const name of ['root', 'system', 'language', 'framework', 'app'])
      await sign(here, at(name), { signer: acme, cosign: 3 });
  }, 240_000);
  afterAll(() => registry.close());

  it('is shown down to scratch, each link with who claims it and what the layers say', async () => {
    const tree = await traced(at('app'));
    expect(summary(tree)).toEqual([
      'chain/framework:1 base annotation proven allow',
      'chain/language:1 base signed-provenance proven allow',
      'chain/system:1 base signed-provenance proven allow',
      'chain/root:1 base signed-provenance proven allow',
      'scratch root-declared unsigned-provenance proven allow',
    ]);
    const digests = await Promise.all(
      ['framework', 'language', 'system', 'root'].map((name) => digestOf(lab(), at(name))),
    );
    expect(tree.lineage.map(({ digest }) => digest)).toEqual([...digests, null]);
    expect(tree.lineage[0]?.evidence.some(({ verified, trusted }) => verified && trusted)).toBe(true);
    expect(tree.inputs).toEqual(
      expect.arrayContaining([expect.objectContaining({ role: 'builder-stage', name: at('root') })]),
    );
  });

  it.each([
    [{ depth: 'all', unknown: 'block', claims: 'signed' }, 'framework', 0],
    [{ depth: 'all', unknown: 'block', claims: 'signed' }, 'app', 10],
    [{ depth: 'all', unknown: 'warn', claims: 'signed' }, 'app', 0],
    [{ depth: 'all', unknown: 'block', claims: 'unsigned' }, 'app', 0],
  ] as const)('under %j %s ends with %i', async (requirement, name, status) => {
    expect(await judged(at(name), requirement)).toMatchObject({ status });
  });

  it('says in one line of a check how deep it is verified, and in JSON each link', async () => {
    const cwd = await project(at('framework'), chainPolicy({ depth: 'all', unknown: 'block' }));
    const text = await runVerify(['check', '.'], { cwd });
    expect(text).toMatchObject({ status: 0 });
    expect(text.stdout).toMatch(/3 of 3 bases below it allowed, down to scratch/);
    const { stdout } = await runVerify(['check', '--format', 'json', '.'], { cwd });
    const [image] = (JSON.parse(stdout) as { images: { lineage: unknown[] }[] }).images;
    expect(image?.lineage).toHaveLength(4);
  });
});
