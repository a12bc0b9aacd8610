import { describe, expect, it } from 'vitest';
import { scan } from '../scan.ts';

describe('the frontend', () => {
  it.each([
    ['# syntax=docker/dockerfile:1\nFROM alpine\n', 1, 10],
    ['#syntax =docker/dockerfile:1\nFROM alpine\n', 1, 10],
    ['# escape=`\n# SYNTAX= docker/dockerfile:1 more\nFROM alpine\n', 2, 11],
    ['#!/usr/bin/env x\n# syntax=docker/dockerfile:1\nFROM alpine\n', 2, 10],
  ])('is listed beside the images where it is Docker’s own: %j', (source, line, column) => {
    const result = scan(source);
    expect(result.unknown).toEqual([]);
    expect(result.images).toMatchObject([
      {
        name: 'docker.io/docker/dockerfile:1',
        written: 'docker/dockerfile:1',
        uses: [{ kind: 'frontend', stage: null, line, column }],
      },
      { name: 'docker.io/library/alpine:latest' },
    ]);
  });

  it.each([
    ['of somebody else', '# syntax=my/front\nFROM alpine\n', 'docker.io/my/front:latest', 1],
    [
      'with a registry of its own',
      '# syntax=example.com/docker/dockerfile\nFROM alpine\n',
      'example.com/docker/dockerfile:latest',
      1,
    ],
    [
      'that looks like Docker’s',
      '# syntax=docker/dockerfile-evil\nFROM alpine\n',
      'docker.io/docker/dockerfile-evil:latest',
      1,
    ],
    ['after two slashes', '// syntax=docker/dockerfile:1\n{}\n', 'docker.io/docker/dockerfile:1', 1],
    ['in JSON', '\n{"syntax": "my/front"}\n', 'docker.io/my/front:latest', 1],
  ])('%s leaves the rest unknown', (_, source, name, line) => {
    const result = scan(source);
    expect(result.images.map((image) => image.name)).toEqual([name]);
    expect(result.unknown).toEqual([{ reason: 'custom-frontend', line }]);
  });

  it('comes from BUILDKIT_SYNTAX before the directive, without a place in the file', () => {
    const source = '# syntax=docker/dockerfile:1\nFROM alpine\n';
    const result = scan(source, { arguments: { BUILDKIT_SYNTAX: 'my/front:2 x' } });
    expect(result.images).toMatchObject([
      { name: 'docker.io/my/front:2', uses: [{ kind: 'frontend', file: null, line: null }] },
    ]);
    expect(result.unknown).toEqual([{ reason: 'custom-frontend', line: null }]);
  });

  it.each([undefined, 'v0.30.0', 'v0.31.0-rc1', '0.100'])(
    'is the one built in where BUILDKIT_SYNTAX says dockerfile.v0 to BuildKit %s',
    (buildkit) => {
      const source = '# syntax=my/front\nFROM alpine\n';
      const result = scan(source, {
        arguments: { BUILDKIT_SYNTAX: 'dockerfile.v0' },
        ...(buildkit === undefined ? {} : { buildkit }),
      });
      expect(result.images.map(({ name }) => name)).toEqual(['docker.io/library/alpine:latest']);
    },
  );

  it.each<readonly [string, Parameters<typeof scan>[1]]>([
    ['FROM alpine\n', { arguments: { BUILDKIT_SYNTAX: 'dockerfile.v0' }, buildkit: 'v0.29.3' }],
    ['# syntax=dockerfile.v0\nFROM alpine\n', {}],
    ['# syntax=dockerfile.v0\nFROM alpine\n', { buildkit: 'v0.30.0' }],
  ])('is an image of that name for an older BuildKit, and in a directive: %j %j', (source, options) => {
    const result = scan(source, options);
    expect(result.images.map(({ name }) => name)).toEqual(['docker.io/library/dockerfile.v0:latest']);
    expect(result.unknown).toMatchObject([{ reason: 'custom-frontend' }]);
  });

  it('is not asked for where a comment or an instruction stands before the directive', () => {
    expect(scan('# note\n# syntax=my/front\nFROM alpine\n').unknown).toEqual([]);
    expect(scan('FROM alpine\n# syntax=my/front\n').unknown).toEqual([]);
  });

  it('may know flags that we do not, unlike the one built in', () => {
    const source = 'FROM alpine\nCOPY --new=1 --from=nginx / /\nRUN --mount=from=busybox,new=1,target=/m true\n';
    const { images } = scan(`# syntax=docker/dockerfile:1\n${source}`);
    expect(images.map(({ name }) => name)).toEqual([
      'docker.io/docker/dockerfile:1',
      'docker.io/library/alpine:latest',
      'docker.io/library/busybox:latest',
      'docker.io/library/nginx:latest',
    ]);
    expect(() => scan(source)).toThrow('unknown flag: --new');
  });

  it('follows a named context', () => {
    const contexts = { 'docker/dockerfile:1': 'docker-image://my/front' };
    const result = scan('# syntax=docker/dockerfile:1\nFROM alpine\n', { contexts });
    expect(result.images.map(({ name }) => name)).toEqual(['docker.io/my/front:latest']);
    expect(result.unknown).toHaveLength(1);
  });

  it('is a replacement where a folder stands in for it', () => {
    const contexts = { 'docker/dockerfile:1': './folder' };
    const result = scan('# syntax=docker/dockerfile:1\nFROM alpine\n', { contexts });
    expect(result.images).toEqual([]);
    expect(result.replacements).toMatchObject([{ image: 'docker.io/docker/dockerfile:1', certain: true }]);
  });
});
