import { expect, it } from 'vitest';
import { surelyAddsLayers } from '../../../../src/dockerfile/index.ts';

const settings = 'ENV A=b\nWORKDIR /app\nUSER 1\nONBUILD RUN true\nCMD ["a"]\n';

it.each<readonly [string, string | null, boolean]>([
  ['FROM base\n', null, false],
  [`FROM base\n${settings}`, null, false],
  [`FROM base\n${settings}RUN true\n`, null, true],
  ['FROM base\nCOPY a b\n', null, true],
  ['FROM base\nADD a b\n', null, true],
  ['FROM base AS tools\nRUN true\nFROM base\n', null, false],
  ['FROM base AS tools\nRUN true\nFROM base\n', 'Tools', true],
  ['FROM base AS tools\nRUN true\nFROM base\n', '0', true],
  ['FROM base AS tools\nFROM base\nRUN true\n', 'tools', false],
  ['FROM base\nRUN true\n', 'none-of-them', false],
  ['no Dockerfile\n', null, false],
])('what %j builds for %s has instructions that surely make a layer: %s', (text, target, isSure) => {
  expect(surelyAddsLayers(Buffer.from(text), 'Dockerfile', target)).toBe(isSure);
});
