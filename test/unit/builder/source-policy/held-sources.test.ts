import * as fc from 'fast-check';
import { RE2JS } from 're2js';
import { describe, expect, it } from 'vitest';
import { heldRules } from '../../../../src/builder/source-policy/held-sources.ts';
import { renderSourcePolicy } from '../../../../src/builder/source-policy/source-policy.ts';
import { parseUserPolicy } from '../../../../src/builder/source-policy/user-policy.ts';

interface Constraint {
  readonly key: string;
  readonly value: string;
  readonly condition: string;
}

/** Whether BuildKit would deny a source by these rules (sourcepolicy/matcher.go): all constraints, then the identifier. */
function isDenied(identifier: string, attributes: Readonly<Record<string, string>>): boolean {
  return heldRules({ git: true, http: true }).some(({ selector }) => {
    const constraints = (selector.constraints ?? []) as readonly Constraint[];
    const isMet = constraints.every(({ key, value, condition }) => {
      const found = attributes[key] ?? '';
      return condition === 'EQUAL' ? found === value : RE2JS.compile(value).matcher(found).find();
    });
    const matches = RE2JS.compile(selector.identifier).matcher(identifier).find();
    return isMet && matches;
  });
}

const whole = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const hex = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...Array.from('0123456789abcdef')), minLength: length, maxLength: length });
const text = fc.oneof(
  hex(40),
  hex(64),
  hex(39),
  hex(41),
  hex(63),
  hex(65),
  hex(40).map((commit) => commit.toUpperCase()),
  hex(39).map((commit) => `${commit}g`),
  hex(40).map((commit) => `${commit}\n`),
  hex(40).map((commit) => `refs/heads/${commit}`),
  fc.string(),
  fc.constant(''),
);

describe('what the builder has to refuse', () => {
  it('is every repository without a whole commit, as ref or as checksum, and no other', () => {
    fc.assert(
      fc.property(text, text, fc.constantFrom('', ':folder', `:${'a'.repeat(40)}`), (ref, checksum, folder) => {
        const written = ref.replace(/[:#]/g, '');
        const fragment = `${written}${folder}` === '' ? '' : `#${written}${folder}`;
        const denied = isDenied(`git://example.com/a.git${fragment}`, { 'git.checksum': checksum });
        expect(denied).toBe(!whole.test(written.replace(/\n$/, 'x')) && !whole.test(checksum.replace(/\n$/, 'x')));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['http://example.com/a', {}, true],
    ['https://example.com/a', {}, true],
    ['https://example.com/a', { 'http.checksum': '' }, true],
    ['https://example.com/a', { 'http.checksum': `sha256:${'0'.repeat(64)}` }, false],
    ['https://example.com/a', { 'git.checksum': 'a'.repeat(40) }, true],
    ['git://example.com/a', {}, true],
    ['git://user@example.com/a#main', {}, true],
    ['local://context', {}, false],
    ['docker-image://docker.io/library/a@sha256:0', {}, false],
  ])('%s with %j: %s', (identifier, attributes, denied) => {
    expect(isDenied(identifier, attributes)).toBe(denied);
  });

  it('is nothing where no policy asks, and else stands last, where no other rule undoes it', async () => {
    const empty = { pins: [], unpinned: [], layouts: [], sources: [] };
    const rulesOf = async (held?: { git: boolean; http: boolean }): Promise<readonly unknown[]> => {
      const user = await parseUserPolicy(
        '{"version":1,"rules":[{"action":"ALLOW","selector":{"identifier":"https://*"}}]}',
        'u',
      );
      const given = held === undefined ? empty : { ...empty, held };
      return (JSON.parse(renderSourcePolicy(given, user)) as { rules: readonly unknown[] }).rules;
    };
    const open = await rulesOf();
    expect(await rulesOf({ git: false, http: false })).toEqual(open);
    expect(await rulesOf({ git: true, http: true })).toEqual([...open, ...heldRules({ git: true, http: true })]);
  });
});
