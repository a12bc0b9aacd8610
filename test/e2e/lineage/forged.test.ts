import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { annotateBase, buildAttested, buildLinked, claimedProvenance } from '../../../scripts/lab/lineage-fixtures.ts';
import { attest, digestOf, lab, mustRun, sign, startTestRegistry, type TestRegistry } from '../support/lab.ts';
import { judged, type Requirement, summary, traced } from './traced.ts';

const here = lab();
const acme = { signer: { key: here.keys.acme.privateKey }, cosign: 3 } as const;
const mallory = { signer: { key: here.keys.mallory.privateKey }, cosign: 3 } as const;
const strict: Requirement = { depth: 'all', unknown: 'block', claims: 'signed' };
const unsigned: Requirement = { depth: 'all', unknown: 'block', claims: 'unsigned' };
const lenient: Requirement = { depth: 'all', unknown: 'allow', claims: 'unsigned' };

let registry: TestRegistry;
const at = (name: string): string => `${registry.host}/forged/${name}:1`;
const on = (base: string): string => `FROM ${at(base)}\nCOPY word /word-on-${base}\n`;

/** An image that acme built, attested and signed. */
async function honest(name: string, dockerfile: string): Promise<void> {
  await buildAttested(here, at(name), dockerfile, acme);
  await sign(here, at(name), acme);
}

async function claims(names: readonly string[]): Promise<ReturnType<typeof claimedProvenance>> {
  return claimedProvenance(
    await Promise.all(names.map(async (name) => ({ name: at(name), digest: await digestOf(here, at(name)) }))),
  );
}

beforeAll(async () => {
  registry = await startTestRegistry();
  await honest('root', 'FROM scratch\nCOPY word /root\n');
  await honest('system', on('root'));
  await honest('famous', 'FROM scratch\nCOPY word /famous\n');
  await buildLinked(here, at('evil'), 'FROM scratch\nCOPY word /evil\n', { provenance: 'mode=max' });
  await sign(here, at('evil'), mallory);
}, 120_000);
afterAll(() => registry.close());

describe('the control', () => {
  it('allows a chain whose every link is signed and attested', async () => {
    expect(summary(await traced(at('system')))).toEqual([
      'forged/root:1 base signed-provenance proven allow',
      'scratch root-declared signed-provenance proven allow',
    ]);
    expect(await judged(at('system'), strict)).toEqual({ status: 0, codes: [] });
  });
});

describe('a claim that is not true is not believed', () => {
  it('an annotation of a base whose layers are not there, whatever the policy says of the unknown', async () => {
    await buildLinked(here, at('annotated'), on('evil'));
    await annotateBase(here, at('annotated'), { name: at('famous'), digest: await digestOf(here, at('famous')) });
    await sign(here, at('annotated'), acme);
    const tree = await traced(at('annotated'));
    expect(summary(tree)).toEqual(['forged/famous:1 unknown annotation contradicted error']);
    expect(tree.lineage[0]?.note).toContain('layer 1');
    for (const requirement of [strict, unsigned, lenient]) {
      expect(await judged(at('annotated'), requirement)).toEqual({ status: 10, codes: ['lineage.contradicted'] });
    }
  });

  it('provenance by somebody whom no rule trusts, of a base whose layers are not there', async () => {
    await buildLinked(here, at('attested'), on('evil'));
    await sign(here, at('attested'), acme);
    await attest(here, at('attested'), await claims(['famous']), mallory);
    expect(summary(await traced(at('attested')))).toEqual(['scratch root-assumed history unprovable warn']);
    for (const requirement of [strict, unsigned]) {
      expect(await judged(at('attested'), requirement)).toEqual({ status: 10, codes: ['lineage.unknown'] });
    }
  });

  it('provenance by somebody whom no rule trusts, by which there is nothing below', async () => {
    await buildLinked(here, at('rootless'), on('evil'));
    await sign(here, at('rootless'), acme);
    await attest(here, at('rootless'), await claims([]), mallory);
    expect(summary(await traced(at('rootless')))).toEqual([
      'scratch root-declared unsigned-provenance unprovable allow',
    ]);
    expect(await judged(at('rootless'), strict)).toEqual({ status: 10, codes: ['lineage.unknown'] });
  });

  it('provenance by somebody whom no rule trusts, of an image made of the same layers, beside what acme signed', async () => {
    await honest('copied', `${on('system')}COPY word /more\n`);
    await mustRun(here, here.crane, ['copy', '--insecure', at('system'), at('lookalike')]);
    await attest(here, at('copied'), await claims(['evil', 'lookalike']), mallory);
    const tree = await traced(at('copied'));
    expect(summary(tree)[0]).toBe('forged/system:1 base signed-provenance proven allow');
    expect(await judged(at('copied'), strict)).toEqual({ status: 0, codes: [] });
  });

  it('BuildKit provenance in the index of an image whose index alone is signed', async () => {
    await buildLinked(here, at('in-index'), on('root'), { provenance: 'mode=max' });
    await sign(here, at('in-index'), acme);
    expect(summary(await traced(at('in-index')))[0]).toBe('forged/root:1 base unsigned-provenance proven allow');
    expect(await judged(at('in-index'), strict)).toEqual({ status: 10, codes: ['lineage.unknown'] });
    expect(await judged(at('in-index'), unsigned)).toEqual({ status: 0, codes: [] });
  });

  it('two images that name each other', async () => {
    for (const name of ['left', 'right']) await buildLinked(here, at(name), `FROM ${at('root')}\nENV a=b\n`);
    await annotateBase(here, at('left'), { name: at('right') });
    await annotateBase(here, at('right'), { name: at('left') });
    const { lineage } = await traced(at('left'));
    expect(lineage).toHaveLength(1);
    expect(lineage[0]).toMatchObject({ kind: 'unknown', claim: 'annotation', content: 'unprovable' });
  });
});

describe('a chain with a weak link is refused', () => {
  it('an image in the middle that is attested and not signed', async () => {
    await buildAttested(here, at('middle'), on('root'), acme);
    await honest('top', on('middle'));
    expect(summary(await traced(at('top')))).toEqual([
      'forged/middle:1 base signed-provenance proven block',
      'forged/root:1 base signed-provenance proven allow',
      'scratch root-declared signed-provenance proven allow',
    ]);
    expect(await judged(at('top'), strict)).toEqual({ status: 10, codes: ['lineage.unverified'] });
    expect(await judged(at('top'), lenient)).toEqual({ status: 10, codes: ['lineage.unverified'] });
  });

  it('a base that somebody else signed', async () => {
    await honest('misled', on('evil'));
    expect(summary(await traced(at('misled')))[0]).toBe('forged/evil:1 base signed-provenance proven block');
    expect(await judged(at('misled'), strict)).toEqual({ status: 10, codes: ['lineage.unverified'] });
  });

  it('a base of a base that somebody else signed', async () => {
    await honest('misled-base', on('evil'));
    await honest('misled-child', on('misled-base'));
    expect(await judged(at('misled-child'), strict)).toEqual({ status: 10, codes: ['lineage.unverified'] });
  });
});

describe('a base that is no longer there', () => {
  it('is unknown, which the policy refuses, warns of or allows', async () => {
    await honest('gone', on('root'));
    await honest('orphan', on('gone'));
    registry.store.remove('forged/gone', await digestOf(here, at('gone')));
    const tree = await traced(at('orphan'));
    expect(summary(tree)).toEqual(['forged/gone:1 unknown signed-provenance unprovable warn']);
    expect(tree.lineage[0]?.note).toContain('no longer');
    expect(await judged(at('orphan'), strict)).toEqual({ status: 10, codes: ['lineage.unknown'] });
    expect(await judged(at('orphan'), { ...strict, unknown: 'warn' })).toEqual({
      status: 0,
      codes: ['lineage.unknown'],
    });
    expect(await judged(at('orphan'), { ...strict, unknown: 'allow' })).toEqual({ status: 0, codes: [] });
  });

  it('does not make a lower image, which the build used too, the nearest base', async () => {
    await honest('between', on('root'));
    const stages = `FROM ${at('root')} AS tools\nCOPY word /tool\nFROM ${at('between')}\nCOPY --from=tools /tool /tool\n`;
    await honest('evasive', stages);
    registry.store.remove('forged/between', await digestOf(here, at('between')));
    expect(summary(await traced(at('evasive')))).toEqual([
      'forged/between:1 unknown signed-provenance unprovable warn',
    ]);
    expect(await judged(at('evasive'), strict)).toEqual({ status: 10, codes: ['lineage.unknown'] });
  });
});
