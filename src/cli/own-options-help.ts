/** Our options, as they stand below the help of every command that takes them. */
export function ownOptionsHelp(): string {
  const rows: readonly (readonly [string, string])[] = [
    ['--verify-policy FILE', 'a further policy; may be repeated'],
    ['--verify-trusted-root FILE', 'a further Sigstore trusted root; may be repeated'],
    ['--verify-mode enforce|warn', 'refuse what the policies do not allow, or only say so'],
    ['--verify-format FORMAT', 'text, json, sarif, markdown or html'],
    ['--verify-output FILE', 'where the report goes'],
    ['--verify-offline', 'never touch the network'],
    ['--verify-refresh', 'use nothing that is cached'],
    ['--verify-fresh', "build without the builder's cache"],
    ['--verify-jobs N', 'requests at once'],
    ['--verify-timeout DURATION', 'for all verifying together (60s)'],
    ['--verify-quiet', 'say nothing but a refusal'],
    ['--verify-no-color', 'no colours'],
  ];
  const lines = rows.map(([option, meaning]) => `      ${option.padEnd(30)}${meaning}`);
  return `Options of docker verify:\n${lines.join('\n')}\n`;
}
