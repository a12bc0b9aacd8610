import { describe, expect, it } from 'vitest';
import { nameRemarks } from '../../../src/policy/index.ts';
import { image } from './support/evidence.ts';

const codes = (name: string, trusted: readonly string[] = []) =>
  nameRemarks(name, new Set(trusted)).map(({ code }) => code);

describe('a name', () => {
  it.each([
    ['alpine', ['image.latest']],
    ['alpine:latest', ['image.latest']],
    ['alpine:3.20', ['image.mutable-tag']],
    [`alpine:3.20@${image}`, []],
    [`alpine@${image}`, []],
  ])('without a digest is worth a note: %s', (name, expected) => {
    expect(codes(name)).toEqual(expected);
  });

  it.each([
    'ngnix',
    'ngimx',
    'pyhton',
    'alpne',
    'postgress',
    'acme/ngnix',
    'n0de',
    'eclipsetemurin',
    'ghcr.lo/acme/app',
    'd0cker.io/library/alpine',
    'guay.io/x/y',
  ])('that looks like a well-known one is worth a warning: %s', (name) => {
    expect(codes(`${name}@${image}`)).toEqual(['image.imitates']);
  });

  it.each([
    'nginx',
    'acme/nginx',
    'bitnami/nginx',
    'go',
    'acme/app',
    'cgr.dev/chainguard/node',
    'gcr.io/distroless/nodejs',
    'ghcr.io/acme/alpine',
    'localhost:5000/a',
    'moby/buildkit',
  ])('that looks like itself is not: %s', (name) => {
    expect(codes(`${name}@${image}`)).toEqual([]);
  });

  it('that a policy names imitates nobody', () => {
    expect(codes(`acme/nodes@${image}`)).toEqual(['image.imitates']);
    expect(codes(`acme/nodes@${image}`, ['docker.io/acme/nodes'])).toEqual([]);
  });
});
