import type { DescribedOption, Environment, OptionHost, OutputFormat } from '../gate/index.ts';
import type { Watch } from './terminal/interruptions.ts';

/** What every command is started with. */
export interface CommandContext {
  readonly environment: Environment;
  /** Docker's `-D`: errors with their stack. */
  readonly debug: boolean;
  /** Whether we were started in buildx's place. */
  readonly intercepted: boolean;
  readonly watch: Watch;
  /** The command that runs. */
  readonly row: CommandRow;
  /** The commands that have an option of this name of their own. */
  readonly takers: (option: string) => readonly string[];
}

/** What is known before it is known which command runs. */
export type CallContext = Omit<CommandContext, 'row' | 'takers'>;

/** A command: its arguments in, its exit status out. */
export type Command = (context: CommandContext, args: readonly string[]) => Promise<number>;

/** One command: how it is called, what it takes and prints. Dispatch, help, completion and reference follow from these rows. */
export interface CommandRow {
  /** One word or two: `check`, `policy check`. */
  readonly name: string;
  /** What stands behind the name. */
  readonly usage: string;
  readonly summary: string;
  /** The options that it takes beside ours: those of `docker build`, of `docker bake`, or none. */
  readonly host: OptionHost;
  /** Whose of ours: with their prefix where Docker builds, bare elsewhere, or none. */
  readonly own: 'prefixed' | 'bare' | 'none';
  /** Those of this command alone. */
  readonly options: readonly DescribedOption[];
  /** The first is the one that is printed where nothing is said. */
  readonly formats: readonly OutputFormat[];
  /** Each with what it does. */
  readonly examples: readonly (readonly [command: string, does: string])[];
  /** The exit statuses, each with what it means here. */
  readonly statuses: readonly (readonly [status: number, means: string])[];
  /** Loaded only when it runs. */
  readonly load: () => Promise<Command>;
}
