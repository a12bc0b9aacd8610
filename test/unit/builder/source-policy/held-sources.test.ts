import { describe, expect, it } from 'vitest';
import { heldRules } from '../../../../src/builder/source-policy/held-sources.ts';
import { renderSourcePolicy } from '../../../../src/builder/source-policy/source-policy.ts';
import { parseUserPolicy } from '../../../../src/builder/source-policy/user-policy.ts';
import { isDenied } from './denied-sources.ts';

describe('what the builder has to refuse', () => {
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
