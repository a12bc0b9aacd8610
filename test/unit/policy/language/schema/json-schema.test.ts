import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { policyJsonSchemas } from '../../../../../src/policy/language/schema/json-schema.ts';
import { publishersSchema } from '../../../../../src/policy/language/schema/publishers-schema.ts';
import { knownPublishers } from '../../../../../src/policy/publishers/known-publishers.ts';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../../../src/policy/language/${name}.schema.json`, import.meta.url), 'utf8'));
const schemas = policyJsonSchemas();
const ajv = new Ajv2020({ strict: false, validateFormats: false });
// compiled once each: Ajv keeps what it compiled by the schema's identity
const validator = (name: 'policy' | 'publishers') => ajv.compile(schemas[name]);

describe('the JSON Schemas in the project', () => {
  it.each(['policy', 'publishers'] as const)(
    '%s is what the definition generates (scripts/schema.ts writes it)',
    (name) => {
      expect(read(name)).toEqual(policyJsonSchemas()[name]);
    },
  );

  it.each([
    [{ version: 1 }, true],
    [
      {
        version: 1,
        rules: [{ images: ['**'], signedBy: [{ key: 'acme.pub', log: 'required' }], require: { lineage: {} } }],
      },
      true,
    ],
    [{ version: 1, rules: [{ images: ['**'], signedby: [] }] }, false],
    [{ version: 1, mode: 'block' }, false],
    [{ mode: 'warn' }, false],
    [{ version: 1, moed: 'warn' }, false],
  ])('check a policy in an editor: %j', (policy, isValid) => {
    expect(validator('policy')(policy)).toBe(isValid);
  });

  it('check the built-in catalogue, as its own parser does', () => {
    expect(validator('publishers')(knownPublishers)).toBe(true);
    expect(publishersSchema.parse(knownPublishers)).toEqual(knownPublishers);
  });
});

describe('the built-in catalogue', () => {
  it.each(Object.entries(knownPublishers.publishers))(
    'names sources, a date and its confidence: %s',
    (_, publisher) => {
      expect(publisher.sources).not.toHaveLength(0);
      expect(publisher.checked).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      expect(['confirmed', 'probable']).toContain(publisher.confidence);
    },
  );
});
