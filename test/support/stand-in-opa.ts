import { join } from 'node:path';
import { writeProgram } from './write-program.ts';

/**
 * Writes a program named opa into a folder. It takes the options of the real one, and stands in for it because there is no opa to be had
 * as a package: a module is JavaScript here, an expression over `input`, and its value is printed as opa prints values.
 */
export async function writeStandInOpa(folder: string, version = '1.4.2'): Promise<string> {
  const file = join(folder, 'opa');
  const text = `#!${process.execPath}
const { readFileSync } = require('node:fs');
const [command, ...args] = process.argv.slice(2);
const fail = (message) => { console.log(JSON.stringify({ errors: [{ message }] })); process.exit(2); };
if (command === 'version') { console.log('Version: ${version}\\nBuild Commit: none'); process.exit(0); }
if (command !== 'eval' || args.at(-1) !== 'data.sigstore.isCompliant') fail('not understood: ' + process.argv.slice(2).join(' '));
if (args.includes('--v0-compatible') !== ${JSON.stringify(!version.startsWith('0.'))}) fail('the wrong Rego');
if (args[args.indexOf('--format') + 1] !== 'json' || !args.includes('--stdin-input')) fail('not understood');
const module_ = readFileSync(args[args.indexOf('--data') + 1], 'utf8').replace(/^package sigstore\\n/, '');
const input = JSON.parse(readFileSync(0, 'utf8'));
let value;
try { value = new Function('input', 'environment', 'return ' + module_)(input, process.env); } catch (error) { fail(error.message); }
console.log(JSON.stringify(value === undefined ? {} : { result: [{ expressions: [{ value }] }] }));
`;
  writeProgram(file, text);
  return file;
}
