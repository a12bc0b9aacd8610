import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imagePatternsOf } from '../../../../src/policy/convert/kyverno-pattern.ts';
import {
  matchableName,
  matchesImage,
  parseImagePattern,
} from '../../../../src/policy/language/patterns/image-pattern.ts';
import { kyvernoNames, wildcardMatches } from './sources/kyverno.ts';

const digest = `sha256:${'0a'.repeat(32)}`;

function covers(patterns: readonly string[], name: string): boolean {
  return patterns.some((text) => {
    const pattern = parseImagePattern(text);
    if (!pattern.ok) throw new Error(`${text}: ${pattern.reason}`);
    return matchesImage(pattern.value, matchableName(name, null));
  });
}

const hosts = [
  'docker.io',
  'ghcr.io',
  'localhost',
  'localhost:5000',
  'registry.example.com',
  'registry.example.com:5000',
];
const paths = ['nginx', 'library/nginx', 'nginxinc/x', 'acme/app', 'acme/team-a/app', 'a', 'x/prod/y'];
const ends = ['', ':1', ':v2', ':latest', `@${digest}`];
const names = hosts.flatMap((host) =>
  paths.flatMap((path) => {
    const full = host === 'docker.io' && !path.includes('/') ? `docker.io/library/${path}` : `${host}/${path}`;
    return ends.map((end) => `${full}${end}`);
  }),
);
const name = fc.constantFrom(...names);
/** A name with runs of it taken for wildcards: patterns that cover something. */
const covering = fc
  .tuple(name, fc.array(fc.tuple(fc.nat(80), fc.nat(12), fc.constantFrom('*', '*', '?', '**')), { maxLength: 4 }))
  .map(([text, holes]) =>
    holes.reduce((pattern, [at, length, wildcard]) => {
      const from = Math.min(at, pattern.length);
      const run = wildcard === '?' ? 1 : length;
      return `${pattern.slice(0, from)}${wildcard}${pattern.slice(from + run)}`;
    }, kyvernoNames(text).at(-1) ?? ''),
  );
const piece = fc.constantFrom(...hosts, ...paths, ...ends, '*', '*', '?', '/', ':', '.', '@sha256:*');
const random = fc.array(piece, { minLength: 1, maxLength: 5 }).map((pieces) => pieces.join(''));

describe("Kyverno's patterns", () => {
  it('become patterns that cover all that they cover', { timeout: 60_000 }, () => {
    let covered = 0;
    fc.assert(
      fc.property(fc.oneof(covering, random), (pattern) => {
        const ours = imagePatternsOf(pattern);
        for (const one of names.filter((text) => kyvernoNames(text).some((seen) => wildcardMatches(pattern, seen)))) {
          covered += 1;
          expect(covers(ours, one), `${pattern} covers ${one}: ${ours.join(' ')}`).toBe(true);
        }
      }),
      { numRuns: 1_500, seed: 20_261_128 },
    );
    expect(covered).toBeGreaterThan(4_000);
  });
});
