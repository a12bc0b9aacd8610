// `node scripts/manual.ts FOLDER`: writes the manual, generated from the table of commands, into a folder of section 1.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderManual } from '../src/cli/help/man-page.ts';

const [folder = 'dist/man1'] = process.argv.slice(2);
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
// the same pages of the same source, for a build that says when they are made (reproducible-builds.org)
const seconds = Number(process.env['SOURCE_DATE_EPOCH'] ?? Date.now() / 1000);
const date = new Date(seconds * 1000).toISOString().slice(0, 10);
mkdirSync(folder, { recursive: true });
for (const [name, text] of renderManual({ version, date })) writeFileSync(join(folder, name), text);
