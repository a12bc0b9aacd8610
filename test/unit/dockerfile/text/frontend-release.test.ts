import { describe, expect, it } from 'vitest';
import { refusalOf, scan } from '../scan.ts';

const lines = {
  parents: 'COPY --parents a /b',
  exclude: 'COPY --exclude=a b /c',
  security: 'RUN --security=insecure true',
  device: 'RUN --device=a true',
};
type Flag = keyof typeof lines;

function isRefused(flag: Flag, head: string, buildkit?: string): boolean {
  const source = `${head}FROM alpine\n${lines[flag]}\n`;
  const options = buildkit === undefined ? {} : { buildkit };
  try {
    scan(source, options);
    return false;
  } catch {
    return true;
  }
}

function refused(head: string, buildkit?: string): readonly Flag[] {
  return (['parents', 'exclude', 'security', 'device'] as const).filter((flag) => isRefused(flag, head, buildkit));
}

describe("flags of the labs channel, read by BuildKit's own frontend", () => {
  it.each<[string, readonly Flag[]]>([
    ['0.20.0', ['parents', 'exclude', 'security', 'device']],
    ['v0.24.1', ['parents', 'exclude', 'security', 'device']],
    ['0.25', ['parents', 'security', 'device']],
    ['v0.26.0-rc1', ['device']],
    ['0.31.2', ['device']],
    // an engine of that version may hold a newer one
    ['0.32', []],
    ['0.33.0', []],
    ['1.0.0', []],
    ['v0.0.0+unknown', []],
    ['', []],
  ])('of %j: %j are refused', (buildkit, flags) => {
    expect(refused('', buildkit)).toEqual(flags);
  });

  it('pass where the builder is unknown', () => {
    expect(refused('')).toEqual([]);
  });
});

describe('flags of the labs channel, read by a frontend that is named', () => {
  it.each<[string, readonly Flag[]]>([
    ['1', []],
    ['latest', []],
    ['1-labs', []],
    ['labs', []],
    ['master-labs', []],
    ['1.4', ['parents', 'exclude', 'security', 'device']],
    ['1.4-labs', ['parents', 'exclude', 'device']],
    ['1.7.1', ['parents', 'exclude', 'security', 'device']],
    ['1.7-labs', ['device']],
    ['1.14.0-labs', []],
    ['1.19', ['parents', 'security', 'device']],
    ['1.20.0-rc1', ['device']],
    ['1.27', []],
    [`1.4@sha256:${'0'.repeat(64)}`, []],
  ])('docker/dockerfile:%s: %j are refused', (tag, flags) => {
    // the builder's own version says nothing then
    expect(refused(`# syntax=docker/dockerfile:${tag}\n`, '0.20.0')).toEqual(flags);
  });
});

describe('what is refused', () => {
  const options = { buildkit: '0.25.0' };

  it('is reported in the words of BuildKit, with the place', () => {
    expect(refusalOf(`FROM a\n${lines.parents}\n`, options)).toContain('2:1 unknown flag: --parents');
    expect(refusalOf(`FROM a\n${lines.device}\n`, options)).toContain(
      '2:1 device feature is only supported in Dockerfile frontend 1.14.0-labs or later',
    );
  });

  it('comes with what has it, where a flag is only too new, and else with the flag that was meant', () => {
    const hinting = (hint: unknown): unknown => expect.objectContaining({ code: 'dockerfile.invalid', hint });
    expect(() => scan(`FROM a\n${lines.parents}\n`, options)).toThrow(
      hinting(expect.stringMatching(/# syntax=docker\/dockerfile:1\.20,.*BuildKit 0\.26/)),
    );
    expect(() => scan('FROM a\nCOPY --parent a /b\n', options)).toThrow(hinting('did you mean --parents?'));
  });

  it('is refused of a stage that is not built as well, but for devices', () => {
    const unused = (line: string): string => `FROM a AS unused\n${line}\nFROM b\n`;
    expect(refusalOf(unused(lines.security), options)).toContain('unknown flag: --security');
    expect(scan(unused(lines.device), options).images.map(({ name }) => name)).toEqual(['docker.io/library/b:latest']);
  });

  it('is refused of what a base puts off, too', () => {
    const onbuild = { 'docker.io/library/a:latest': [lines.parents] };
    expect(refusalOf('FROM a\n', { ...options, onbuild })).toContain('unknown flag: --parents');
    expect(scan('FROM a\n', { onbuild }).images).toHaveLength(1);
  });
});
