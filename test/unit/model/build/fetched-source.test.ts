import { describe, expect, it } from 'vitest';
import { sourceOf } from '../../../../src/model/index.ts';

const commit = 'a1'.repeat(20);
const long = 'b2'.repeat(32);
const sum = `sha256:${'c3'.repeat(32)}`;

describe('sourceOf', () => {
  it.each<[string, string, 'git' | 'http', string, string | null]>([
    ['https://example.com/a.git', '', 'git', 'example.com/a.git', null],
    [`https://example.com/a.git#${commit}`, '', 'git', `example.com/a.git#${commit}`, commit],
    [`https://example.com/a.git#${commit}:sub`, '', 'git', `example.com/a.git#${commit}:sub`, commit],
    [`https://example.com/a.git#${long}`, '', 'git', `example.com/a.git#${long}`, long],
    [`https://example.com/a.git?checksum=${commit}#main`, '', 'git', 'example.com/a.git#main', commit],
    [`https://example.com/a.git?commit=${commit}`, '', 'git', 'example.com/a.git', commit],
    ['https://example.com/a.git#main', commit, 'git', 'example.com/a.git#main', commit],
    ['git@example.com:a/b#main', commit, 'git', 'example.com/a/b#main', commit],
    [`ssh://git@example.com/a?ref=${commit}`, '', 'git', `example.com/a#${commit}`, commit],
    [`git://example.com/a#${commit}`, '', 'git', `example.com/a#${commit}`, commit],
    [`HTTPS://example.com/a.git#${commit}`, '', 'git', `HTTPS://example.com/a.git#${commit}`, null],
    ['https://me:secret@example.com/a.git#main', '', 'git', 'example.com/a.git#main', null],
    ['https://example.com/a%2egit#main', '', 'git', 'example.com/a.git#main', null],
    ['https://example.com/a.tgz', sum, 'http', 'https://example.com/a.tgz', sum],
    ['http://example.com/a.tgz', '', 'http', 'http://example.com/a.tgz', null],
    ['https://me:secret@example.com/a?token=x#y', sum, 'http', 'https://example.com/a', sum],
  ])('reads %s with the checksum "%s"', (url, checksum, kind, name, pin) => {
    expect(sourceOf(url, checksum)).toEqual({ kind, name, pin });
  });

  it.each([
    ['a part of a commit', `https://example.com/a.git#${commit.slice(0, 12)}`, ''],
    ['one digit too few', `https://example.com/a.git#${commit.slice(1)}`, ''],
    ['one digit too many', `https://example.com/a.git#${commit}0`, ''],
    ['capital letters', `https://example.com/a.git#${commit.toUpperCase()}`, ''],
    ['a branch named beneath a commit', `https://example.com/a.git#${commit}/main`, ''],
    ['a ref that ends in a commit', `https://example.com/a.git#refs/heads/${commit}`, ''],
    ['a tag named like a commit', `https://example.com/a.git?tag=${commit}`, ''],
    ['a part of a checksum', `https://example.com/a.git?checksum=${commit.slice(0, 7)}`, ''],
    ['a part of a checksum in the option', 'https://example.com/a.git', commit.slice(0, 20)],
    ['a checksum of bytes for a repository', 'https://example.com/a.git', sum],
    ['a commit as the folder', `https://example.com/a.git#:${commit}`, ''],
    ['a query that is not known', `https://example.com/a.git?x=1#${commit}`, ''],
    ['a commit for a download', 'https://example.com/a.tgz', commit],
    ['a checksum that is cut off', 'https://example.com/a.tgz', sum.slice(0, -1)],
    ['a weak checksum', 'https://example.com/a.tgz', `md5:${'0'.repeat(32)}`],
    ['a checksum in the address', `https://example.com/a.tgz?checksum=${sum}`, ''],
  ])('does not take %s for what holds it', (_title, url, checksum) => {
    expect(sourceOf(url, checksum)?.pin).toBeNull();
  });

  it.each(['folder/a.git', './https://example.com/a.git', 'C:\\a', 'ftp://example.com/a', 'docker-image://a', ''])(
    'leaves %s alone',
    (text) => {
      expect(sourceOf(text)).toBeNull();
    },
  );
});
