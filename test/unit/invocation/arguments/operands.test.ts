import { expect, it } from 'vitest';
import { operandsOf, requestedPlatforms } from '../../../../src/invocation/index.ts';
import { environmentOf } from '../environment.ts';

it('finds what is neither an option nor the value of one', () => {
  expect(operandsOf(['alpine', '-f', 'x', '--build-arg=A=b', '.', '--', '--file'])).toEqual(['alpine', '.', '--file']);
});

it('asks for the platforms of the command line, else of the environment', () => {
  const environment = environmentOf('/', { DOCKER_DEFAULT_PLATFORM: 'linux/arm64' });
  expect(requestedPlatforms(['--platform', 'linux/amd64,local', 'alpine'], environment)).toEqual([
    'linux/amd64',
    'linux/amd64',
  ]);
  expect(requestedPlatforms(['alpine'], environment)).toEqual(['linux/arm64']);
  expect(requestedPlatforms(['alpine'], environmentOf('/'))).toEqual([]);
});
