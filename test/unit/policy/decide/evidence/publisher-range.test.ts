import { describe, expect, it } from 'vitest';
import { placeInRange } from '../../../../../src/policy/decide/evidence/publisher-range.ts';
import { digestOf, image, inputOf } from '../../support/evidence.ts';

const place = (tag: string, range: { version?: string; date?: string }, changes: object = {}) =>
  placeInRange(
    { name: 'moby', confidence: 'confirmed', version: null, date: null, ...range },
    inputOf(`docker.io/moby/buildkit${tag}`, [], { image: changes }).image,
  );

describe('the first signed version', () => {
  it.each([
    [':0.27', 'in'],
    [':v0.27.0', 'in'],
    [':0.27.3-rootless', 'in'],
    [':0.26', 'out'],
    [':0.26.9', 'out'],
    [':v0.28', 'in'],
    [':10.2', 'in'],
    [':0.26-alpha', 'out'],
    [':0.27-alpha.1', 'in'],
    [':x1.0', 'unknown'],
    [':1.0', 'in'],
    [':0', 'in'],
    [':1', 'in'],
    [':latest', 'in'],
    [':labs', 'in'],
    [':master', 'in'],
    [':main', 'in'],
    ['', 'in'],
    [':nightly', 'unknown'],
    [':0.26x', 'unknown'],
    [':x0.26', 'unknown'],
    [':0.26-', 'unknown'],
    [':0.26-1', 'unknown'],
    [':0.26.1.2', 'unknown'],
    [':0.26-a_b.c-d', 'out'],
    [':0.1234567', 'unknown'],
  ])('0.27 puts the tag "%s" %s', (tag, expected) => {
    expect(place(tag, { version: '0.27' })).toBe(expected);
  });

  it.each([
    [':1.2.3', 'in'],
    [':1.2.2', 'out'],
    [':1.2.4', 'in'],
    [':1.2.12', 'in'],
    [':1.12.0', 'in'],
    [':1.2', 'in'],
    [':1.1.9', 'out'],
    [':2.0.0', 'in'],
  ])('1.2.3 puts the tag "%s" %s', (tag, expected) => {
    expect(place(tag, { version: '1.2.3' })).toBe(expected);
  });

  it('says nothing by a tag beside a digest, unless the tag is known to mean that digest', () => {
    const written = `:0.26@${image}`;
    expect(place(written, { version: '0.27' })).toBe('unknown');
    expect(place(written, { version: '0.27' }, { tagDigest: digestOf('another') })).toBe('unknown');
    expect(place(written, { version: '0.27' }, { tagDigest: image })).toBe('out');
    expect(place(':0.27', { version: '0.27' }, { tagDigest: image })).toBe('in');
    expect(place(`@${image}`, { version: '0.27' })).toBe('unknown');
    expect(place(`@${image}`, { version: '0.27' }, { tagDigest: image })).toBe('unknown');
  });
});

describe('the first signed date', () => {
  it.each([
    ['2025-06-01T00:00:00Z', 'in'],
    ['2025-05-31T23:59:59Z', 'out'],
    ['2013-03-20T00:00:00Z', 'out'],
    ['2013-03-19T23:59:59Z', 'unknown'],
    ['1970-01-01T00:00:00Z', 'unknown'],
    ['never', 'unknown'],
    [null, 'unknown'],
  ])('puts what was made at %s %s', (created, expected) => {
    expect(place(':1', { date: '2025-06-01' }, { created })).toBe(expected);
  });
});

describe('both', () => {
  it.each([
    [':0.27', '2026-01-01T00:00:00Z', 'in'],
    [':0.26', '2026-01-01T00:00:00Z', 'out'],
    [':0.27', '2020-01-01T00:00:00Z', 'out'],
    [':x', '2020-01-01T00:00:00Z', 'out'],
    [':0.26', null, 'out'],
    [':x', '2026-01-01T00:00:00Z', 'unknown'],
    [':0.27', null, 'unknown'],
  ])('a tag "%s" made at %s is %s', (tag, created, expected) => {
    expect(place(tag, { version: '0.27', date: '2025-06-01' }, { created })).toBe(expected);
  });

  it('nothing is asked for: everything is in', () => {
    expect(place(':x', {})).toBe('in');
  });
});
