import { VerifyError } from '../../gate/index.ts';
import { wrapLine } from '../../report/index.ts';
import { errorWidth, openQuestions, say } from '../streams.ts';

/** A person at a terminal. */
export interface Conversation {
  /** What was typed, trimmed. */
  ask(question: string): Promise<string>;
  close(): void;
}

/** Columns that are left for an answer behind its question. */
const roomForAnswer = 12;

/** A question broken between words: the lines that stand above it, and the last, behind which the answer is typed. */
export function questionLines(
  question: string,
  width: number | null,
): readonly [above: readonly string[], last: string] {
  if (width === null || question.length + roomForAnswer <= width) return [[], question];
  const lines = wrapLine(question, width - roomForAnswer).split('\n');
  return [lines.slice(0, -1), `${lines.at(-1) ?? ''} `];
}

/**
 * Asks on standard error and reads from standard input.
 * A question that is answered with Ctrl-C, or by the end of the input, throws VerifyError `cancelled`.
 */
export function openConversation(): Conversation {
  const { reader, ask } = openQuestions();
  const ended = new AbortController();
  reader.on('SIGINT', () => reader.close());
  reader.on('close', () => ended.abort());
  return {
    ask: async (question) => {
      try {
        const [above, last] = questionLines(question, errorWidth());
        for (const line of above) say(line);
        return (await ask(last, ended.signal)).trim();
      } catch (cause) {
        say('');
        throw new VerifyError('cancelled', 'nothing was written', { hint: 'init was left before its end', cause });
      }
    },
    close: () => reader.close(),
  };
}
