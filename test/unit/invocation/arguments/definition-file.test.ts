import { describe, expect, it } from 'vitest';
import { definitionArguments, foundDefinitionArguments, namesFile } from '../../../../src/invocation/index.ts';

it.each<[readonly string[], readonly string[] | null]>([
  [['.'], null],
  [['-f', 'Dockerfile', '.'], null],
  [['-f', 'app.Dockerfile', '.'], null],
  [['-f', '-', '.'], null],
  [['-f', 'docker-bake.hcl', '.'], ['--file=docker-bake.hcl']],
  [
    ['-fcompose.yaml', 'app', 'db'],
    ['--file=compose.yaml', 'app', 'db'],
  ],
  [
    ['--file=a.json', '-f', 'b.HCL', '--no-cache', '--load', '-t', 'x'],
    ['--file=a.json', '--file=b.HCL', '--no-cache=true', '--load=true'],
  ],
])('%j bakes with %j', (args, expected) => {
  expect(definitionArguments(args)).toEqual(expected);
});

it.each([
  [['-f', 'docker-bake.hcl', '-f', 'Dockerfile', '.'], 'Dockerfile'],
  [['-f', 'compose.yml', '--build-arg', 'A=1', '.'], '--build-arg'],
  [['-f', 'compose.yml', '--platform', 'linux/arm64'], '--platform'],
  [['-f', 'compose.yml', '--target', 'x'], '--target'],
])('refuses %j', (args, named) => {
  expect(() => definitionArguments(args)).toThrow(
    expect.objectContaining({ code: 'usage.invalid', message: expect.stringContaining(named) as unknown }),
  );
});

describe('what is found and not named', () => {
  it('is asked of the builder given, and of images only what it says itself', () => {
    const args = ['--builder', 'b', '--build-arg', 'X=1', '--platform=linux/arm64', '--no-cache', '--target', 't'];
    expect(foundDefinitionArguments(args, ['/p/-a.hcl', '/p/b.hcl'])).toEqual([
      '--builder=b',
      '--file=/p/-a.hcl',
      '--file=/p/b.hcl',
    ]);
  });

  it.each([
    [['-f', 'Dockerfile', '.'], true],
    [['--file=x', '.'], true],
    [['--build-arg', '-f', '.'], false],
    [['.'], false],
  ] as const)('goes with no file by name: %j', (args, names) => {
    expect(namesFile(args)).toBe(names);
  });
});
