import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseChallenges } from '../../../../src/oci/auth/challenge.ts';

const cases: readonly [string, ReturnType<typeof parseChallenges>][] = [
  ['Basic realm="x"', [{ scheme: 'basic', parameters: { realm: 'x' } }]],
  [
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/alpine:pull"',
    [
      {
        scheme: 'bearer',
        parameters: {
          realm: 'https://auth.docker.io/token',
          service: 'registry.docker.io',
          scope: 'repository:library/alpine:pull',
        },
      },
    ],
  ],
  [
    'bearer  REALM = "a,b" , service=x,Basic realm="y"',
    [
      { scheme: 'bearer', parameters: { realm: 'a,b', service: 'x' } },
      { scheme: 'basic', parameters: { realm: 'y' } },
    ],
  ],
  ['Bearer realm="a\\"b"', [{ scheme: 'bearer', parameters: { realm: 'a"b' } }]],
  ['Bearer realm="a",realm="b"', [{ scheme: 'bearer', parameters: { realm: 'a' } }]],
  [
    'Negotiate, Basic realm="x"',
    [
      { scheme: 'negotiate', parameters: {} },
      { scheme: 'basic', parameters: { realm: 'x' } },
    ],
  ],
  ['Bearer realm="unended', [{ scheme: 'bearer', parameters: { realm: '' } }]],
  ['', []],
  ['"', []],
];

describe('challenges of a registry', () => {
  it.each(cases)('are read from %s', (header, expected) => {
    expect(
      parseChallenges(header).map(({ scheme, parameters }) => ({ scheme, parameters: { ...parameters } })),
    ).toEqual(expected);
  });

  it('are read from anything without an error and without end', () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (header) => Array.isArray(parseChallenges(header))));
    const long = `Bearer ${'a="\\'.repeat(20_000)}`;
    const before = performance.now();
    parseChallenges(long);
    expect(performance.now() - before).toBeLessThan(1000);
  });

  it('cannot name a parameter that every object has', () => {
    expect(parseChallenges('Bearer __proto__="x",realm="y"')[0]?.parameters['realm']).toBe('y');
  });
});
