// Vitest starts a runner only for a test file: this one. What is to be done is done by the runner.
import { expect, it } from 'vitest';

it('is a test', () => {
  expect(import.meta.filename).toContain('start');
});
