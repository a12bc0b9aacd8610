import { describe, expect, it } from 'vitest';
import { refusalOf, scan } from './scan.ts';

describe('named contexts', () => {
  it('list their image as asked for on the command line', () => {
    const result = scan('FROM golang:1 AS b\n', { contexts: { 'golang:1': 'docker-image://busybox' } });
    expect(result.images).toEqual([
      {
        name: 'docker.io/library/busybox:latest',
        written: 'busybox',
        platforms: ['linux/amd64'],
        uses: [{ kind: 'context', target: 'default', stage: 'b', file: null, line: null, column: null }],
      },
    ]);
    expect(result.replacements).toEqual([]);
  });

  it.each(['./folder', '/abs', 'oci-layout://layout', 'https://example.com/x.tar', 'https://github.com/a/b.git'])(
    'tell that %s takes the place of an image',
    (value) => {
      const result = scan('FROM golang AS b\n', { contexts: { golang: value } });
      expect(result.images).toEqual([]);
      expect(result.replacements).toEqual([
        {
          name: 'golang',
          image: 'docker.io/library/golang:latest',
          value,
          certain: true,
          uses: [{ kind: 'from', target: 'default', stage: 'b', file: 'Dockerfile', line: 1, column: 6 }],
        },
      ]);
    },
  );

  it.each([
    ['a plain name in COPY', 'FROM alpine\nCOPY --from=files / /\n', 'files', false],
    ['a plain name in a mount', 'FROM alpine\nRUN --mount=from=files,target=/m true\n', 'files', false],
    ['a name with a tag in COPY', 'FROM alpine\nCOPY --from=files:1 / /\n', 'files:1', true],
    ['a name with a registry in COPY', 'FROM alpine\nCOPY --from=example.com/files / /\n', 'example.com/files', true],
    ['a base', 'FROM files\n', 'files', true],
    ['a stage on an image', 'FROM alpine AS files\nFROM busybox\nCOPY --from=files / /\n', 'files', true],
    ['a stage that others are based on', 'FROM scratch AS files\nFROM files\n', 'files', true],
    ['a stage made to be replaced', 'FROM scratch AS files\nFROM busybox\nCOPY --from=files / /\n', 'files', false],
  ])('tell whether a folder in place of %s is certain to replace an image', (_, source, name, certain) => {
    expect(scan(source, { contexts: { [name]: './folder' } }).replacements).toMatchObject([{ name, certain }]);
  });

  it.each([
    ['is used by nobody', 'FROM alpine\n', { golang: './folder' }],
    ['stands in for a stage that nobody needs', 'FROM golang AS g\nFROM alpine\n', { golang: './folder' }],
    ['is another target of the bake', 'FROM golang\n', { golang: 'target:other' }],
    ['is empty', 'FROM golang\n', { golang: 'docker-image://scratch' }],
    ['has the name of the context proper', 'FROM alpine\n', { context: './folder' }],
  ])('are no replacement where one %s', (_, source, contexts) => {
    expect(scan(source, { contexts }).replacements).toEqual([]);
  });

  it('hold for one platform where their name says so', () => {
    const contexts = { 'golang::linux/arm64': 'docker-image://busybox' };
    const { images } = scan('FROM golang\n', { contexts, platforms: ['linux/amd64', 'linux/arm64'] });
    expect(images).toMatchObject([
      { name: 'docker.io/library/busybox:latest', platforms: ['linux/arm64'] },
      { name: 'docker.io/library/golang:latest', platforms: ['linux/amd64'] },
    ]);
  });

  it('refuse an image that is none', () => {
    expect(refusalOf('FROM golang\n', { contexts: { golang: 'docker-image://a:b:c' } })).toMatch(/invalid image/);
  });
});
