import { describe, expect, it } from 'vitest';
import { scanUnread } from '../../../../src/dockerfile/index.ts';
import { refusalOf, scan, targetOf } from '../scan.ts';

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
          qualified: false,
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
    ['golang', false],
    ['acme/golang', false],
    ['golang:1', true],
    ['example.com/golang', true],
    ['localhost/golang', true],
  ])('tell whether the name %s says itself that it is an image: %s', (name, qualified) => {
    const found = scan(`FROM ${name}\n`, { contexts: { [name]: './folder' } });
    expect(found.replacements).toMatchObject([{ name, qualified }]);
  });

  it.each([
    ['is used by no stage', 'FROM alpine\n', { golang: './folder' }],
    ['stands in for a stage that is not needed', 'FROM golang AS g\nFROM alpine\n', { golang: './folder' }],
    ['is empty', 'FROM golang\n', { golang: 'docker-image://scratch' }],
    ['has the name of the context proper', 'FROM alpine\n', { context: './folder' }],
  ])('are no replacement where one %s', (_, source, contexts) => {
    expect(scan(source, { contexts }).replacements).toEqual([]);
  });

  it.each([
    ['FROM golang\n', 'golang', false],
    ['FROM golang:1\n', 'golang:1', true],
    ['FROM example.com/golang\n', 'example.com/golang', true],
    ['FROM docker.io/library/golang\n', 'docker.io/library/golang', true],
    ['FROM localhost/golang\n', 'localhost/golang', true],
    ['FROM alpine\nCOPY --from=golang:1 / /\n', 'golang:1', true],
  ])(
    'tell of another target in place of an image, and whether the name is surely an image: %j',
    (source, name, certain) => {
      const { replacements } = scan(source, { contexts: { [name]: 'target:other' } });
      expect(replacements).toMatchObject([{ name, value: 'target:other', certain }]);
    },
  );

  it.each([
    'docker-image:busybox',
    'input:golang',
    'service:golang',
    'oci-layout:golang',
    'local:golang',
    'target/golang',
  ])('take %s for a folder, as buildx does', (value) => {
    const { images, replacements } = scan('FROM golang\n', { contexts: { golang: value } });
    expect(images).toEqual([]);
    expect(replacements).toMatchObject([{ name: 'golang', value, certain: true }]);
  });

  it('are found by the name of a registry with an IPv6 address', () => {
    const name = '[::1]:5000/acme/base:1';
    const { images, replacements } = scan(`FROM ${name}\n`, { contexts: { [name]: './folder' } });
    expect(images).toEqual([]);
    expect(replacements).toMatchObject([{ name, image: name, certain: true }]);
  });

  it.each(['[::1]:5000/acme/base:1::linux/amd64', 'golang::linux/amd64'])(
    'of a bake file hold for one platform: %s',
    (name) => {
      const image = name.slice(0, name.lastIndexOf('::'));
      const contexts = [{ name, key: name, value: './folder' }];
      expect(scan(`FROM ${image}\n`, { contexts }).replacements).toMatchObject([{ name, certain: true }]);
      expect(scan(`FROM ${image}\n`, { contexts, platforms: ['linux/arm64'] }).replacements).toEqual([]);
    },
  );

  it.each(['golang:latest', 'docker.io/library/golang', 'index.docker.io/library/golang'])(
    'of a bake file are found by the short name alone: nothing asks for %s',
    (name) => {
      const { images, replacements } = scan(`FROM ${name}\n`, { contexts: [{ name, key: name, value: './folder' }] });
      expect(images).toMatchObject([{ name: 'docker.io/library/golang:latest' }]);
      expect(replacements).toEqual([]);
    },
  );

  it('are each one that may be asked for where another frontend reads the Dockerfile', () => {
    const contexts = {
      'golang:1': './folder',
      'example.com/a': 'target:other',
      'example.com/b': 'oci-layout://layout',
      assets: './folder',
      alpine: 'docker-image://busybox',
      nothing: 'docker-image://scratch',
    };
    const { unknown, replacements } = scan('# syntax=example.com/frontend:1\nFROM golang:1\n', { contexts });
    expect(unknown).toEqual([{ reason: 'custom-frontend', line: 1 }]);
    const uses = [{ kind: 'context', target: 'default', stage: null, file: null, line: null, column: null }];
    expect(replacements.map(({ name, certain }) => [name, certain])).toEqual([
      ['assets', false],
      ['example.com/a', true],
      ['example.com/b', true],
      ['golang:1', true],
    ]);
    expect(replacements[0]?.uses).toEqual(uses);
    const [only, ...others] = scanUnread(targetOf({ contexts }), 'stdin-context', 'linux/amd64').replacements;
    expect({ only, others }).toEqual({ only: replacements[0], others: replacements.slice(1) });
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
