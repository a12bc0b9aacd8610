import { describe, expect, it } from 'vitest';
import { readOperands } from '../../../src/gate/operands.ts';

describe('readOperands', () => {
  const paths = [
    '.',
    '..',
    '-',
    './app',
    '../app',
    '/srv/app',
    './',
    'https://example.com/app.git',
    'git@example.com:app.git',
  ];

  it.each(paths)('takes %s for a path', (operand) => {
    expect(readOperands([operand])).toEqual({ kind: 'path' });
  });

  it.each(['app', 'app/web', '.hidden', 'alpine:3.20', 'localhost:5000/app', 'c/d', '...'])(
    'takes %s for an image',
    (operand) => {
      expect(readOperands([operand])).toEqual({ kind: 'images', names: [operand] });
    },
  );

  it('knows options from operands', () => {
    expect(readOperands(['-f', './Dockerfile', 'alpine', '--build-arg', 'A=./b', 'busybox'])).toEqual({
      kind: 'images',
      names: ['alpine', 'busybox'],
    });
  });

  it('says that nothing is named', () => {
    expect(readOperands(['--platform', 'linux/arm64'])).toEqual({ kind: 'nothing' });
  });

  it.each([
    { args: ['.', 'alpine'], hint: 'a path begins with ./ or /' },
    { args: ['alpine', './app'], hint: 'a path begins with ./ or /' },
    { args: ['.', '..'], hint: 'name one path at a time' },
  ])('refuses $args', ({ args, hint }) => {
    expect(() => readOperands(args)).toThrow(
      expect.objectContaining({
        code: 'usage.invalid',
        message: `expected one path, or images; found ${args.join(' ')}`,
        hint: expect.stringContaining(hint),
      }),
    );
  });
});
