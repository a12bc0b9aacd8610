import { describe, expect, it } from 'vitest';
import { buildkitVersionOfEngine, isAtLeast, parseVersion } from '../../../../src/builder/programs/versions.ts';

describe('parseVersion', () => {
  it.each([
    ['v0.29.1', [0, 29, 1]],
    ['0.29.1+ds1', [0, 29, 1]],
    ['28.5.2+dfsg4', [28, 5, 2]],
    ['v0.12', [0, 12, 0]],
    ['v0.0.0+unknown', null],
    ['unknown', null],
    ['', null],
  ])('reads %s', (text, expected) => {
    expect(parseVersion(text)).toEqual(expected);
  });
});

describe('isAtLeast', () => {
  it.each([
    ['0.11.2', false],
    ['0.12.0-rc1', true],
    ['0.13', true],
    ['1.0.0', true],
    ['v0.9.9', false],
    ['v0.0.0+unknown', null],
  ])('compares %s with 0.12', (version, expected) => {
    expect(isAtLeast(version, 0, 12)).toBe(expected);
  });
});

describe('buildkitVersionOfEngine', () => {
  it.each([
    ['23.0.6', '0.10'],
    ['24.0.9', '0.11'],
    ['25.0.0', '0.12'],
    ['27.5.1', '0.13'],
    ['28.1.1', '0.20'],
    ['28.5.2+dfsg4', '0.25'],
    ['29.6.0', '0.31'],
    ['31.0.0', '0.32'],
    ['20.10.5', '0.9'],
    ['dev', null],
  ])('knows that engine %s holds BuildKit %s', (engine, buildkit) => {
    expect(buildkitVersionOfEngine(engine)).toBe(buildkit);
  });
});
