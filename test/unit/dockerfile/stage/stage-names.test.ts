import { describe, expect, it } from 'vitest';
import { stageNames } from '../../../../src/dockerfile/index.ts';

const namesIn = (text: string) => stageNames(Buffer.from(text), 'Dockerfile');

describe('the names of stages', () => {
  it.each<[string, string, string[]]>([
    ['one without', 'FROM scratch\n', []],
    ['of several', 'ARG A=x\nFROM $A AS build\nFROM scratch\nfrom build as Last\n', ['build', 'Last']],
    ['over two lines', 'FROM scratch \\\n  AS later\n', ['later']],
    ['and what stands in a heredoc', 'FROM a AS one\nRUN <<E\nFROM b AS two\nE\n', ['one']],
  ])('%s', (_, text, names) => {
    expect(namesIn(text)).toEqual(names);
  });

  it('are not guessed where the file is not valid', () => {
    expect(() => namesIn('FROM\n')).toThrow(expect.objectContaining({ code: 'dockerfile.invalid' }));
  });
});
