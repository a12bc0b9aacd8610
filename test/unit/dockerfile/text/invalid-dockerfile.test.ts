import { describe, expect, it } from 'vitest';
import { isVerifyError } from '../../../../src/model/index.ts';
import { scan } from '../scan.ts';

function hintOf(dockerfile: string): string | null {
  try {
    scan(dockerfile);
  } catch (error) {
    if (isVerifyError(error, 'dockerfile.invalid')) return error.hint;
  }
  throw new Error('was not refused');
}

describe('the refusal of a Dockerfile', () => {
  it.each([
    ['FORM alpine\n', 'did you mean FROM?'],
    ['FROM alpine\nrum true\n', 'did you mean RUN?'],
    ['FROM alpine AS a\nFROM alpine\nCOPY --form=a /x /x\n', 'did you mean --from?'],
    ['FROM alpine\nRUN --mout=type=cache,target=/x true\n', 'did you mean --mount?'],
    ['RUN true\n', 'only ARG may stand before the first FROM'],
    ['# nothing\nARG A\n', 'it needs a FROM'],
    ['ARG V\nFROM alpine:$V\n', 'look at the variables of alpine:$V'],
    ['ARG V\nFROM $V\n', 'look at the variables of $V'],
  ])('of %j says what to write', (dockerfile, hint) => {
    expect(hintOf(dockerfile)).toContain(hint);
  });

  it.each(['FROM alpine\nPRINT x\n', 'FROM alpine\nCOPY --colour=a /x /x\n', 'FROM alpine:\n'])(
    'of %j guesses nothing',
    (dockerfile) => {
      expect(hintOf(dockerfile)).toBeNull();
    },
  );
});
