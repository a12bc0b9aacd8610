import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { mayBeTerminal, writeNow } from '../../../../src/cli/terminal/descriptor.ts';
import { newFolder } from '../../../support/new-folder.ts';

function opened(path: string, flags: string): number {
  const descriptor = openSync(path, flags);
  onTestFinished(() => closeSync(descriptor));
  return descriptor;
}

const noDescriptor = 2 ** 20;

describe('what is written to a descriptor at once', () => {
  it('is all of a short text', () => {
    const file = join(newFolder('descriptor'), 'file');
    expect(writeNow(opened(file, 'w'), 'grün\n')).toHaveLength(0);
    expect(readFileSync(file, 'utf8')).toBe('grün\n');
  });

  it('is nothing of a long one, which is left whole', () => {
    const file = join(newFolder('descriptor'), 'file');
    expect(writeNow(opened(file, 'w'), 'x'.repeat(16_385))).toHaveLength(16_385);
    expect(readFileSync(file, 'utf8')).toBe('');
  });

  it('is an error where the system says so', () => {
    const file = join(newFolder('descriptor'), 'file');
    closeSync(openSync(file, 'w'));
    expect(() => writeNow(opened(file, 'r'), 'x')).toThrow(expect.objectContaining({ code: 'EBADF' }));
  });
});

describe('what may be a terminal', () => {
  it('is no file', () => {
    expect(mayBeTerminal(opened(join(newFolder('descriptor'), 'file'), 'w'))).toBe(false);
  });

  it('is a device, and what cannot be looked at', () => {
    expect(mayBeTerminal(opened('/dev/null', 'w'))).toBe(true);
    expect(mayBeTerminal(noDescriptor)).toBe(true);
  });
});
