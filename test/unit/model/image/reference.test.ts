import { describe, expect, it } from 'vitest';
import {
  atDigest,
  canonicalName,
  normalisedRegistry,
  normalisedRepository,
  parseCanonicalName,
  parseDigest,
  parseReference,
  VerifyError,
} from '../../../../src/model/index.ts';

const digest = `sha256:${'a'.repeat(64)}`;

describe('parseCanonicalName', () => {
  it.each([
    ['golang', 'docker.io/library/golang:latest'],
    ['golang:1.22', 'docker.io/library/golang:1.22'],
    ['library/alpine', 'docker.io/library/alpine:latest'],
    ['index.docker.io/library/busybox', 'docker.io/library/busybox:latest'],
    ['index.docker.io/busybox', 'docker.io/library/busybox:latest'],
    ['docker.io/debian', 'docker.io/library/debian:latest'],
    ['localhost/foo', 'localhost/foo:latest'],
    ['localhost:5000/foo:1', 'localhost:5000/foo:1'],
    ['LOCALHOST:5077/foo', 'LOCALHOST:5077/foo:latest'],
    ['[::1]:5000/a/b', '[::1]:5000/a/b:latest'],
    ['ghcr.io/astral-sh/uv:0.4', 'ghcr.io/astral-sh/uv:0.4'],
    [`alpine@${digest}`, `docker.io/library/alpine@${digest}`],
    [`alpine:3@${digest}`, `docker.io/library/alpine:3@${digest}`],
    ['a__b/c-d.e', 'docker.io/a__b/c-d.e:latest'],
  ])('spells %s as BuildKit does', (text, expected) => {
    expect(parseCanonicalName(text)).toBe(expected);
  });

  it.each([
    '',
    'alpine:',
    ':tag',
    'Alpine',
    'a//b',
    '-a',
    'a..b',
    'alpine@sha256:abc',
    'alpine@',
    `alpine@sha256:${'A'.repeat(64)}`,
    'a'.repeat(64).replace(/./g, 'f'),
    `alpine:${'t'.repeat(129)}`,
    `${'r/'.repeat(130)}x`,
    'ex ample/x',
    'host:port/x',
    'alpine:3 .20',
    'alpine\n',
  ])('refuses %j', (text) => {
    expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: 'reference.invalid' }));
  });

  it('gives back what it printed', () => {
    for (const name of ['docker.io/library/golang:1.22', `ghcr.io/a/b:c@${digest}`]) {
      expect(canonicalName(parseReference(name))).toBe(name);
    }
  });
});

describe('atDigest', () => {
  it('drops the tag', () => {
    expect(atDigest(parseReference('golang:1.22'), parseDigest(digest))).toBe(`docker.io/library/golang@${digest}`);
  });
});

describe('normalisedRegistry', () => {
  it.each([
    ['docker.io', 'docker.io'],
    ['index.docker.io', 'docker.io'],
    ['registry-1.docker.io', 'docker.io'],
    ['DOCKER.IO', 'docker.io'],
    ['Docker.io:443', 'docker.io'],
    ['ghcr.io:443', 'ghcr.io'],
    ['GHCR.io', 'ghcr.io'],
    ['ghcr.io.', 'ghcr.io'],
    ['ghcr.io:5000', 'ghcr.io:5000'],
    ['LOCALHOST:5077', 'localhost:5077'],
  ])('folds %s into %s', (registry, expected) => {
    expect(normalisedRegistry(registry)).toBe(expected);
  });

  it('keeps another host that only looks like the Hub apart', () => {
    expect(normalisedRegistry('docker.io.example.com')).not.toBe('docker.io');
    expect(normalisedRepository(parseReference('docker.io.example.com/library/golang'))).toBe(
      'docker.io.example.com/library/golang',
    );
  });
});

it('says how to write what a builder names as a source', () => {
  const hintOf = (text: string): unknown => {
    try {
      return parseReference(text);
    } catch (error) {
      return error instanceof VerifyError ? error.hint : error;
    }
  };
  expect(hintOf('docker-image://alpine:3')).toBe('write alpine:3, without docker-image://');
  expect(hintOf('Alpine:3')).toContain('in lower case');
});
