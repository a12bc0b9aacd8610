import { describe, expect, it } from 'vitest';
import { imagePatternsOf } from '../../../../src/policy/convert/kyverno-pattern.ts';
import { patternsMeet } from '../../../../src/policy/convert/pattern-overlap.ts';

const digest = `sha256:${'0a'.repeat(32)}`;

describe("Kyverno's patterns", () => {
  it.each([
    ['*', ['**', 'docker.io/library/**']],
    ['ghcr.io/acme/app:1', ['ghcr.io/acme/app:1']],
    ['ghcr.io/acme/app:v*', ['ghcr.io/acme/app:v*']],
    ['ghcr.io/acme/app:*', ['ghcr.io/acme/app']],
    ['ghcr.io/acme/*', ['ghcr.io/acme/**']],
    ['ghcr.io/acme/app', ['ghcr.io/acme/app']],
    ['registry.example.com/team-?/*', ['registry.example.com/team-**/**']],
    ['registry.example.com:*/prod/*', ['registry.example.com:*/prod/**', 'registry.example.com:*/**/prod/**']],
    ['docker.io/nginx*', ['docker.io/library/nginx**', 'docker.io/nginx*/**']],
    ['localhost:*', ['localhost:*/**']],
    [`ghcr.io/acme/app@${digest}`, ['ghcr.io/acme/app']],
    ['ghcr.io/acme/app@*', ['ghcr.io/acme/app']],
    ['ghcr.io/Acme/app:1', []],
    ['ghcr.io//app:1', []],
    ['{{ request.object.spec }}', ['**', 'docker.io/library/**']],
    [`ghcr.io/${'a'.repeat(600)}*`, ['**']],
  ])('%s becomes %j', (pattern, expected) => {
    expect(imagePatternsOf(pattern)).toEqual(expected);
  });
});

describe('patterns that meet', () => {
  it.each([
    ['**', 'ghcr.io/acme/app', true],
    ['ghcr.io/acme/**', 'ghcr.io/**/app', true],
    ['ghcr.io/acme/**', 'ghcr.io/other/**', false],
    ['ghcr.io/a', 'ghcr.io/a', true],
    ['ghcr.io/a:1', 'ghcr.io/a:2', false],
    ['ghcr.io/a:v*', 'ghcr.io/a:*2', true],
    ['ghcr.io/a:1', 'ghcr.io/a', true],
    ['nginx', 'docker.io/library/*', true],
    ['*.example.com/**', 'registry.example.com:5000/**', true],
    ['a.io/**b', 'a.io/c**', true],
    ['a.io/**b', 'a.io/**c', false],
    ['***', 'a.io/x', true],
  ])('%s and %s: %s', (left, right, expected) => {
    expect(patternsMeet(left, right)).toBe(expected);
    expect(patternsMeet(right, left)).toBe(expected);
  });
});
