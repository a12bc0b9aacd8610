import { describe, expect, it } from 'vitest';
import { type CompletionSource, complete } from '../../../src/plugin/index.ts';

const source: CompletionSource = {
  commands: [
    { value: 'build', description: 'build from verified images' },
    { value: 'bake', description: '' },
    { value: 'check', description: 'all but the build' },
  ],
  optionsOf: (command) =>
    command === 'build'
      ? [
          { name: 'file', takes: 'value' },
          { name: 'push', takes: 'boolean' },
          { name: 'verify-mode', takes: 'value' },
          { name: 'verify-format', takes: 'value' },
        ]
      : [],
};

describe('complete', () => {
  it.each([
    [[''], 'build\tbuild from verified images\nbake\ncheck\tall but the build\n:4\n'],
    [['b'], 'build\tbuild from verified images\nbake\n:4\n'],
    [['x'], ':4\n'],
    [[], 'build\tbuild from verified images\nbake\ncheck\tall but the build\n:4\n'],
    [['build', '--v'], '--verify-format\n--verify-mode\n:4\n'],
    [['build', '--verify-mode', ''], 'enforce\nwarn\n:4\n'],
    [['build', '--verify-format', 's'], 'sarif\n:4\n'],
    [['build', '--file', ''], ':0\n'],
    [['build', '--push', ''], ':16\n'],
    [['build', ''], ':16\n'],
    [['inspect', ''], ':0\n'],
    [['inspect', '--'], ':4\n'],
  ])('answers %j', (words, expected) => {
    expect(complete(words, source)).toBe(expected);
  });
});
