import { describe, expect, it } from 'vitest';
import type { LineageLink } from '../../../../../src/model/index.ts';
import { byKey, digestOf, inputOf } from '../../support/evidence.ts';
import { acme, name, signed, verdict } from '../../support/verdict.ts';

describe('require.lineage', () => {
  const link = (changes: Partial<LineageLink> = {}): LineageLink => ({
    depth: 1,
    platform: 'linux/amd64',
    name: 'docker.io/library/alpine:3',
    digest: digestOf('base'),
    kind: 'base',
    claim: 'signed-provenance',
    content: 'proven',
    status: 'allow',
    decisions: [],
    evidence: [],
    note: null,
    ...changes,
  });
  const root = link({
    depth: 2,
    kind: 'root-declared',
    content: 'unprovable',
    name: null,
    digest: null,
  });
  const required = (fields: string): string => signed(`require: {lineage: {${fields}}}`);

  it.each<[string, string, readonly LineageLink[] | null, string, string[]]>([
    ['every base allowed, down to scratch', '', [link(), root], 'allow', []],
    ['a base that is blocked', '', [link({ status: 'block' }), root], 'block', ['lineage.unverified']],
    ['a base that is warned of', '', [link({ status: 'warn' }), root], 'warn', ['lineage.unverified']],
    ['layers that contradict', '', [link({ content: 'contradicted' }), root], 'block', ['lineage.contradicted']],
    ['an end without an answer', '', [link(), link({ depth: 2, kind: 'unknown' })], 'block', ['lineage.unknown']],
    [
      'an end without an answer, of which it only warns',
      'unknown: warn',
      [link(), link({ depth: 2, kind: 'unknown' })],
      'warn',
      ['lineage.unknown'],
    ],
    [
      'an end without an answer, which is allowed',
      'unknown: allow',
      [link(), link({ depth: 2, kind: 'unknown' })],
      'allow',
      [],
    ],
    [
      'a blocked base, though the unknown is allowed',
      'unknown: allow',
      [link({ status: 'block' })],
      'block',
      ['lineage.unverified'],
    ],
    ['an unsigned claim', '', [link({ claim: 'annotation' }), root], 'block', ['lineage.unknown']],
    ['an unsigned claim, which is accepted', 'claims: unsigned', [link({ claim: 'annotation' }), root], 'allow', []],
    [
      'a label, which is never accepted',
      'claims: unsigned',
      [link({ claim: 'label' }), root],
      'block',
      ['lineage.unknown'],
    ],
    [
      'a signed claim without proof by layers',
      '',
      [link({ content: 'unprovable' }), root],
      'block',
      ['lineage.unknown'],
    ],
    [
      'scratch declared without a signature',
      '',
      [{ ...root, claim: 'unsigned-provenance' }],
      'block',
      ['lineage.unknown'],
    ],
    [
      'scratch declared without a signature, which is accepted',
      'claims: unsigned',
      [{ ...root, claim: 'unsigned-provenance' }],
      'allow',
      [],
    ],
    [
      'scratch assumed from the history below several layers',
      'claims: unsigned',
      [{ ...root, kind: 'root-assumed', claim: 'history' }],
      'block',
      ['lineage.unknown'],
    ],
    [
      'scratch assumed below a single layer, where nothing else can lie',
      '',
      [{ ...root, kind: 'root-assumed', claim: 'history', content: 'proven' }],
      'allow',
      [],
    ],
    ['a blocked base deeper than asked for', 'depth: 1', [link(), link({ depth: 2, status: 'block' })], 'allow', []],
    ['an unknown end deeper than asked for', 'depth: 1', [link(), link({ depth: 2, kind: 'unknown' })], 'allow', []],
    [
      'a blocked base as deep as asked for',
      'depth: 2',
      [link(), link({ depth: 2, status: 'block' })],
      'block',
      ['lineage.unverified'],
    ],
    [
      'what is wrong nearest first, in whatever order',
      '',
      [link({ depth: 2, content: 'contradicted' }), link({ status: 'block' })],
      'block',
      ['lineage.unverified'],
    ],
    [
      'a contradiction with what is known of it',
      '',
      [link({ content: 'contradicted', note: 'layer 2 differs', name: null })],
      'block',
      ['lineage.contradicted'],
    ],
    [
      'a contradiction of somebody without name or digest',
      '',
      [link({ content: 'contradicted', name: null, digest: null })],
      'block',
      ['lineage.contradicted'],
    ],
    [
      'an end of which something is known',
      '',
      [link(), link({ depth: 2, kind: 'unknown', note: 'the registry answered 503' })],
      'block',
      ['lineage.unknown'],
    ],
    ['an empty chain', '', [], 'block', ['lineage.unknown']],
    ['an empty chain, which is allowed', 'unknown: allow', [], 'allow', []],
    ['an empty chain, of which it only warns', 'unknown: warn', [], 'warn', ['lineage.unknown']],
    [
      'warnings of several kinds',
      'unknown: warn',
      [link({ status: 'warn' }), link({ depth: 2, kind: 'unknown' })],
      'warn',
      ['lineage.unknown', 'lineage.unverified'],
    ],
    [
      'claims of several kinds, where unsigned ones are accepted',
      'claims: unsigned',
      [link({ claim: 'unsigned-provenance' }), link({ depth: 2, claim: 'annotation' }), { ...root, depth: 3 }],
      'allow',
      [],
    ],
    ['nothing for the platform', '', [link({ platform: 'linux/arm64' })], 'block', ['lineage.unknown']],
    ['nothing at all', '', null, 'block', ['lineage.unknown']],
  ])('%s', async (_, fields, lineage, status, codes) => {
    expect(await verdict(required(fields), inputOf(name, [byKey(acme)], { lineage }))).toMatchObject({ status, codes });
  });

  it('judges every platform that is known of where none is asked for', async () => {
    const none = { image: { platforms: [] } };
    const arm = link({ platform: 'linux/arm64', status: 'block' });
    const both = inputOf(name, [byKey(acme)], { ...none, lineage: [link(), root, arm] });
    expect(await verdict(required(''), both)).toMatchObject({ status: 'block', codes: ['lineage.unverified'] });
    const one = inputOf(name, [byKey(acme)], { ...none, lineage: [link(), root] });
    expect(await verdict(required(''), one)).toMatchObject({ status: 'allow' });
    const nothing = inputOf(name, [byKey(acme)], { ...none, lineage: [] });
    expect(await verdict(required(''), nothing)).toMatchObject({ status: 'block', codes: ['lineage.unknown'] });
  });

  it('judges only the platforms that are asked for', async () => {
    const lineage = [link(), root, link({ platform: 'linux/arm64', status: 'block' })];
    expect(await verdict(required(''), inputOf(name, [byKey(acme)], { lineage }))).toMatchObject({ status: 'allow' });
  });
});
