import { describe, expect, it } from 'vitest';
import type { LineageLink } from '../../../src/model/index.ts';
import { byKey, digestOf, inputOf } from './support/evidence.ts';
import { acme, name, signed, verdict } from './support/verdict.ts';

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
    ['a claim that nobody signed', '', [link({ claim: 'annotation' }), root], 'block', ['lineage.unknown']],
    [
      'a claim that nobody signed, which is accepted',
      'claims: unsigned',
      [link({ claim: 'annotation' }), root],
      'allow',
      [],
    ],
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
      'scratch declared by nobody who signed',
      '',
      [{ ...root, claim: 'unsigned-provenance' }],
      'block',
      ['lineage.unknown'],
    ],
    [
      'scratch declared by nobody who signed, which is accepted',
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
    ['nothing for the platform', '', [link({ platform: 'linux/arm64' })], 'block', ['lineage.unknown']],
    ['nothing at all', '', null, 'block', ['lineage.unknown']],
  ])('%s', async (_, fields, lineage, status, codes) => {
    expect(await verdict(required(fields), inputOf(name, [byKey(acme)], { lineage }))).toMatchObject({ status, codes });
  });
});
