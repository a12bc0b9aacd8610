import { describe, expect, it } from 'vitest';
import { isUnattended, layoutFor } from '../../../src/cli/command-context.ts';
import { defaultOwnOptions } from '../../../src/model/index.ts';
import { bareEnvironment } from '../oci/memory-registry.ts';

const layout = (columns: number, variables: Readonly<Record<string, string>> = {}, isTTY = true, color = true) =>
  layoutFor({ isTTY, columns }, { ...defaultOwnOptions, color }, bareEnvironment({ variables }));

describe('the layout of text', () => {
  it.each([
    [0, null],
    [40, 40],
    [60, 60],
    [80, 80],
  ])('on a terminal of %s columns is that wide; without columns no line is broken', (columns, width) => {
    expect(layout(columns)).toEqual({ color: true, width });
  });

  it.each([
    [24, { height: 24 }],
    [0, {}],
    [undefined, {}],
  ])('has as many rows as the terminal says: %s', (rows, height) => {
    const stream = { isTTY: true, columns: 80, ...(rows === undefined ? {} : { rows }) };
    expect(layoutFor(stream, defaultOwnOptions, bareEnvironment({}))).toEqual({ color: true, width: 80, ...height });
  });

  it.each([
    ['NO_COLOR=1', { NO_COLOR: '1' }, true],
    ['TERM=dumb', { TERM: 'dumb' }, true],
    ['--no-color', {}, false],
  ])('has no colour with %s', (_, variables, color) => {
    expect(layout(80, variables, true, color)).toEqual({ color: false, width: 80 });
  });

  it('has colour with an empty NO_COLOR, as no-color.org has it', () => {
    expect(layout(80, { NO_COLOR: '' }).color).toBe(true);
  });

  it('is plain and unbroken where there is no terminal', () => {
    expect(layout(80, {}, false)).toEqual({ color: false, width: null });
  });
});

describe('a spinner', () => {
  it.each([
    [{ CI: 'true' }, true],
    [{ CI: '1' }, true],
    [{ TERM: 'dumb' }, true],
    [{ CI: 'false' }, false],
    [{ CI: '' }, false],
    [{ TERM: 'xterm-256color' }, false],
  ])('with %j is left out: %s', (variables, isLeftOut) => {
    expect(isUnattended(bareEnvironment({ variables }))).toBe(isLeftOut);
  });
});
