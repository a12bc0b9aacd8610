import { describe, expect, it } from 'vitest';
import { strictestSetting } from '../../../../../src/policy/load/layers/merge-settings.ts';

type Strict = NonNullable<Parameters<typeof strictestSetting>[0][number]>;

const setting = (verdict: Strict['verdict'], mode: Strict['mode'], policy: string): Strict => ({
  verdict,
  mode,
  policy,
});

describe('of the settings that several files make', () => {
  it.each<[string, Strict[], string]>([
    ['a denial before a warning', [setting('warn', 'enforce', 'a'), setting('deny', 'enforce', 'b')], 'b'],
    ['the first of two alike', [setting('warn', 'enforce', 'a'), setting('warn', 'enforce', 'b')], 'a'],
    ['no denial that only warns', [setting('warn', 'enforce', 'a'), setting('deny', 'warn', 'b')], 'a'],
    ['a denial that only warns before none', [setting('allow', 'enforce', 'a'), setting('deny', 'warn', 'b')], 'b'],
    ['a denial before one that only warns', [setting('deny', 'warn', 'a'), setting('deny', 'enforce', 'b')], 'b'],
  ])('the strictest counts: %s', (_, settings, expected) => {
    expect(strictestSetting(settings)?.policy).toBe(expected);
    expect(strictestSetting([null, ...settings, null])?.policy).toBe(expected);
  });

  it('none counts where none says anything', () => {
    expect(strictestSetting([null, null])).toBeNull();
  });
});
