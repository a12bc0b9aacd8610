import { describe, expect, it } from 'vitest';
import { parseGitReference } from '../../../../src/model/index.ts';

const commit = 'a'.repeat(40);

describe('parseGitReference', () => {
  it.each([
    [
      'https://example.com/foo.git',
      { scheme: 'https', host: 'example.com', path: '/foo.git', ref: null, subfolder: '' },
    ],
    ['https://example.com:8443/a/foo.git', { host: 'example.com:8443', path: '/a/foo.git' }],
    ['https://example.com/foo.git#release/1.2', { ref: 'release/1.2' }],
    ['https://example.com/foo.git#a/b:c/d', { ref: 'a/b', subfolder: 'c/d' }],
    ['https://example.com/foo.git#:folder', { ref: null, subfolder: 'folder' }],
    ['https://example.com/foo.git#main:./a//../b/', { subfolder: 'b', writtenSubfolder: './a//../b/' }],
    ['https://example.com/foo.git#main:../../b', { subfolder: 'b' }],
    [
      'https://me:secret@example.com/foo.git',
      { host: 'example.com', user: 'me:secret', remote: 'https://me:secret@example.com/foo.git' },
    ],
    [
      'https://example.com/%66oo.git#m%61in',
      { path: '/foo.git', ref: 'main', remote: 'https://example.com/%66oo.git' },
    ],
    ['http://example.com/foo.git', { scheme: 'http' }],
    ['git://example.com/foo', { scheme: 'git', path: '/foo' }],
    [
      'ssh://git@example.com/foo',
      { scheme: 'ssh', user: 'git', host: 'example.com', remote: 'ssh://git@example.com/foo' },
    ],
    [
      'git@github.com:moby/buildkit',
      { scheme: 'ssh', user: 'git', host: 'github.com', path: 'moby/buildkit', remote: 'git@github.com:moby/buildkit' },
    ],
    [
      'git@github.com:moby/buildkit.git#main:a',
      { path: 'moby/buildkit.git', ref: 'main', subfolder: 'a', remote: 'git@github.com:moby/buildkit.git' },
    ],
    ['git@github.com:moby/buildkit.git?subdir=/a#v1', { ref: 'v1', subfolder: 'a', writtenSubfolder: '/a' }],
    [
      'github.com/moby/buildkit#master',
      {
        scheme: 'https',
        host: 'github.com',
        path: '/moby/buildkit',
        ref: 'master',
        remote: 'https://github.com/moby/buildkit',
      },
    ],
    ['github.com/moby/buildkit?tag=v1', { ref: 'refs/tags/v1', remote: 'https://github.com/moby/buildkit' }],
    [
      'https://example.com/foo.git?ref=v1&subdir=/a',
      { ref: 'v1', subfolder: 'a', remote: 'https://example.com/foo.git' },
    ],
    ['https://example.com/foo.git?tag=refs/tags/v1', { ref: 'refs/tags/v1' }],
    ['https://example.com/foo.git?branch=v1', { ref: 'refs/heads/v1' }],
    ['https://example.com/foo.git?ref=v1#v1', { ref: 'v1' }],
    ['https://example.com/foo.git?subdir=/a#v1', { ref: 'v1', subfolder: 'a' }],
    [`https://example.com/foo.git?checksum=${commit}#main`, { ref: 'main', checksum: commit, byCommit: false }],
    ['https://example.com/foo.git?commit=abc', { checksum: 'abc' }],
    [`https://example.com/foo.git?fetch-by-commit&checksum=${commit}`, { checksum: commit, byCommit: true }],
    ['https://example.com/foo.git?fetch-by-commit=false', { byCommit: false }],
    ['https://example.com/foo.git?submodules=false&keep-git-dir=1&mtime=commit', { ref: null }],
    [`https://example.com/foo.git#${commit}`, { ref: commit }],
  ])('reads %s', (text, expected) => {
    expect(parseGitReference(text)).toMatchObject(expected);
  });

  it.each([
    'https://example.com/',
    'https://example.com/foo',
    'https://example.com/foo.git/',
    'https://example.com/foo.git.bar',
    'custom.xyz/moby/buildkit.git',
    'http://github.com/docker/docker.git:#branch',
    './.git',
    '../foo.git',
    '.git',
    'file:///srv/foo.git',
    'ext::sh -c touch',
    'HTTPS://example.com/foo.git',
  ])('takes %s for no repository', (text) => expect(parseGitReference(text)).toBe(null));

  it.each([
    'https://example.com/foo.git?ref=v1#v2',
    'https://example.com/foo.git?ref=v1&tag=v2',
    'https://example.com/foo.git?tag=v1&branch=v1',
    'https://example.com/foo.git?ref=',
    'https://example.com/foo.git?ref=a&ref=b',
    'https://example.com/foo.git?subdir=a#main:b',
    'https://example.com/foo.git?invalid=123',
    'https://example.com/foo.git?fetch-by-commit=maybe',
    'https://example.com/foo.git?checksum=../x',
  ])('leaves to the builder what it refuses: %s', (text) => expect(parseGitReference(text)).toBe(null));

  it.each([
    'https://example.com/foo.git#--upload-pack=touch',
    'https://example.com/foo.git#-c',
    'https://example.com/foo.git#main\nother',
    'https://example.com/foo.git#ma*n',
    'https://example.com/foo.git#main~1',
    'https://example.com/foo.git#main^{tree}',
    'https://example.com/foo.git#a..b',
    'https://example.com/foo.git#@{u}',
    'https://example.com/foo.git#main:$HOME',
    'https://example.com/foo.git#main:a%0ab',
    'https://example.com/foo.git#%E0%A4%A',
    'https://example.com/f*o.git',
    'https://example.com/a%20b.git',
    'https://exam ple.com/foo.git',
  ])('hands git nothing that could be an option, a pattern or an expression: %j', (text) =>
    expect(parseGitReference(text)).toBe(null),
  );
});
