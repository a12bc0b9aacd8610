import { say } from '../streams.ts';
import type { Conversation } from './conversation.ts';

/** A question that is answered with yes or no. */
export interface Question {
  readonly text: string;
  /** What each answer does, shown on `?`: a line each. */
  readonly explained: readonly string[];
}

/** Whether a person says yes. */
export type Consent = (question: Question) => Promise<boolean>;

/** Asks until the answer is no question; without a conversation every answer is yes, and said so. */
export function consentBy(conversation: Conversation | null): Consent {
  return async ({ text, explained }) => {
    if (conversation === null) {
      say(`${text} yes (--yes)`);
      return true;
    }
    for (;;) {
      // one question after another: this is a conversation
      // oxlint-disable-next-line no-await-in-loop
      const answer = await conversation.ask(`${text} [y/N/?] `);
      if (answer !== '?') return /^y(?:es)?$/i.test(answer);
      for (const line of explained) say(`    ${line}`);
    }
  };
}
