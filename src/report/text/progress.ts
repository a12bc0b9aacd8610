import { visible } from './visible.ts';

/** What shows on a terminal that work is going on. */
export interface Progress {
  /** Shows what is being done now, in place of what was shown before. */
  update(text: string): void;
  /** Takes everything off the screen. May be called more than once. */
  stop(): void;
}

export interface ProgressOptions {
  /** Null: what there is can be no terminal. */
  readonly stream: NodeJS.WriteStream | null;
  /** False: nothing is ever shown (not a terminal, `--quiet`, a machine format). */
  readonly enabled: boolean;
  /** Whether it may be painted; it is where nothing is said. */
  readonly color?: boolean;
  /** Milliseconds of waiting before anything is shown. */
  readonly delay?: number;
}

let letters: Intl.Segmenter | null = null;

function lettersOf(text: string): string[] {
  // its rules take ten milliseconds to load, which a run without a terminal does not need
  letters ??= new Intl.Segmenter();
  return Array.from(letters.segment(text), ({ segment }) => segment);
}

/** Columns that a text takes; what is not ASCII may take two. */
function columnsOf(text: string): number {
  return lettersOf(text).reduce((sum, letter) => sum + (letter <= '~' ? 1 : 2), 0);
}

/** A text cut to what stands in one line beside the spinner, its count left: a line that wraps cannot be taken back whole. */
function inOneLine(given: string, columns: number): string {
  const text = visible(given);
  const room = columns - 3;
  if (columnsOf(text) <= room) return text;
  const count = / \(\d+\/\d+\)$/.exec(text)?.[0] ?? '';
  const head = lettersOf(text.slice(0, text.length - count.length));
  while (head.length > 0 && columnsOf(`${head.join('')}…${count}`) > room) head.pop();
  return `${head.join('')}…${count}`;
}

const silent: Progress = { update: () => undefined, stop: () => undefined };

/** A spinner that appears only after `delay`; what draws it is not loaded before that. */
export function startProgress(text: string, { stream, enabled, color = true, delay = 150 }: ProgressOptions): Progress {
  // a terminal that says it has no columns (0) would have endless lines cleared for every frame
  if (!enabled || stream === null || !stream.isTTY || !(stream.columns > 0)) return silent;
  let current = text;
  let stopped = false;
  let spinner: { text: string; stop(): unknown } | null = null;
  const show = async (): Promise<void> => {
    const { default: ora } = await import('ora');
    // Standard input belongs to the build, and signals to the command. That it is a terminal was asked above, of no variable.
    const painted = color ? {} : { color: false as const };
    const options = { stream, isEnabled: true, discardStdin: false, hideCursor: false, ...painted };
    if (!stopped) spinner = ora({ ...options, text: inOneLine(current, stream.columns) }).start();
  };
  const timer = setTimeout(() => void show(), delay);
  timer.unref();
  return {
    update(next) {
      current = next;
      if (spinner !== null) spinner.text = inOneLine(next, stream.columns);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
      spinner?.stop();
    },
  };
}
