import { realpathSync } from 'node:fs';
import type { Environment, OwnOptions, Session } from '../gate/index.ts';
import type { Layout, Progress } from '../report/index.ts';
import type { CallContext } from './command-row.ts';
import { refreshInBackground } from './refresh-in-background.ts';
import { say, showProgress, type Terminal } from './streams.ts';
import { toolVersion } from './tool-version.ts';

/** The executable that runs, with links followed. */
export function runningExecutable(): string {
  try {
    return realpathSync(process.execPath);
  } catch {
    return process.execPath;
  }
}

/** How text is laid out on a stream: colour, width and height only for a terminal, and neither of the last two where it says that it has no columns. */
export function layoutFor(stream: Terminal, own: OwnOptions, environment: Environment): Layout {
  const color = stream.isTTY && wantsColor(own, environment);
  if (!stream.isTTY || !(stream.columns > 0)) return { color, width: null };
  return { color, width: stream.columns, ...(stream.rows ? { height: stream.rows } : {}) };
}

/** Whether a terminal may be painted on (no-color.org: NO_COLOR). */
function wantsColor(own: OwnOptions, { variables }: Environment): boolean {
  return own.color && (variables['NO_COLOR'] ?? '') === '' && variables['TERM'] !== 'dumb';
}

/** Whether no terminal is there, or one that cannot take back what was drawn: a spinner would fill a log with its frames. */
export function isUnattended({ variables }: Environment): boolean {
  return variables['TERM'] === 'dumb' || !['', 'false', '0'].includes(variables['CI'] ?? '');
}

/** A session of the gate, with what shows that it is at work. */
export interface OpenSession {
  readonly session: Session;
  readonly progress: Progress;
  /** To be called when the command is done: begins what may go on without us. */
  readonly finish: () => Promise<void>;
}

/** Opens a session for one command; `label` is what a waiting person reads first, null for nothing at all. */
export function openSession(context: CallContext, own: OwnOptions, label: string | null): OpenSession {
  const { environment } = context;
  const enabled = label !== null && !own.quiet && !isUnattended(environment);
  const progress = showProgress(label ?? '', enabled, wantsColor(own, environment));
  let keyless = false;
  const executable = runningExecutable();
  const session: Session = {
    environment,
    own,
    version: toolVersion,
    executable,
    now: () => new Date(),
    progress: (text) => progress.update(text),
    warn: (text) => {
      if (own.quiet) return;
      progress.stop();
      say(`docker verify: warning: ${text}`);
    },
    onKeyless: () => {
      keyless = true;
    },
    signal: context.watch.cancelled,
  };
  const finish = async (): Promise<void> => {
    if (keyless) await refreshInBackground(session, executable);
  };
  return { session, progress, finish };
}
