import type { Interruptions } from '../../gate/index.ts';
import { watchPluginSocket } from '../../plugin/index.ts';
import { errorTerminal, outputTerminal } from '../streams.ts';

/**
 * The signals that ask a program to end, with what is told to those who listen. The later ones would end us alone: buildx, which has
 * other uses for them or none, would go on building what nobody audits, so it hears of all of them as it would of a plain end.
 */
const signals: ReadonlyMap<NodeJS.Signals, NodeJS.Signals> = new Map([
  ['SIGINT', 'SIGINT'],
  ['SIGTERM', 'SIGTERM'],
  ['SIGHUP', 'SIGHUP'],
  ['SIGQUIT', 'SIGTERM'],
  ['SIGUSR2', 'SIGTERM'],
  ['SIGALRM', 'SIGTERM'],
  ['SIGVTALRM', 'SIGTERM'],
  ['SIGXCPU', 'SIGTERM'],
]);

/** What can end a command from outside. */
export interface Watch {
  readonly interruptions: Interruptions;
  /** Aborted by the first signal, and when Docker's CLI closes the plugin socket. */
  readonly cancelled: AbortSignal;
  readonly stop: () => void;
}

/** Listens for signals and to Docker's plugin socket, in place of Node's own way of dying at once. */
export function watchInterruptions(socket: string | undefined): Watch {
  const anything = new AbortController();
  const ended = new AbortController();
  const listeners = new Set<(signal: NodeJS.Signals) => void>();
  const hear = (signal: NodeJS.Signals): void => {
    anything.abort(signal);
    const told = signals.get(signal) ?? signal;
    for (const listener of listeners) listener(told);
  };
  for (const signal of signals.keys()) process.on(signal, hear);
  const stopWatching = watchPluginSocket(socket, () => {
    anything.abort('SIGINT');
    ended.abort();
  });
  return {
    interruptions: {
      listen: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      // asked on Ctrl-C only: to make streams of them takes longer than much that a run does
      get sharedTerminal() {
        return process.stdin.isTTY || outputTerminal().isTTY || errorTerminal().isTTY;
      },
      cancelled: ended.signal,
    },
    cancelled: anything.signal,
    stop: () => {
      stopWatching();
      for (const signal of signals.keys()) process.off(signal, hear);
    },
  };
}
