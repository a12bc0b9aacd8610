import { setTimeout as pause } from 'node:timers/promises';
import { VerifyError } from '../../model/index.ts';
import type { Agents, PeerCheck } from './agents.ts';
import { bounds } from './bounds.ts';
import { type Answer, type Exchange, exchangeOnce } from './exchange.ts';
import { abortError, codeOf, isUnknownAuthority, networkFault } from './network-fault.ts';
import type { Slots } from './slots.ts';

/** Sends requests: a bounded number at once, each tried again where that can help. */
export interface Transport {
  /**
   * @param attempts how often to try at most; POST is never repeated
   * Rejects with Node's network errors or a VerifyError; any status is an answer.
   */
  send(exchange: Exchange, check: PeerCheck, attempts: number): Promise<Answer>;
}

const temporary = new Set([429, 500, 502, 503, 504]);

/** Milliseconds that a `Retry-After` asks for (RFC 9110 section 10.2.3); null where there is none. */
export function retryAfter(header: string | undefined, now: number): number | null {
  if (header === undefined || header.trim() === '') return null;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

function backoff(attempt: number): number {
  const base = 150 * 3 ** attempt;
  return base / 2 + Math.random() * base;
}

/** How long to wait before the next attempt; null for no further attempt. */
function waitFor(outcome: { answer: Answer } | { error: unknown }, attempt: number): number | null {
  if ('error' in outcome) {
    const passing = networkFault(outcome.error) === 'reset' || codeOf(outcome.error) === 'EAI_AGAIN';
    return passing ? backoff(attempt) : null;
  }
  if (!temporary.has(outcome.answer.status)) return null;
  const asked = retryAfter(outcome.answer.headers['retry-after'], Date.now());
  if (asked === null) return backoff(attempt);
  return asked <= bounds.retryAfter ? asked : null;
}

async function waitOrAbort(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await pause(milliseconds, undefined, { signal });
  } catch {
    throw abortError(signal);
  }
}

/**
 * @param timeLeft milliseconds until the run's deadline: a wait that goes beyond it is not begun
 * @param time of one request, milliseconds
 */
export function createTransport(agents: Agents, slots: Slots, timeLeft: () => number, time?: number): Transport {
  const systemStore = new Set<string>();

  const once = async (exchange: Exchange, check: PeerCheck): Promise<Answer> => {
    const known = check === 'bundled' && systemStore.has(exchange.url.host) ? 'system' : check;
    try {
      return await exchangeOnce(exchange, await agents.agentFor(exchange.url, known), time, timeLeft());
    } catch (error) {
      if (known !== 'bundled' || !isUnknownAuthority(error)) throw error;
      systemStore.add(exchange.url.host);
      return exchangeOnce(exchange, await agents.agentFor(exchange.url, 'system'), time, timeLeft());
    }
  };

  const outcomeOf = async (exchange: Exchange, check: PeerCheck): Promise<{ answer: Answer } | { error: unknown }> => {
    try {
      return { answer: await slots.run(() => once(exchange, check)) };
    } catch (error) {
      if (error instanceof VerifyError) throw error;
      return { error };
    }
  };

  return {
    async send(exchange, check, attempts) {
      for (let attempt = 0; ; attempt += 1) {
        const outcome = await outcomeOf(exchange, check);
        const wait = attempt + 1 < attempts && exchange.method !== 'POST' ? waitFor(outcome, attempt) : null;
        if (wait !== null && wait < timeLeft()) {
          await waitOrAbort(wait, exchange.signal);
          continue;
        }
        if ('error' in outcome) throw outcome.error;
        return outcome.answer;
      }
    },
  };
}
