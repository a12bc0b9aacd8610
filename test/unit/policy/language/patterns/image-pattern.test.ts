import { describe, expect, it } from 'vitest';
import {
  matchableName,
  matchesImage,
  parseImagePattern,
} from '../../../../../src/policy/language/patterns/image-pattern.ts';
import { digestOf } from '../../support/evidence.ts';

const digest = digestOf('x');

function matches(pattern: string, name: string, tagDigest: typeof digest | null = null): boolean | string {
  const parsed = parseImagePattern(pattern);
  return parsed.ok ? matchesImage(parsed.value, matchableName(name, tagDigest)) : parsed.reason;
}

describe('a pattern of images', () => {
  it.each([
    ['docker.io/library/golang', 'golang:1.22', true],
    ['docker.io/library/golang', `golang@${digest}`, true],
    ['docker.io/library/golang', 'golang-extra', false],
    ['docker.io/library/*', 'golang', true],
    ['docker.io/library/*', 'acme/golang', false],
    ['docker.io/**', 'acme/golang', true],
    ['docker.io/**', 'ghcr.io/acme/golang', false],
    ['**', 'ghcr.io/acme/golang:1', true],
    ['golang', 'golang:1', true],
    ['golang', 'acme/golang:1', false],
    ['acme/app', 'docker.io/acme/app', true],
    ['acme/*', 'acme/app', true],
    ['library/golang', 'golang', true],
    ['docker.io/golang', 'golang', true],
    ['index.docker.io/library/golang', 'golang', true],
    ['registry-1.docker.io/library/golang', 'golang', true],
    ['DOCKER.IO/library/golang', 'golang', true],
    ['docker.io/library/golang', 'registry-1.docker.io/library/golang', true],
    ['docker.io/library/golang', 'INDEX.docker.io/golang', true],
    ['ghcr.io/acme/app', 'GHCR.IO:443/acme/app', true],
    ['ghcr.io:443/acme/app', 'ghcr.io/acme/app', true],
    ['ghcr.io:8443/acme/app', 'ghcr.io/acme/app', false],
    ['localhost:5000/**', 'localhost:5000/a/b', true],
    ['localhost/**', 'localhost/a', true],
    ['*.example.com/**', 'a.example.com/x', true],
    ['*.example.com/**', 'a.b.example.com/x', true],
    ['*.example.com/**', 'example.com/x', false],
    ['ghcr.io/acme/**', 'ghcr.io.evil.example.com/acme/x', false],
    ['golang:1.22', 'golang:1.22', true],
    ['golang:1.22', 'golang:1.23', false],
    ['golang:latest', 'golang', true],
    ['golang:1.*', 'golang:1.22-alpine', true],
    ['**:latest', 'ghcr.io/acme/app', true],
    ['**:latest', 'ghcr.io/acme/app:1', false],
    ['golang:1.22', `golang@${digest}`, false],
    ['golang:*', `golang@${digest}`, false],
  ])('%s on %s: %s', (pattern, name, expected) => {
    expect(matches(pattern, name)).toBe(expected);
  });

  it('with a tag matches a name with a digest only where the tag resolves to it now', () => {
    const name = `golang:1.22@${digest}`;
    expect(matches('golang:1.22', name, digest)).toBe(true);
    expect(matches('golang:1.22', name, digestOf('y'))).toBe(false);
    expect(matches('golang:1.22', name, null)).toBe(false);
    expect(matches('golang', name, null)).toBe(true);
  });

  it.each([
    '',
    'a b',
    'a@b',
    'a***',
    'a//b',
    'a/',
    'ghcr.io/Acme/app',
    'a?',
    '[a]b!',
    'a:b c',
    'x'.repeat(600),
    'golang:',
  ])('refuses %s', (pattern) => {
    expect(parseImagePattern(pattern)).toEqual({ ok: false, reason: expect.any(String) });
  });
});
