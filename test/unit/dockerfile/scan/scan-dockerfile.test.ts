import { describe, expect, it } from 'vitest';
import { scanDockerfile } from '../../../../src/dockerfile/index.ts';
import { namesOf, refusalOf, scan, targetOf, usesOf } from '../scan.ts';

describe('scanDockerfile', () => {
  it('lists an image with everything that the contract says of it', () => {
    const source = '# syntax=docker/dockerfile:1\nARG V=1.22\nFROM golang:${V} AS build\nRUN true\n';
    expect(scan(source).images.at(-1)).toEqual({
      name: 'docker.io/library/golang:1.22',
      written: 'golang:${V}',
      platforms: ['linux/amd64'],
      uses: [{ kind: 'from', target: 'default', stage: 'build', file: 'Dockerfile', line: 3, column: 6 }],
    });
  });

  it('sorts images by name and lists one that is used twice once, with both places', () => {
    const source = 'FROM busybox\nFROM alpine\nCOPY --from=busybox:latest / /\nCOPY --from=0 / /\n';
    expect(namesOf(scan(source))).toEqual(['docker.io/library/alpine:latest', 'docker.io/library/busybox:latest']);
    expect(usesOf(source, 'docker.io/library/busybox:latest')).toEqual([
      { kind: 'from', stage: '0', line: 1, column: 6 },
      { kind: 'copy', stage: '1', line: 3, column: 13 },
    ]);
    expect(scan(source).images[1]?.written).toBe('busybox');
  });

  it.each([
    ['behind a flag', 'FROM --platform=linux/amd64 alpine AS x\n', 1, 29],
    ['behind a continuation', 'FROM \\\n# note\n   alpine\n', 3, 4],
    ['split over two lines', 'FROM al\\\npine\n', 1, 6],
    ['after indentation', '  FROM\talpine\n', 1, 8],
    ['within quotes', 'FROM "alpine"\n', 1, 6],
    ['where the keyword holds the name', 'ARG F=alpine\n\nfrom $F\n', 3, 6],
    ['after a byte order mark', '\ufeffFROM alpine\n', 1, 6],
    ['with a backtick as the escape', '# escape=`\nFROM `\n alpine\n', 3, 2],
    ['with carriage returns', '# x\r\nFROM \\\r\n alpine\r\n', 3, 2],
  ])('finds the place of a base %s', (_, source, line, column) => {
    expect(usesOf(source, 'docker.io/library/alpine:latest')).toEqual([
      { kind: 'from', stage: expect.any(String), line, column },
    ]);
  });

  it.each([
    ['in a flag', 'FROM scratch\nCOPY --link --from=nginx / /\n', 'copy', 2, 20],
    ['in a quoted flag', 'FROM scratch\nCOPY --from="nginx" / /\n', 'copy', 2, 14],
    ['on a later line', 'FROM scratch\nCOPY --link \\\n  --from=nginx / /\n', 'copy', 3, 10],
    ['beside a heredoc', 'FROM scratch\nCOPY --from=nginx /a <<A /b/\nA\n', 'copy', 2, 13],
    ['in a mount', 'FROM scratch\nRUN --mount=type=bind,from=nginx,target=/m true\n', 'mount', 2, 28],
    [
      'in the second mount',
      'FROM scratch\nRUN --mount=type=cache,target=/nginx \\\n --mount=from=nginx,target=/m true\n',
      'mount',
      3,
      15,
    ],
    ['in a quoted mount', 'FROM scratch\nRUN --mount="from=nginx,target=/m" true\n', 'mount', 2, 19],
  ])('finds the place of a source %s', (_, source, kind, line, column) => {
    expect(usesOf(source, 'docker.io/library/nginx:latest')).toEqual([{ kind, stage: '0', line, column }]);
  });

  it('keeps a stage as it was written, and gives the number of one without a name', () => {
    const source = 'FROM alpine AS Build\nFROM busybox\nCOPY --from=build / /\n';
    expect(usesOf(source, 'docker.io/library/alpine:latest')).toMatchObject([{ stage: 'Build' }]);
    expect(usesOf(source, 'docker.io/library/busybox:latest')).toMatchObject([{ stage: '1' }]);
  });

  it('names the target that it was asked about, and hands cache imports on', () => {
    const cacheImports = [{ type: 'registry', ref: 'example.com/cache' }];
    const target = { ...targetOf(), name: 'web', cacheImports };
    const source = new TextEncoder().encode('FROM alpine\n');
    const result = scanDockerfile({ target, source, file: 'web/Dockerfile', defaultPlatform: 'linux/amd64' });
    expect(result.cacheImports).toEqual(cacheImports);
    expect(result.images[0]?.uses[0]).toMatchObject({ target: 'web', file: 'web/Dockerfile' });
  });
});

describe('platforms', () => {
  const source = 'FROM --platform=$BUILDPLATFORM golang AS b\nFROM alpine\nCOPY --from=b / /\nCOPY --from=nginx / /\n';

  it('lists each image for the platforms that it is pulled for', () => {
    const { images } = scan(source, { platforms: ['linux/arm64', 'linux/arm/v7'], defaultPlatform: 'linux/amd64' });
    expect(Object.fromEntries(images.map(({ name, platforms }) => [name, platforms]))).toEqual({
      'docker.io/library/alpine:latest': ['linux/arm/v7', 'linux/arm64'],
      'docker.io/library/golang:latest': ['linux/amd64'],
      'docker.io/library/nginx:latest': ['linux/arm/v7', 'linux/arm64'],
    });
  });

  it('takes the builder’s own platform where none is asked for', () => {
    const { images } = scan('FROM r/$TARGETARCH\n', { defaultPlatform: 'linux/arm64' });
    expect(images).toMatchObject([{ name: 'docker.io/r/arm64:latest', platforms: ['linux/arm64'] }]);
  });

  it('merges what the platforms make of one FROM', () => {
    const names = namesOf(scan('FROM r/$TARGETARCH\n', { platforms: ['linux/amd64', 'linux/arm64'] }));
    expect(names).toEqual(['docker.io/r/amd64:latest', 'docker.io/r/arm64:latest']);
  });

  it('refuses a platform that is none, with its place', () => {
    expect(refusalOf('FROM --platform=foo alpine\n')).toMatch(/^Dockerfile:1:1 failed to parse platform foo/);
    expect(refusalOf('FROM alpine\n', { platforms: ['foo'] })).toMatch(/failed to parse platform foo/);
  });
});

describe('build arguments', () => {
  it('count as not given where they have no value', () => {
    expect(namesOf(scan('ARG V=1\nFROM r:$V\n', { arguments: { V: null } }))).toEqual(['docker.io/library/r:1']);
  });

  it('are not looked up in the prototype', () => {
    expect(namesOf(scan('ARG constructor\nFROM r:${constructor:-x}\n'))).toEqual(['docker.io/library/r:x']);
  });
});

describe('the SBOM generator', () => {
  it('is an image of the build, for the builder’s platform', () => {
    const { images } = scan('FROM scratch\n', { sbomGenerator: 'docker/scanner:1', platforms: ['linux/arm64'] });
    expect(images).toEqual([
      {
        name: 'docker.io/docker/scanner:1',
        written: 'docker/scanner:1',
        platforms: ['linux/amd64'],
        uses: [{ kind: 'sbom-generator', target: 'default', stage: null, file: null, line: null, column: null }],
      },
    ]);
  });
});
