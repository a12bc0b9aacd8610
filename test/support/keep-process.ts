import type { EventEmitter } from 'node:events';

const emitters: readonly EventEmitter[] = [process, process.stdout, process.stderr];
const events = ['uncaughtException', 'beforeExit', 'error', 'SIGINT', 'SIGTERM', 'SIGHUP'];

/** Notes what the program's entrance changes in its process, which tests share; gives what takes that back. */
export function keepProcess(): () => void {
  const { argv, exitCode } = process;
  const methods = { ...console };
  const before = emitters.map((emitter) => events.map((event) => new Set(emitter.listeners(event))));
  return () => {
    Object.assign(process, { argv, exitCode });
    Object.assign(console, methods);
    for (const [at, emitter] of emitters.entries())
      for (const [index, event] of events.entries())
        for (const listener of emitter.listeners(event))
          if (before[at]?.[index]?.has(listener) !== true) emitter.off(event, listener as () => void); // as it was added
  };
}
