// Writes the JSON Schemas of policies and publishers' files beside the definition that they come from.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { policyJsonSchemas } from '../src/policy/language/schema/json-schema.ts';

const files = Object.entries(policyJsonSchemas()).map(([name, schema]) => {
  const file = fileURLToPath(new URL(`../src/policy/language/${name}.schema.json`, import.meta.url));
  writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
  return file;
});
execFileSync(fileURLToPath(new URL('../node_modules/.bin/biome', import.meta.url)), ['format', '--write', ...files]);
