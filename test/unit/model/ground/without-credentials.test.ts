import { expect, it } from 'vitest';
import { withoutCredentials } from '../../../../src/model/index.ts';

it.each([
  ['https://me:hunter2@example.com/x', 'https://example.com/x'],
  ['ssh://git@example.com/x.git', 'ssh://example.com/x.git'],
  ['git+https://token@example.com', 'git+https://example.com'],
  ['https://me:h@nter@2@example.com/x', 'https://example.com/x'],
  [
    'fatal: HTTPS://me:pw@example.com and http://you:pw@example.net',
    'fatal: HTTPS://example.com and http://example.net',
  ],
])('a text loses the users and passwords of its URLs: %s', (text, expected) => {
  expect(withoutCredentials(text)).toBe(expected);
});

it('long text takes no longer than it is long', () => {
  const begun = performance.now();
  withoutCredentials('a'.repeat(200_000));
  expect(performance.now() - begun).toBeLessThan(1000);
});

it.each([
  `docker-image://alpine@sha256:${'a'.repeat(64)}`,
  `oci-layout://folder@sha256:${'a'.repeat(64)}`,
  'https://example.com/@scope/package',
  'https://example.com?mail=me@example.com',
  'https://example.com#me@example.com',
  'git@example.com:acme/app.git',
])('what has none is left as it is: %s', (text) => {
  expect(withoutCredentials(text)).toBe(text);
});
