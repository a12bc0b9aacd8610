import { spawnSync } from 'node:child_process';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { renderReport } from '../../../../src/report/index.ts';
import { examples } from '../reports.ts';

const layout = { color: false, width: null };
const reports = Object.entries(examples);

/** An issue as GitLab documents it (GitLab Documentation, "Code Quality", report format). */
const codeQuality = {
  type: 'array',
  items: {
    type: 'object',
    required: ['description', 'check_name', 'fingerprint', 'severity', 'location'],
    properties: {
      description: { type: 'string', minLength: 1 },
      check_name: { type: 'string', minLength: 1 },
      fingerprint: { type: 'string', pattern: '^[0-9a-f]{32,}$' },
      severity: { enum: ['info', 'minor', 'major', 'critical', 'blocker'] },
      location: {
        type: 'object',
        required: ['path', 'lines'],
        properties: {
          path: { type: 'string', pattern: '^(?!\\./).+' },
          lines: { type: 'object', required: ['begin'], properties: { begin: { type: 'integer', minimum: 1 } } },
        },
      },
    },
  },
};

describe('the Code Quality report', () => {
  const isValid = new Ajv().compile(codeQuality);

  it.each(reports)('is valid as GitLab documents it: %s', (_, report) => {
    const issues = JSON.parse(renderReport(report, 'codequality', layout)) as readonly {
      readonly fingerprint: string;
    }[];
    isValid(issues);
    expect(isValid.errors).toBeNull();
    expect(new Set(issues.map(({ fingerprint }) => fingerprint)).size).toBe(issues.length);
  });

  it('would be found out if it were not', () => {
    for (const severity of ['error', undefined])
      expect(
        isValid([{ description: 'x', check_name: 'x', fingerprint: '0'.repeat(32), severity, location: {} }]),
      ).toBe(false);
  });
});

/** The elements of Jenkins' schema of JUnit's reports (jenkins-junit.xsd), with what each must have and may hold, as far as we write them. */
const elements: Readonly<
  Record<
    string,
    { readonly needs: readonly string[]; readonly may: readonly string[]; readonly holds: readonly string[] }
  >
> = {
  testsuites: { needs: [], may: ['name', 'time', 'tests', 'failures', 'disabled', 'errors'], holds: ['testsuite'] },
  testsuite: {
    needs: ['name', 'tests'],
    may: ['failures', 'errors', 'time', 'disabled', 'skipped', 'timestamp', 'hostname', 'id', 'package'],
    holds: ['testcase'],
  },
  testcase: {
    needs: ['name', 'classname'],
    may: ['assertions', 'time', 'status'],
    holds: ['error', 'failure', 'system-out'],
  },
  error: { needs: [], may: ['type', 'message'], holds: [] },
  failure: { needs: [], may: ['type', 'message'], holds: [] },
  'system-out': { needs: [], may: [], holds: [] },
};

/** What of `xml` the schema does not allow. */
function faultsOf(xml: string): readonly string[] {
  const faults: string[] = [];
  const open: string[] = [];
  for (const [, slash, name = '', attributes = '', closed] of xml.matchAll(
    /<(\/?)([\w-]+)((?: [\w-]+="[^"<]*")*)(\/?)>/g,
  )) {
    if (slash === '/') {
      if (open.pop() !== name) faults.push(`</${name}> closes another`);
      continue;
    }
    const [parent, rule] = [open.at(-1), elements[name]];
    if (rule === undefined || (parent !== undefined && elements[parent]?.holds.includes(name) !== true))
      faults.push(`<${name}> in <${parent}>`);
    const given = [...attributes.matchAll(/ ([\w-]+)=/g)].map(([, attribute = '']) => attribute);
    faults.push(
      ...(rule?.needs ?? []).filter((each) => !given.includes(each)).map((each) => `<${name}> without ${each}`),
    );
    faults.push(
      ...given
        .filter((each) => ![...(rule?.needs ?? []), ...(rule?.may ?? [])].includes(each))
        .map((each) => `${each} of <${name}>`),
    );
    if (closed !== '/') open.push(name);
  }
  return [...faults, ...open.map((name) => `<${name}> is open`)];
}

describe('the JUnit report', () => {
  it.each(reports)("has what Jenkins' schema allows, and nothing else: %s", (_, report) => {
    expect(faultsOf(renderReport(report, 'junit', layout))).toEqual([]);
  });

  it.each(reports)('counts what it holds: %s', (_, report) => {
    const xml = renderReport(report, 'junit', layout);
    const count = (element: string): number => xml.match(new RegExp(`<${element}[ >]`, 'g'))?.length ?? 0;
    const counts = `tests="${count('testcase')}" failures="${count('failure')}" errors="${count('error')}"`;
    expect(xml.split(counts)).toHaveLength(3);
  });

  it.skipIf(spawnSync('python3', ['--version']).status !== 0).each(reports)('is XML to a parser: %s', (_, report) => {
    const input = renderReport(report, 'junit', layout);
    const parse = 'import sys, xml.dom.minidom; xml.dom.minidom.parseString(sys.stdin.buffer.read())';
    expect(spawnSync('python3', ['-c', parse], { input, encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
  });

  it.each([
    ['<testsuites><testcase name="a" classname="b"/></testsuites>', ['<testcase> in <testsuites>']],
    ['<testsuites><testsuite tests="1"/></testsuites>', ['<testsuite> without name']],
    ['<testsuites hue="1"></testsuites>', ['hue of <testsuites>']],
    ['<testsuites><testsuite name="a" tests="0">', ['<testsuites> is open', '<testsuite> is open']],
  ])('would be found out if it had not: %s', (xml, faults) => {
    expect(faultsOf(xml)).toEqual(faults);
  });
});
