import { expect, it } from 'vitest';
import { compareConfigs } from '../../../../src/inventory/contents/compare-configs.ts';

const config = {
  architecture: 'amd64',
  os: 'linux',
  created: '2026-01-01T00:00:00Z',
  config: { Env: ['A=1'], Labels: { a: '1' } },
  rootfs: { type: 'layers', diff_ids: ['sha256:1'] },
  history: [{ created_by: 'a' }],
};

it.each([
  ['nothing', {}, { settings: [], metadata: [] }],
  ['times', { created: '2027-01-01T00:00:00Z', history: [] }, { settings: [], metadata: ['created', 'history'] }],
  ['labels', { config: { Env: ['A=1'] } }, { settings: [], metadata: ['Labels'] }],
  [
    'how it runs',
    { config: { Env: ['A=2'], Labels: { a: '1' }, User: 'me' } },
    { settings: ['Env', 'User'], metadata: [] },
  ],
  ['for what it is', { architecture: 'arm64' }, { settings: ['architecture'], metadata: [] }],
  [
    'empty fields',
    { author: '', config: { ...config.config, Cmd: null, Volumes: {} } },
    { settings: [], metadata: [] },
  ],
  ['layers, which are compared by themselves', { rootfs: {} }, { settings: [], metadata: [] }],
])('tells settings from metadata: %s', (_, more, expected) => {
  expect(compareConfigs(config, { ...config, ...more })).toEqual(expected);
});
