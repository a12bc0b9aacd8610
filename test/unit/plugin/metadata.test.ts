import { expect, it } from 'vitest';
import { metadata } from '../../../src/plugin/index.ts';

it('answers Docker’s handshake with what every version of Docker accepts', () => {
  expect(JSON.parse(metadata('1.2.3', 'https://example.com'))).toEqual({
    SchemaVersion: '0.1.0',
    Vendor: 'docker-verify',
    Version: '1.2.3',
    ShortDescription: expect.stringMatching(/./),
    URL: 'https://example.com',
  });
  expect(JSON.parse(metadata('1.2.3', null))).not.toHaveProperty('URL');
});
