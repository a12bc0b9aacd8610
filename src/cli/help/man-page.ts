import { ownOptionTable, ownPrefix, ownVariables } from '../../gate/index.ts';
import type { CommandRow } from '../command-row.ts';
import { commandTable } from '../command-table.ts';
import { pageOf } from './command-pages.ts';

/** The version and the day that stand on every page. */
export interface ManEdition {
  readonly version: string;
  /** `YYYY-MM-DD`. */
  readonly date: string;
}

/** Text as roff reads it (groff_char(7)): every character stands for itself, also at the beginning of a line. */
function roff(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replaceAll(
      /[^\n -~]/gu,
      (sign) => `\\[u${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    );
  return escaped.startsWith('.') ? `\\&${escaped}` : escaped;
}

/** The page that a command has: `docker-verify-policy-check` for `policy check`. */
function pageName(name: string): string {
  return `docker-verify-${name.replaceAll(' ', '-')}`;
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [`.SH "${title}"`, ...lines];

/** A paragraph with a tag in front; without text the tag stands alone, over a line of no width. */
function tagged(tag: string, text: string): readonly string[] {
  return ['.TP', tag, text === '' ? '\\&' : roff(text)];
}

function optionTag(name: string, letter: string | null, value: string | null): string {
  const short = letter === null ? '' : `\\fB\\-${letter}\\fR, `;
  return `${short}\\fB\\-\\-${roff(name)}\\fR${value === null ? '' : ` \\fI${roff(value)}\\fR`}`;
}

function ownOptions(prefix: string): readonly string[] {
  const variables = new Map(ownVariables.map(({ variable, option }) => [option, variable]));
  return ownOptionTable.flatMap(({ name, letter, value, summary }) => {
    const variable = variables.get(name);
    const described = variable === undefined ? summary : `${summary} (default from ${variable})`;
    return tagged(optionTag(`${prefix}${name}`, prefix === '' ? letter : null, value), described);
  });
}

function page(name: string, summary: string, { version, date }: ManEdition, body: readonly string[]): string {
  const title = roff(name.toUpperCase());
  const head = [`.TH "${title}" "1" "${date}" "docker verify ${roff(version)}" "Docker plugins"`];
  return `${[...head, ...section('NAME', [`${roff(name)} \\- ${roff(summary)}`]), ...body].join('\n')}\n`;
}

function references(names: readonly string[]): string {
  return names.map((name) => `.BR ${roff(name)} (1)`).join(',\n');
}

function commandPage(row: CommandRow, edition: ManEdition): string {
  const { name, usage, summary, host, own, options, formats, examples, statuses } = row;
  const passed =
    host === 'none' || !usage.includes('-ARGS')
      ? []
      : ['.PP', roff(`${host.toUpperCase()}-ARGS are those of docker buildx ${host}.`)];
  const near = pageOf(name).commands.filter((other) => other !== name);
  return page(pageName(name), summary, edition, [
    ...section('SYNOPSIS', [`\\fBdocker verify ${roff(name)}\\fR ${roff(usage)}`.trimEnd()]),
    ...section('DESCRIPTION', [roff(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`), ...passed]),
    ...section(
      'OPTIONS',
      options.flatMap((option) => tagged(optionTag(option.name, null, option.value), option.summary)),
    ),
    ...section('OPTIONS OF DOCKER VERIFY', own === 'none' ? [] : ownOptions(own === 'prefixed' ? ownPrefix : '')),
    ...section(
      'FORMATS',
      formats.length === 0 ? [] : [roff(`${formats.join(', ')}: the first where nothing is said.`)],
    ),
    ...section(
      'EXIT STATUS',
      statuses.flatMap(([status, means]) => tagged(`\\fB${status}\\fR`, means)),
    ),
    ...section(
      'EXAMPLES',
      examples.flatMap(([command, does]) => tagged(`\\fB${roff(command)}\\fR`, does)),
    ),
    ...section('SEE ALSO', [references(['docker-verify', ...near.map(pageName)])]),
  ]);
}

function overviewPage(edition: ManEdition): string {
  const about = 'prove who made every image a build uses, then build from exactly those';
  return page('docker-verify', about, edition, [
    ...section('SYNOPSIS', ['\\fBdocker verify\\fR \\fICOMMAND\\fR \\[u2026]']),
    ...section('DESCRIPTION', [
      roff('A plugin of Docker: each command has a page of its own. Every other builder verb is handed to buildx.'),
    ]),
    ...section(
      'COMMANDS',
      commandTable.flatMap(({ name, summary }) => tagged(`.BR ${roff(pageName(name))} (1)`, summary)),
    ),
    ...section('OPTIONS OF DOCKER VERIFY', [
      roff(`Where a command builds (build, bake) these have the prefix --${ownPrefix}.`),
      ...ownOptions(''),
    ]),
  ]);
}

/** The manual, section 1: the overview and a page for each command, as roff (man(7)), by the names of their files. */
export function renderManual(edition: ManEdition): ReadonlyMap<string, string> {
  const commands = commandTable.map((row) => [`${pageName(row.name)}.1`, commandPage(row, edition)] as const);
  return new Map([['docker-verify.1', overviewPage(edition)], ...commands]);
}
