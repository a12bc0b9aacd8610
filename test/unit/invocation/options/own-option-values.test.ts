import { describe, expect, it } from 'vitest';
import { ownDefaults, ownVariables, splitOwnOptions } from '../../../../src/invocation/index.ts';
import { defaultOwnOptions, type OwnOptions } from '../../../../src/model/index.ts';

describe('defaults from the environment', () => {
  it.each<[string, string, Partial<OwnOptions>]>([
    ['DOCKER_VERIFY_FORMAT', 'json', { format: 'json' }],
    ['DOCKER_VERIFY_OFFLINE', '1', { offline: true }],
    ['DOCKER_VERIFY_OFFLINE', 'false', { offline: false }],
    ['DOCKER_VERIFY_QUIET', 'true', { quiet: true }],
    ['DOCKER_VERIFY_TIMEOUT', '2m', { timeout: 120_000 }],
    ['DOCKER_VERIFY_JOBS', '3', { jobs: 3 }],
    ['DOCKER_VERIFY_JOBS', '', {}],
    ['DOCKER_VERIFY_FORMAT', ' ', {}],
  ])('%s=%s', (variable, value, expected) => {
    expect(ownDefaults({ [variable]: value })).toEqual({ ...defaultOwnOptions, ...expected });
  });

  it.each([
    ['DOCKER_VERIFY_FORMAT', 'xml'],
    ['DOCKER_VERIFY_FORMAT', 'json=report.json'],
    ['DOCKER_VERIFY_OFFLINE', 'yes'],
    ['DOCKER_VERIFY_QUIET', 'on'],
    ['DOCKER_VERIFY_TIMEOUT', '60'],
    ['DOCKER_VERIFY_JOBS', '0'],
  ])('refuses %s=%s and names the variable', (variable, value) => {
    expect(() => ownDefaults({ [variable]: value })).toThrow(
      expect.objectContaining({ code: 'usage.invalid', message: expect.stringContaining(variable) as unknown }),
    );
  });

  it.each(['POLICY', 'TRUSTED_ROOT', 'MODE', 'OUTPUT', 'REFRESH', 'FRESH'])(
    'are not taken for what could loosen: %s',
    (name) => {
      expect(ownDefaults({ [`DOCKER_VERIFY_${name}`]: 'warn' })).toEqual(defaultOwnOptions);
    },
  );

  it('give way to the command line', () => {
    const defaults = ownDefaults(
      Object.fromEntries(
        [
          ['FORMAT', 'json'],
          ['OFFLINE', '1'],
          ['QUIET', '1'],
          ['TIMEOUT', '1s'],
          ['JOBS', '2'],
        ].map(([name, value]) => [`DOCKER_VERIFY_${name}`, value]),
      ),
    );
    const args = ['--format=text', '--offline=false', '--quiet=false', '--timeout=60s', '--jobs=64', '.'];
    expect(splitOwnOptions(args, { bare: true, defaults })).toEqual({
      own: { ...defaultOwnOptions, formatGiven: true },
      rest: ['.'],
    });
  });

  it('are those of the contract', () => {
    expect(ownVariables.map(({ variable }) => variable)).toEqual(
      ['FORMAT', 'OFFLINE', 'QUIET', 'TIMEOUT', 'JOBS'].map((name) => `DOCKER_VERIFY_${name}`),
    );
  });
});

it('proposes a format that the command has, and lists them where none is near', () => {
  const read = (value: string) => () =>
    splitOwnOptions([`--format=${value}`], { bare: true, formats: ['text', 'json', 'csv'] });
  expect(read('jsn')).toThrow(expect.objectContaining({ hint: 'did you mean json?' }));
  expect(read('htm')).toThrow(expect.objectContaining({ hint: 'write one of text, json, csv' }));
});
