import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { renderReport } from '../../../../src/report/index.ts';
import { exceptedReport } from '../page/full-reports.ts';
import { examples, finding, reportOn, unsignedImage } from '../reports.ts';

/** What GitHub reads of a log, as far as its rules are about it (GitHub Docs, "SARIF support for code scanning"). */
interface Log {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly name: string; readonly rules: readonly Rule[] } };
    readonly automationDetails: { readonly id: string };
    readonly results: readonly Result[];
  }[];
}
interface Rule {
  readonly id: string;
  readonly shortDescription: { readonly text: string };
  readonly fullDescription: { readonly text: string };
  readonly help: { readonly text: string };
  readonly defaultConfiguration: { readonly level: string };
  readonly properties: { readonly tags: readonly string[]; readonly 'security-severity': string };
}
interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly { readonly physicalLocation: PhysicalLocation }[];
  readonly partialFingerprints: { readonly primaryLocationLineHash: string };
}
interface PhysicalLocation {
  readonly artifactLocation: { readonly uri: string; readonly uriBaseId?: string };
  readonly region?: { readonly startLine: number; readonly startColumn?: number };
}

const levels = ['none', 'note', 'warning', 'error'];

/** What the schema of the format itself finds wrong with a log. It is of an older draft of JSON Schema, which says `id` for `$id`. */
const schemaErrors = ((): ((log: unknown) => readonly string[]) => {
  const text = readFileSync('test/fixtures/schemas/sarif-2.1.0-rtm.5.schema.json', 'utf8');
  const { $schema: _, id: __, ...schema } = JSON.parse(text) as Readonly<Record<string, unknown>>;
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  ajv.addFormat('uri', (value) => URL.canParse(value));
  ajv.addFormat('uri-reference', (value) => URL.canParse(value, 'file:///') && !/[\s\\]/.test(value));
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/);
  const validate = ajv.compile(schema);
  return (log) => {
    validate(log);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
})();

describe.each(Object.entries(examples))('the SARIF of the report "%s", as GitHub takes it', (_, report) => {
  const log = JSON.parse(renderReport(report, 'sarif', { color: false, width: null })) as Log;
  const [run] = log.runs;
  if (run === undefined) throw new Error('a log without a run');

  it('is valid by the schema of SARIF 2.1.0', () => {
    expect(schemaErrors(log)).toEqual([]);
  });

  it('is one run of a named tool in version 2.1.0, in a category of its own', () => {
    expect([log.version, log.runs.length, run.tool.driver.name]).toEqual(['2.1.0', 1, 'docker-verify']);
    expect(run.automationDetails.id).toMatch(/^[^/]+\/[^/]+\/$/);
  });

  it('tells of each rule what is shown of it, within what is kept', () => {
    for (const { id, shortDescription, fullDescription, help, defaultConfiguration, properties } of run.tool.driver
      .rules) {
      expect(id.length).toBeLessThanOrEqual(255);
      for (const { text } of [shortDescription, fullDescription]) {
        expect(text).not.toBe('');
        expect(text.length).toBeLessThanOrEqual(1024);
      }
      expect(help.text).not.toBe('');
      expect(levels).toContain(defaultConfiguration.level);
      expect(properties.tags.length).toBeLessThanOrEqual(10);
      expect(properties.tags).toContain('security'); // without it a severity is not shown
      expect(Number(properties['security-severity'])).toBeGreaterThan(0);
      expect(Number(properties['security-severity'])).toBeLessThanOrEqual(10);
    }
    expect(new Set(run.tool.driver.rules.map(({ id }) => id)).size).toBe(run.tool.driver.rules.length);
  });

  it('has of each result a rule, a message, a place in the repository and a fingerprint of its own', () => {
    for (const { ruleId, ruleIndex, level, message, locations, partialFingerprints } of run.results) {
      expect(run.tool.driver.rules[ruleIndex]?.id).toBe(ruleId);
      expect(levels).toContain(level);
      expect(message.text).not.toBe('');
      expect(locations).toHaveLength(1);
      for (const { physicalLocation } of locations) {
        expect(physicalLocation.artifactLocation.uri).toMatch(/^(?!\/|\.\.?\/|file:)./);
        expect(physicalLocation.region?.startLine ?? 1).toBeGreaterThan(0);
      }
      expect(partialFingerprints.primaryLocationLineHash).toMatch(/^[0-9a-f]{16}:\d+$/);
    }
    const prints = run.results.map(({ partialFingerprints }) => partialFingerprints.primaryLocationLineHash);
    expect(new Set(prints).size).toBe(prints.length);
  });
});

it.each<[string, (log: string) => string, string]>([
  [
    'a word that it does not know',
    (log) => log.replace('"startLine"', '"line"'),
    'must NOT have additional properties',
  ],
  [
    'a level that there is none of',
    (log) => log.replaceAll('"level": "error"', '"level": "fatal"'),
    'must be equal to',
  ],
  ['a time that is none', (log) => log.replace(/"endTimeUtc": "[^"]*"/, '"endTimeUtc": "today"'), 'format "date-time"'],
  [
    'a file that is no URI',
    (log) => log.replaceAll('"uri": "Dockerfile"', '"uri": "my file"'),
    'format "uri-reference"',
  ],
  [
    'a result without a message',
    (log) => log.replace('"message": {', '"properties": {'),
    "required property 'message'",
  ],
])('the schema refuses a log with %s', (_, change, message) => {
  const whole = renderReport(reportOn([unsignedImage], 'block'), 'sarif', { color: false, width: null });
  expect(schemaErrors(JSON.parse(whole))).toEqual([]);
  expect(schemaErrors(JSON.parse(change(whole))).join('\n')).toContain(message);
});

it('is valid by the schema where an exception suppresses a result, and in a checkout', () => {
  const checkout = { root: '/work/my app', workingDirectory: '/work/my app' };
  const excepted = renderReport(exceptedReport, 'sarif', { color: false, width: null }, checkout);
  expect(excepted).toContain('"suppressions"');
  expect(excepted).toContain('"originalUriBaseIds"');
  expect(schemaErrors(JSON.parse(excepted))).toEqual([]);
});

it('makes no link of what others wrote: a bracket before a parenthesis is one with a backslash', () => {
  const found = finding('signature.missing', { message: 'see [the docs](https://evil.example) [1] (2)' });
  const report = reportOn([{ ...unsignedImage, findings: [found] }], 'block');
  const { runs } = JSON.parse(renderReport(report, 'sarif', { color: false, width: null })) as Log;
  expect(runs[0]?.results[0]?.message.text).toContain('see [the docs\\](https://evil.example) [1] (2)');
});
