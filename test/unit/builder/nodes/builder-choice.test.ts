import { describe, expect, it } from 'vitest';
import { chooseBuilder, refuseLegacyBuilder } from '../../../../src/builder/nodes/builder-choice.ts';
import { environmentWith } from '../test-environment.ts';

describe('chooseBuilder', () => {
  it.each([
    ['the option before all', 'big', { BUILDX_BUILDER: 'other' }, false, { name: 'big', variable: null }],
    ['the variable', null, { BUILDX_BUILDER: 'other' }, false, { name: 'other', variable: null }],
    ['the current context where nothing is said', null, {}, false, { name: 'ctx', variable: 'ctx' }],
    [
      'the current context where the variable is empty',
      '',
      { BUILDX_BUILDER: '' },
      false,
      { name: 'ctx', variable: 'ctx' },
    ],
    ["what buildx chose, in buildx's place", null, {}, true, { name: null, variable: null }],
  ])('takes %s', (_title, option, variables, intercepted, expected) => {
    expect(chooseBuilder(environmentWith({ variables }), option, 'ctx', intercepted)).toEqual(expected);
  });
});

describe('refuseLegacyBuilder', () => {
  it.each(['0', 'false', 'F'])('refuses DOCKER_BUILDKIT=%s', (value) => {
    const environment = environmentWith({ variables: { DOCKER_BUILDKIT: value } });
    expect(() => refuseLegacyBuilder(environment)).toThrow(expect.objectContaining({ code: 'builder.unenforceable' }));
  });

  it.each(['', '1', 'true'])('goes on with DOCKER_BUILDKIT=%s', (value) => {
    expect(() => refuseLegacyBuilder(environmentWith({ variables: { DOCKER_BUILDKIT: value } }))).not.toThrow();
  });

  it('refuses a value that is no boolean, as Docker does', () => {
    const environment = environmentWith({ variables: { DOCKER_BUILDKIT: 'no' } });
    expect(() => refuseLegacyBuilder(environment)).toThrow(expect.objectContaining({ code: 'usage.invalid' }));
  });
});
