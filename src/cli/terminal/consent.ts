import { say } from '../streams.ts';
import type { Conversation } from './conversation.ts';

/** A question that can be explained. */
export interface Question {
  readonly text: string;
  /** What each answer does, shown on `?`: a line each. */
  readonly explained: readonly string[];
}

/** Whether a person says yes. */
export type Consent = (question: Question) => Promise<boolean>;

/** Asks until the answer is no question. */
export async function answerTo({ text, explained }: Question, conversation: Conversation): Promise<string> {
  for (;;) {
    // one question after another: this is a conversation
    // oxlint-disable-next-line no-await-in-loop
    const answer = await conversation.ask(text);
    if (answer !== '?') return answer;
    for (const line of explained) say(`    ${line}`);
  }
}

/** Whether a person says yes; without a conversation every answer is yes, and said so. */
export function consentBy(conversation: Conversation | null): Consent {
  return async ({ text, explained }) => {
    if (conversation === null) {
      say(`${text} yes (--yes)`);
      return true;
    }
    const answer = await answerTo({ text: `${text} [y/N/?] `, explained }, conversation);
    return /^y(?:es)?$/i.test(answer);
  };
}
