import { describe, expect, it } from 'vitest';
import { gitPin, httpPin } from '../../../src/context/index.ts';
import { parseGitReference } from '../../../src/model/index.ts';

const commit = 'c'.repeat(40);

function pinned(url: string) {
  const reference = parseGitReference(url);
  if (reference === null) throw new Error(`${url} is no repository`);
  return gitPin(reference, commit);
}

describe('gitPin', () => {
  it.each([
    ['https://example.com/a/b.git', 'git://example.com/a/b.git', `git://example.com/a/b.git#${commit}`],
    ['https://example.com//a/b.git#main', 'git://example.com/a/b.git#main', `git://example.com/a/b.git#${commit}`],
    ['https://example.com/b.git#main:x/y', 'git://example.com/b.git#main:x/y', `git://example.com/b.git#${commit}:x/y`],
    ['https://example.com/b.git#:x', 'git://example.com/b.git#:x', `git://example.com/b.git#${commit}:x`],
    ['git@github.com:a/b.git#v1', 'git://github.com/a/b.git#v1', `git://github.com/a/b.git#${commit}`],
    ['git@github.com:a/b.git#v1', 'git://git@github.com/a/b.git#v1', `git://git@github.com/a/b.git#${commit}`],
    [
      'https://example.com/b.git?tag=v1&subdir=/x',
      'git://example.com/b.git#refs/tags/v1:/x',
      `git://example.com/b.git#${commit}:/x`,
    ],
  ])('turns the ref of %s as BuildKit names it into the commit: %s', (url, from, to) => {
    expect(pinned(url)?.conversions).toContainEqual({ from, to });
  });

  it('pins the whole repository at that ref too, which a bake definition may take folders of', () => {
    expect(pinned('https://example.com/b.git#main:x')?.conversions).toContainEqual({
      from: 'git://example.com/b.git#main',
      to: `git://example.com/b.git#${commit}`,
    });
  });

  it('needs nothing where the commit itself is written', () => {
    expect(pinned(`https://example.com/b.git#${commit}`)).toBe(null);
  });

  it('names no credentials to people', () => {
    expect(pinned('https://me:secret@example.com/b.git#main')?.name).toBe('example.com/b.git#main');
  });
});

describe('httpPin', () => {
  it('holds a URL to the bytes that it gave', () => {
    expect(httpPin('https://me:secret@example.com/x.tar?token=1', 'ab')).toEqual({
      name: 'https://example.com/x.tar',
      conversions: [
        { from: 'https://me:secret@example.com/x.tar?token=1', to: 'https://me:secret@example.com/x.tar?token=1' },
      ],
      attributes: { 'http.checksum': 'sha256:ab' },
      hash: 'ab',
    });
  });

  it.each(['https://example.com/*.tar', 'https://example.com/$1', 'https://example.com/a b'])(
    'gives up on %s, which a source policy would read as something else',
    (url) => expect(httpPin(url, 'ab')).toBe(null),
  );
});
