import { describe, expect, it } from 'vitest';
import { dockerFlagValue } from '../../../src/plugin/index.ts';

describe('dockerFlagValue', () => {
  it.each([
    [['--config', '/a', '--config=/b'], 'config', '/b'],
    [['-D', '--config', '/a'], 'config', '/a'],
    [['-c', 'x'], 'context', 'x'],
    [['-cx'], 'context', 'x'],
    [['-c=x'], 'context', 'x'],
    [['-H', '-c', '--context=y'], 'context', 'y'],
    [['-D'], 'config', null],
    [[], 'config', null],
  ])('of %j finds %s: %s', (flags, name, expected) => {
    expect(dockerFlagValue(flags, name)).toBe(expected);
  });
});
