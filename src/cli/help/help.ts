import { Command as Commander, Option } from 'commander';
import { type DescribedOption, ownOptionTable, ownPrefix, ownVariables } from '../../gate/index.ts';
import type { CommandRow } from '../command-row.ts';
import { commandGroups, firstWords, rowOf, rowsOf } from '../command-table.ts';
import { meaningfulOptions } from './meaningful-options.ts';

const indent = '  ';

/** Rows of two columns. */
function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `${indent}${left.padEnd(width)}  ${right}`.trimEnd());
}

function written({ name, letter, value }: DescribedOption, prefix: string): string {
  const short = letter === null || prefix !== '' ? '' : `-${letter}, `;
  return `${short}--${prefix}${name}${value === null ? '' : ` ${value}`}`;
}

/** Our options, as they stand in the help of a command that takes them. */
export function ownOptionLines(prefix: string, options = ownOptionTable): readonly string[] {
  const variables = new Map(ownVariables.map(({ variable, option }) => [option, variable]));
  const rows = options.map((option): readonly [string, string] => {
    const variable = variables.get(option.name);
    return [written(option, prefix), `${option.summary}${variable === undefined ? '' : ` [${variable}]`}`];
  });
  return ['Options of docker verify (in brackets the variable that sets a default):', ...columns(rows)];
}

/** What stands below a command's own options: formats, our options, examples, exit statuses. */
export function helpNotes(row: CommandRow, withOwn = true): string {
  const { own, formats, examples, statuses } = row;
  const sections = [
    ...(formats.length === 0 ? [] : [[`Formats: ${formats.join(', ')}`]]),
    ...(own === 'none' || !withOwn
      ? []
      : [ownOptionLines(own === 'prefixed' ? ownPrefix : '', meaningfulOptions(row))]),
    ['Examples:', ...columns(examples)],
    ['Exit status:', ...columns(statuses.map(([status, means]) => [String(status), means] as const))],
  ];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function commander(name: string, usage: string, summary: string): Commander {
  return new Commander(name).usage(usage).description(summary).helpOption('-h, --help', 'print this');
}

/** The help of one command; in the reference our options stand once, so that `width` (columns) leaves them out. */
export function commandHelp(row: CommandRow, width: number | null = null): string {
  const program = commander(`docker verify ${row.name}`, row.usage, row.summary);
  if (width !== null) program.configureHelp({ helpWidth: width });
  for (const { name, value, summary } of row.options)
    program.addOption(new Option(`--${name}${value === null ? '' : ` <${value}>`}`, summary));
  const builder = row.host === 'none' ? '' : `\nBUILD-ARGS are those of docker buildx ${row.host}.\n`;
  const takesBuildArguments = row.usage.includes('-ARGS');
  return `${program.helpInformation()}${takesBuildArguments ? builder.replace('BUILD', row.host.toUpperCase()) : ''}\n${helpNotes(row, width === null)}`;
}

/** The help of what has commands, each as its usage is written: what commander makes of that has brackets in other places. */
function overview(program: Commander, commands: readonly (readonly [string, string])[]): string {
  const written = new Map<string, string>();
  for (const [name, summary] of commands) {
    const [word = ''] = name.split(' ');
    written.set(word, name);
    program.command(word).description(summary);
  }
  program.configureHelp({ subcommandTerm: (command) => written.get(command.name()) ?? command.name() });
  return program.helpCommand(false).helpInformation();
}

function groupHelp(group: string): string {
  const rows = rowsOf(group).map(({ name, usage, summary }) => {
    const verb = name.slice(group.length + 1);
    return [`${verb} ${usage}`.trimEnd(), summary] as const;
  });
  const program = commander(`docker verify ${group}`, 'COMMAND', commandGroups[group] ?? '');
  const more = `\nSee docker verify ${group} COMMAND --help for formats, examples and exit statuses.\n`;
  return `${overview(program, rows)}${more}`;
}

/** The longest usage that an overview shows, in columns: with it two columns fit into a terminal of 80. */
const longestUsage = 47;

/** A command as an overview has it: a usage that would leave no room for what all of them are for stands in the command's own help. */
function inOverview(word: string, usage: string): string {
  const whole = `${word} ${usage}`.trimEnd();
  return whole.length <= longestUsage ? whole : `${word} [OPTIONS]`;
}

function programHelp(): string {
  const commands = firstWords().map((word) => {
    const row = rowOf(word);
    const verbs = rowsOf(word).map(({ name }) => name.slice(word.length + 1));
    return row === null
      ? ([`${word} ${verbs.join('|')}`, commandGroups[word] ?? ''] as const)
      : ([inOverview(word, row.usage), row.summary] as const);
  });
  const program = commander(
    'docker verify',
    'COMMAND …',
    'Prove who made every image a build uses, then build from exactly those.',
  ).version('', '-v, --version', 'print the version');
  const more = [
    'Every other builder verb (prune, du, ls, imagetools, …) is handed to buildx.',
    'See docker verify COMMAND --help for formats, examples and exit statuses.',
  ];
  const note = `Where a command builds (build, bake), these have the prefix: --${ownPrefix}policy, --${ownPrefix}mode, …`;
  return `${overview(program, commands)}\n${more.join('\n')}\n\n${ownOptionLines('').join('\n')}\n\n${note}\n`;
}

/**
 * The help that `words` ask for: of everything, of a group, or of one command.
 */
export function helpFor([first, second]: readonly string[]): string {
  if (first === undefined) return programHelp();
  const row = rowOf(second === undefined ? first : `${first} ${second}`) ?? rowOf(first);
  if (row !== null) return commandHelp(row);
  return groupHelp(first);
}
