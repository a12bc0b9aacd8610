import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { archiveForm } from '../../../src/context/index.ts';
import { paxRecord, tar, tarEntry } from './tar.ts';

const file = { name: 'Dockerfile', body: 'FROM scratch\n' };
const attributes = { name: 'PaxHeader', kind: 'x', body: paxRecord('mtime', '1.5') };

describe('archiveForm', () => {
  it.each([
    ['gzip', gzipSync('x'), 'gzip'],
    ['bzip2', Buffer.from('BZh9'), 'bzip2'],
    ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), 'xz'],
    ['a plain archive', tar(file), 'plain'],
    ['an archive of the oldest form', tar({ ...file, old: true }), 'plain'],
    [
      'what git archive makes',
      tar({ name: 'pax_global_header', kind: 'g', body: paxRecord('comment', 'c'.repeat(40)) }, file),
      'plain',
    ],
    ['attributes without content, then an entry', tar({ ...attributes, body: '' }, file), 'plain'],
    ['a header alone', tarEntry({ name: 'x', kind: '5' }), 'plain'],
  ] as const)('knows %s', (_, head, expected) => expect(archiveForm(Buffer.from(head))).toBe(expected));

  it.each([
    ['a Dockerfile', Buffer.from('FROM scratch\n')],
    ['nothing', Buffer.alloc(0)],
    ['zeroes', Buffer.alloc(2048)],
    ['zstd, which buildx does not know', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0])],
    ['gzip of another method', Buffer.from([0x1f, 0x8b, 0x07])],
    ['a wrong checksum', tar({ ...file, checksum: 1 })],
    [
      'a mark without a header',
      Buffer.concat([Buffer.from('FROM scratch\n#'.padEnd(257, ' ')), Buffer.from('ustar\0')]),
    ],
    ['half a header', tar(file).subarray(0, 511)],
    ['attributes that push the entry out of what buildx looks at', tar(attributes, file)],
    ['a long name that does so', tar({ name: '././@LongLink', kind: 'L', body: 'a/'.repeat(60) }, file)],
  ])('takes %s for a Dockerfile, as buildx does', (_, head) => expect(archiveForm(head)).toBe(null));
});
