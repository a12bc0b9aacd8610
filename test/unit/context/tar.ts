/** What one entry of a test's archive says; what is left out is as usual. */
export interface TestEntry {
  readonly name: string;
  /** `0` file, `1` hard link, `2` link, `5` folder, `x` attributes, `L` a long name, … */
  readonly kind?: string;
  readonly target?: string;
  readonly body?: string | Buffer;
  /** Whether to leave out the mark of the format. */
  readonly old?: boolean;
  readonly checksum?: number;
}

function octal(value: number, length: number): string {
  return `${value.toString(8).padStart(length - 1, '0')}\0`;
}

/** One header with its body: written out by hand, since what libraries write is never wrong. */
export function tarEntry({ name, kind = '0', target = '', body = '', old = false, checksum }: TestEntry): Buffer {
  const bytes = Buffer.from(body);
  const header = Buffer.alloc(512);
  header.write(name, 0, 'utf8');
  header.write(octal(0o644, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(bytes.length, 12), 124);
  header.write(octal(0, 12), 136);
  header.write(' '.repeat(8), 148);
  header.write(kind, 156);
  header.write(target, 157, 'utf8');
  if (!old) header.write('ustar\u000000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${(checksum ?? sum).toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

/** One record of PAX attributes. */
export function paxRecord(name: string, value: string): string {
  const rest = ` ${name}=${value}\n`;
  const length = rest.length + String(rest.length + 2).length;
  return `${length}${rest}`;
}

/** A whole archive. */
export function tar(...entries: readonly TestEntry[]): Buffer {
  return Buffer.concat([...entries.map(tarEntry), Buffer.alloc(1024)]);
}
