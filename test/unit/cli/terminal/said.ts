import { afterEach, beforeEach, vi } from 'vitest';

/** What each test of a file writes to standard error, which nobody else gets. */
export function captureSaid(): string[] {
  const said: string[] = [];
  beforeEach(() => {
    said.length = 0;
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said.push(String(text));
      return true;
    });
  });
  afterEach(() => void vi.restoreAllMocks());
  return said;
}
