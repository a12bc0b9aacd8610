/** Takes `--format` with one of these values out of a command line; the formats that every report has are left for all. */
export function takeFormat<Format extends string>(
  args: readonly string[],
  formats: readonly Format[],
): { readonly format: Format | null; readonly others: readonly string[] } {
  let format: Format | null = null;
  const others: string[] = [];
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? '';
    const match = /^--(?:verify-)?format(?:=(.*))?$/.exec(word);
    const value = match?.[1] ?? args[index + 1];
    const found = match === null ? undefined : formats.find((each) => each === value);
    if (match === null || found === undefined) others.push(word);
    else {
      format = found;
      index += match[1] === undefined ? 1 : 0;
    }
  }
  return { format, others };
}
