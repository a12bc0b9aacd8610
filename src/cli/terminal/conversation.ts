import { VerifyError } from '../../gate/index.ts';
import { openQuestions, say } from '../streams.ts';

/** A person at a terminal. */
export interface Conversation {
  /** What was typed, trimmed. */
  ask(question: string): Promise<string>;
  close(): void;
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
        return (await ask(question, ended.signal)).trim();
      } catch (cause) {
        say('');
        throw new VerifyError('cancelled', 'nothing was written', { hint: 'init was left before its end', cause });
      }
    },
    close: () => reader.close(),
  };
}
