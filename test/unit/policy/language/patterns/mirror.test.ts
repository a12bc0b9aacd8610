import { describe, expect, it } from 'vitest';
import { type Mirror, mirrorOf, namesOf } from '../../../../../src/policy/language/patterns/mirror.ts';

function repositories(repository: string, mirrors: readonly Mirror[]): readonly string[] {
  return namesOf({ repository, tag: '1' }, mirrors).map((name) => name.repository);
}

function mirror(from: string, to: string): Mirror {
  const made = mirrorOf(from, to);
  if (!made.ok) throw new Error(made.reason);
  return made.value;
}

describe('a mirror', () => {
  const one = mirror('mirror.example.com/go', 'docker.io/library/golang');
  const many = mirror('mirror.example.com/hub/**', 'docker.io/**');

  it.each<[string, string, Mirror, string[]]>([
    ['of one repository stands for that one', 'mirror.example.com/go', one, ['docker.io/library/golang']],
    ['of one repository stands for none below it', 'mirror.example.com/go/x', one, []],
    ['of one repository stands for no other that begins so', 'mirror.example.com/gopher', one, []],
    ['of one repository stands for no other repository', 'ghcr.io/acme/app', one, []],
    ['of many stands for what is below', 'mirror.example.com/hub/library/go', many, ['docker.io/library/go']],
    ['of many stands for no other that begins so', 'mirror.example.com/hubs/library/go', many, []],
    ['of many stands for no other repository', 'ghcr.io/acme/app', many, []],
  ])('%s: %s', (_, repository, each, further) => {
    expect(repositories(repository, [each])).toEqual([repository, ...further]);
  });

  it.each([
    ['a/**', 'b'],
    ['a', 'b/**'],
    ['a/*/c', 'b'],
    ['a', 'b/*'],
    ['a/*/**', 'b/**'],
  ])('of %s to %s makes no sense', (from, to) => {
    expect(mirrorOf(from, to)).toEqual({ ok: false, reason: expect.any(String) });
  });
});
