import { describe, expect, it } from 'vitest';
import { scanDockerfile, scanUnread } from '../../../src/dockerfile/index.ts';
import type { BuildTarget, FetchedSource } from '../../../src/model/index.ts';
import { type Options, scan, targetOf } from './scan.ts';

const commit = 'a1'.repeat(20);
const sum = `sha256:${'c3'.repeat(32)}`;

/** Kind, name and pin of each source, with where it is asked for. */
function linesOf(sources: readonly FetchedSource[] = []): readonly string[] {
  return sources.map(({ kind, name, pin, uses }) => {
    const places = uses.map((use) => `${use.kind} ${use.stage ?? '-'} ${use.line ?? '-'}:${use.column ?? '-'}`);
    return `${kind} ${name} ${pin ?? '-'} (${places.join(', ')})`;
  });
}

const sources = (dockerfile: string, options: Options = {}): readonly string[] =>
  linesOf(scan(dockerfile, options).sources);

describe('the repositories and downloads of a Dockerfile', () => {
  it('are what ADD names, each at its place', () => {
    const dockerfile = [
      'FROM scratch AS one',
      `ADD --checksum=${sum} https://example.com/a.tgz /`,
      `ADD https://example.com/b.tgz \\`,
      `    git@example.com:c.git#main https://example.com/d.git?checksum=${commit} /x/`,
      'ADD ["https://example.com/e f", "/"]',
      'ADD --keep-git-dir --link https://example.com/g.git#v1:sub /g',
    ].join('\n');
    expect(sources(dockerfile)).toEqual([
      `http https://example.com/a.tgz ${sum} (add one 2:88)`,
      'http https://example.com/b.tgz - (add one 3:5)',
      'git example.com/c.git#main - (add one 4:5)',
      `git example.com/d.git ${commit} (add one 4:32)`,
      'http https://example.com/e f - (add one 5:7)',
      'git example.com/g.git#v1:sub - (add one 6:27)',
    ]);
  });

  it('are not paths, heredocs, what COPY names, nor what no stage needs', () => {
    const dockerfile = [
      'FROM scratch AS unused',
      'ADD https://example.com/unused /',
      'FROM scratch',
      'ADD a.git github.com/moby/buildkit file:///x /x/',
      'ADD <<EOF /y',
      'https://example.com/text',
      'EOF',
      'COPY b.git /z',
    ].join('\n');
    expect(sources(dockerfile)).toEqual([]);
  });

  it('are those of every stage that is needed', () => {
    const dockerfile =
      'FROM scratch AS a\nADD https://example.com/a /\nFROM scratch AS b\nADD https://example.com/b /\nFROM scratch\nCOPY --from=a / /\nRUN --mount=from=b,target=/b true\n';
    expect(sources(dockerfile)).toHaveLength(2);
    expect(sources(dockerfile, { stage: 'a' })).toHaveLength(1);
  });

  it('have their arguments filled in, as of the stage', () => {
    const dockerfile = [
      'ARG HOST=example.com',
      'FROM scratch',
      'ARG HOST',
      'ARG SUM',
      `ENV REF=${commit}`,
      'ADD https://${HOST}/a.git#$REF /',
      'ADD --checksum=$SUM https://${HOST:-x}/b /',
    ].join('\n');
    expect(sources(dockerfile)).toEqual([
      `git example.com/a.git#${commit} ${commit} (add 0 6:5)`,
      'http https://example.com/b - (add 0 7:21)',
    ]);
    expect(sources(dockerfile, { arguments: { SUM: sum, HOST: 'other.example' } })).toEqual([
      `git other.example/a.git#${commit} ${commit} (add 0 6:5)`,
      `http https://other.example/b ${sum} (add 0 7:21)`,
    ]);
  });

  it('are never held by what the base image might set otherwise', () => {
    const dockerfile = [
      'FROM busybox',
      'ADD https://example.com/a.git#$REF /',
      `ADD --checksum=\${SUM:-${sum}} https://example.com/b /`,
      `ADD --checksum=${sum} https://example.com/$FILE /`,
      `ADD https://example.com/\${X}c.git#${commit} /`,
      `ADD --checksum=${commit} https://example.com/\${X}d.git /`,
    ].join('\n');
    expect(sources(dockerfile)).toEqual([
      'git example.com/a.git - (add 0 2:5)',
      expect.stringContaining('http https://example.com/b - '),
      expect.stringContaining(`http https://example.com/ ${sum} `),
      expect.stringContaining(`git example.com/c.git#${commit} - `),
      expect.stringContaining(`git example.com/d.git ${commit} `),
    ]);
  });

  it('are what a default names where the base image might set the variable', () => {
    const dockerfile = [
      'FROM busybox',
      'ADD ${URL:-https://example.com/a} /',
      'ADD ${URL-https://example.com/b.git} /',
      'ADD "${URL:+https://example.com/c}" ["x"] /',
      'ADD ${DIR:-dir}/d /',
      `ADD --checksum=\${SUM:+${commit}} https://example.com/\${X}e.git#${commit} /`,
      `ADD --checksum=\${SUM:-${commit}} https://example.com/\${X}f.git#${commit} /`,
    ].join('\n');
    expect(sources(dockerfile)).toEqual([
      'http https://example.com/a - (add 0 2:5)',
      'git example.com/b.git - (add 0 3:5)',
      'http https://example.com/c - (add 0 4:5)',
      expect.stringContaining(`git example.com/e.git#${commit} - `),
      expect.stringContaining(`git example.com/f.git#${commit} - `),
    ]);
    const set = dockerfile.replace('busybox', 'busybox\nENV URL=dir');
    expect(sources(set).filter((line) => / https:\S+\/[ab]/.test(line))).toEqual([]);
  });

  it('are what ONBUILD puts off, in a base image and in a stage', () => {
    const dockerfile =
      'FROM scratch AS base\nONBUILD ADD https://example.com/a /\nFROM base\nFROM base AS end\nFROM other\n';
    expect(sources(dockerfile)).toEqual([]);
    expect(sources(dockerfile, { stage: 'end' })).toEqual(['http https://example.com/a - (onbuild end 2:1)']);
    const onbuild = { 'docker.io/library/other:latest': ['ADD https://example.com/b.git /'] };
    expect(sources(dockerfile, { onbuild })).toEqual(['git example.com/b.git - (onbuild 3 5:6)']);
  });

  it('are the named contexts that are used, and the same once for several platforms', () => {
    const contexts = {
      used: 'https://example.com/used.git#main',
      unused: 'https://example.com/unused.git',
      page: 'https://example.com/page',
      folder: './folder',
    };
    const dockerfile =
      'FROM scratch\nCOPY --from=used / /\nRUN --mount=from=page,target=/p true\nCOPY --from=folder / /\n';
    expect(sources(dockerfile, { contexts, platforms: ['linux/amd64', 'linux/arm64'] })).toEqual([
      'git example.com/used.git#main - (context - -:-)',
      'http https://example.com/page - (context - -:-)',
    ]);
  });

  it('are every remote context where a custom frontend reads the file', () => {
    const contexts = { any: 'https://example.com/any.git#main' };
    expect(sources('# syntax=acme/frontend\nanything\n', { contexts })).toEqual([
      'git example.com/any.git#main - (context - -:-)',
    ]);
  });

  it('are the context itself and the Dockerfile, whether or not they could be read', () => {
    const target: BuildTarget = {
      ...targetOf(),
      context: { kind: 'git', url: `https://me:secret@example.com/a.git#${commit}` },
      dockerfile: { kind: 'remote', url: 'https://example.com/Dockerfile' },
    };
    const expected = [
      `git example.com/a.git#${commit} ${commit} (context - -:-)`,
      'http https://example.com/Dockerfile - (dockerfile - -:-)',
    ];
    expect(linesOf(scanUnread(target, 'remote-context', 'linux/amd64').sources)).toEqual(expected);
    const source = new TextEncoder().encode('FROM scratch\n');
    const read = scanDockerfile({ target, source, file: 'Dockerfile', defaultPlatform: 'linux/amd64' });
    expect(linesOf(read.sources)).toEqual(expected);
  });
});
