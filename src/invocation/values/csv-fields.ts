import { VerifyError } from '../../model/index.ts';

function invalid(line: string): VerifyError {
  return new VerifyError('usage.invalid', `the quotes in "${line.slice(0, 200)}" do not match`, {
    hint: 'a field with a comma is written "name=a,b", a quote within it twice',
  });
}

/** The quoted field that begins at `start`, and where it ends. */
function quotedField(line: string, start: number): readonly [field: string, end: number] {
  let field = '';
  let from = start + 1;
  for (;;) {
    const quote = line.indexOf('"', from);
    if (quote < 0) throw invalid(line);
    field += line.slice(from, quote);
    if (line[quote + 1] !== '"') return [field, quote + 1];
    field += '"';
    from = quote + 2;
  }
}

/**
 * The fields of one line of comma-separated values, as github.com/tonistiigi/go-csvvalue reads the values of buildx's options
 * (RFC 4180 with strict quotes).
 * @throws VerifyError `usage.invalid` for quotes that do not match
 */
export function csvFields(line: string): readonly string[] {
  if (line === '') return [];
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    const isQuoted = line[at] === '"';
    const comma = line.indexOf(',', at);
    const plainEnd = comma < 0 ? line.length : comma;
    const [field, end] = isQuoted ? quotedField(line, at) : ([line.slice(at, plainEnd), plainEnd] as const);
    if (!isQuoted && field.includes('"')) throw invalid(line);
    fields.push(field);
    if (end === line.length) return fields;
    if (line[end] !== ',') throw invalid(line);
    at = end + 1;
  }
}

/** A field cut at its first `=`; the value is null where there is none. */
export function keyAndValue(field: string): readonly [key: string, value: string | null] {
  const equals = field.indexOf('=');
  return equals < 0 ? [field, null] : [field.slice(0, equals), field.slice(equals + 1)];
}
