/** Our options, as they stand below the help of every command that takes them; `bare` for those that take them without `verify-`. */
export function ownOptionsHelp(bare = false): string {
  const rows: readonly (readonly [string, string])[] = [
    ['policy FILE', 'a further policy; may be repeated'],
    ['trusted-root FILE', 'a further Sigstore trusted root; may be repeated'],
    ['mode enforce|warn', 'refuse what the policies do not allow, or only say so'],
    ['format FORMAT', 'text or json; of a verdict also sarif, markdown or html'],
    ['output FILE', 'where the report goes'],
    ['offline', 'never touch the network'],
    ['refresh', 'use nothing that is cached'],
    ['fresh', "build without the builder's cache"],
    ['break-glass REASON', 'go on with warnings in an emergency, where every policy allows it'],
    ['jobs N', 'requests at once'],
    ['timeout DURATION', 'for all verifying together (60s)'],
    ['quiet', 'say nothing but a refusal'],
    ['no-color', 'no colours'],
  ];
  const written = (option: string): string => (bare ? `--${option}` : `--verify-${option}`);
  const lines = rows.map(([option, meaning]) => `      ${written(option).padEnd(30)}${meaning}`);
  return `Options of docker verify:\n${lines.join('\n')}\n`;
}
