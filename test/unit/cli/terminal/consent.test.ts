import { describe, expect, it } from 'vitest';
import { consentBy } from '../../../../src/cli/terminal/consent.ts';
import { captureSaid } from './said.ts';

const said = captureSaid();

const question = { text: 'Trust me?', explained: ['y  you do', 'n  you do not'] };

/** A person who gives these answers, one for each question. */
function person(...answers: readonly string[]) {
  const asked: string[] = [];
  const ask = (text: string): Promise<string> => {
    asked.push(text);
    const answer = answers[asked.length - 1];
    return answer === undefined ? Promise.reject(new Error('asked once too often')) : Promise.resolve(answer);
  };
  return { asked, consent: consentBy({ ask, close: () => undefined }) };
}

describe('consent', () => {
  it.each(['y', 'Y', 'yes', 'YES'])('is a clear yes: %s', async (answer) => {
    expect(await person(answer).consent(question)).toBe(true);
  });

  it.each(['', 'n', 'no', 'yy', 'yeah', 'y es', 'yes please', 'ny', '??', '1', 'true'])(
    'is nothing else: %j',
    async (answer) => {
      expect(await person(answer).consent(question)).toBe(false);
    },
  );

  it('is asked for again once a question was answered with what each answer does', async () => {
    const { asked, consent } = person('?', '?', 'y');
    expect(await consent(question)).toBe(true);
    expect(asked).toEqual(Array(3).fill('Trust me? [y/N/?] '));
    expect(said.join('')).toBe('    y  you do\n    n  you do not\n'.repeat(2));
  });

  it('is given by --yes, which says of each question that it answered it', async () => {
    expect(await consentBy(null)(question)).toBe(true);
    expect(said).toEqual(['Trust me? yes (--yes)\n']);
  });
});
