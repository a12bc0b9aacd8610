import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import type { Report, ReportImage, ReportSource } from '../../../../src/model/index.ts';
import { checkFormats, renderReport } from '../../../../src/report/index.ts';
import { examples, finding, reportOn, signedImage, unsignedImage } from '../reports.ts';

const endings: Readonly<Record<(typeof checkFormats)[number], string>> = {
  text: 'txt',
  json: 'json',
  sarif: 'sarif',
  markdown: 'md',
  html: 'html',
  junit: 'xml',
  csv: 'csv',
  codequality: 'codequality.json',
};
const layout = { color: false, width: 100 };
const schema = JSON.parse(readFileSync('src/report/report.schema.json', 'utf8')) as object;
// one for all: it keeps what it compiled, by the schema's identity
const ajv = new Ajv({ allErrors: true, strict: false });

describe.each(Object.entries(examples))('the report "%s"', (name, report) => {
  it.each(checkFormats)('looks as it did, as %s', async (format) => {
    const golden = `../../../fixtures/report/${name}.${endings[format]}`;
    await expect(renderReport(report, format, layout)).toMatchFileSnapshot(golden);
  });
});

/** Text that a hostile registry could send: clears the screen, rewrites the line, reverses it, closes every kind of markup. */
const hostile =
  '\u001b[2J\r\u009b1;31m\u202eallowed\u2028</code><script>x</script>`|[a](b)\n✓ docker.io/library/alpine';

function hostileReport(): Report {
  const signer = { kind: 'keyless', identity: hostile, issuer: hostile } as const;
  const evidence = signedImage.evidence.map((piece) => ({ ...piece, signer, problem: hostile }));
  const findings = [
    finding('signature.invalid', { message: hostile, expected: hostile, found: hostile, hint: hostile }),
  ];
  const decisions = [{ layer: 'project', policy: hostile, rule: hostile, line: 1, status: 'block' }] as const;
  return reportOn(
    [
      { ...signedImage, evidence },
      { ...unsignedImage, decisions, findings },
    ],
    'block',
    {
      cacheImports: [{ type: hostile, ref: hostile, status: 'block' }],
      sources: [{ kind: 'http', name: hostile, pin: null, status: 'block', uses: [] }],
      findings,
      files: [
        { file: hostile, status: 'block', images: [signedImage.name], refused: [signedImage.name], problem: null },
        {
          file: hostile,
          status: 'error',
          images: [],
          refused: [],
          problem: { code: 'dockerfile.invalid', message: hostile },
        },
      ],
      targets: [
        { name: hostile, dockerfile: hostile, platforms: [hostile], context: { source: hostile, digest: hostile } },
      ],
      build: { ref: null, digest: null, status: 0, pushed: [hostile], materials: [], unverified: [hostile] },
    },
  );
}

describe('a report on hostile text', () => {
  it.each(checkFormats)('holds nothing that could rule a terminal or reverse text, as %s', (format) => {
    const rendered = renderReport(hostileReport(), format, { color: false, width: 80 });
    expect(rendered).toContain('allowed');
    expect(rendered).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2028\u2029\u200b]/);
  });

  it('lets no text begin a line of its own', () => {
    const lines = renderReport(hostileReport(), 'text', { color: false, width: null }).split('\n');
    expect(lines.filter((line) => line.startsWith('✓') || line.startsWith('  ✓ docker.io'))).toEqual([]);
  });

  it('lets no text become markup of a page', () => {
    const page = renderReport(hostileReport(), 'html', layout);
    expect(page).toContain('&lt;script&gt;');
    expect(page.match(/<script/g)).toHaveLength(1); // the page's own, which sorts its tables
  });

  it('keeps the text whole in JSON for those who parse it', () => {
    const parsed = JSON.parse(renderReport(hostileReport(), 'json', layout)) as Report;
    expect(parsed.images[1]?.findings[0]?.found).toBe(hostile);
  });
});

describe('the text report', () => {
  it('names some of the places that use an image, and counts the rest', () => {
    const [use] = unsignedImage.uses;
    const uses = use === undefined ? [] : Array.from({ length: 40 }, (_, line) => ({ ...use, line: 100 + line }));
    const text = renderReport(reportOn([{ ...unsignedImage, uses }], 'block'), 'text', { color: false, width: null });
    expect(text).toContain('Dockerfile:111 (FROM), 28 more');
    expect(text).not.toContain('Dockerfile:112');
  });

  it('names no signer whose signature satisfied no rule', () => {
    const evidence = signedImage.evidence.map((piece) => ({ ...piece, trusted: false }));
    const untrusted = {
      ...evidence[0],
      signer: { kind: 'keyless', identity: 'mallory@example.com', issuer: 'x' } as const,
    };
    const both = { ...signedImage, evidence: [{ ...signedImage.evidence[0], ...untrusted }, ...signedImage.evidence] };
    const text = renderReport(reportOn([both as typeof signedImage], 'allow'), 'text', layout);
    expect(text).toContain('signed by');
    expect(text).not.toContain('mallory');
  });

  it.each(['lock', 'local', 'default', 'none'] as const)(
    'never says "signed by" of an image whose basis is %s',
    (basis) => {
      const image = { ...signedImage, basis, verified: false };
      expect(renderReport(reportOn([image], 'allow'), 'text', layout)).not.toContain('signed by');
    },
  );

  it('never says "signed by" of images that are refused, whatever their evidence', () => {
    const text = renderReport(reportOn(examples['blocked']?.images.slice(1) ?? [], 'error'), 'text', layout);
    expect(text).toContain('signed, but by somebody else');
    expect(text).not.toContain('signed by');
  });

  it('never calls an image unsigned that could not be looked at', () => {
    const image = { ...unsignedImage, status: 'error', findings: [finding('image.unverifiable')] } as const;
    expect(renderReport(reportOn([image], 'error'), 'text', layout)).not.toContain('unsigned');
  });

  it('has one line for each image where all is well', () => {
    const images = Array.from({ length: 40 }, () => signedImage);
    const text = renderReport(reportOn(images, 'allow'), 'text', { color: false, width: null });
    expect(text.split('\n').filter((line) => line.startsWith('  ✓'))).toHaveLength(40);
  });

  const commit = 'c'.repeat(40);
  it.each([
    [
      'a commit',
      { source: 'example.com/b.git#main', digest: `sha1:${commit}` },
      'x of example.com/b.git#main at cccccccccccc for',
    ],
    ['a checksum', { source: 'x', digest: `sha256:${'d'.repeat(64)}` }, 'Checking x at sha256:dddddddddddd for'],
  ])('says which state of a context it was: %s', (_, context, words) => {
    const report = reportOn([signedImage], 'allow');
    const targets = [{ name: 'default', dockerfile: 'x', platforms: ['linux/amd64'], context }];
    expect(renderReport({ ...report, targets }, 'text', { color: false, width: null })).toContain(words);
    const validate = ajv.compile(schema);
    const json = JSON.parse(renderReport({ ...report, targets }, 'json', layout));
    expect(json).toMatchObject({ targets: [{ context }] });
    expect(validate(json)).toBe(true);
  });

  it('uses colour only when asked to', () => {
    const report = reportOn([unsignedImage], 'block');
    expect(renderReport(report, 'text', { color: true, width: 80 })).toContain('\u001b[31m');
    expect(renderReport(report, 'text', { color: false, width: 80 })).not.toContain('\u001b');
  });
});

describe('the JSON report', () => {
  const closed = JSON.parse(JSON.stringify(schema), (_key, value: unknown) =>
    typeof value === 'object' && value !== null && 'properties' in value && 'required' in value
      ? { ...value, additionalProperties: false }
      : value,
  ) as object;

  it.each(Object.entries(examples))('obeys its schema: %s', (_, report) => {
    const validate = ajv.compile(schema);
    validate(JSON.parse(renderReport(report, 'json', layout)));
    expect(validate.errors).toBeNull();
  });

  it.each(Object.entries(examples))('has no field that the schema does not know: %s', (_, report) => {
    const validate = ajv.compile(closed);
    validate(JSON.parse(renderReport(report, 'json', layout)));
    expect(validate.errors).toBeNull();
  });

  it('is refused by its schema when it calls an image verified on another basis than a signature', () => {
    const validate = ajv.compile(schema);
    const report = reportOn([{ ...signedImage, basis: 'lock' }], 'allow');
    expect(validate(JSON.parse(renderReport(report, 'json', layout)))).toBe(false);
  });

  it('writes its keys in one order, whatever order they were set in', () => {
    const report = reportOn([signedImage], 'allow');
    const reversed = JSON.parse(JSON.stringify(report), (_key, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).reverse())
        : value,
    ) as Report;
    expect(renderReport(reversed, 'json', layout)).toBe(renderReport(report, 'json', layout));
  });
});

describe('the SARIF report', () => {
  interface Log {
    readonly runs: readonly {
      readonly tool: { readonly driver: { readonly rules: readonly { id: string }[] } };
      readonly results: readonly {
        readonly ruleId: string;
        readonly ruleIndex: number;
        readonly level: string;
        readonly locations?: readonly { physicalLocation: { artifactLocation: { uri: string }; region?: unknown } }[];
      }[];
    }[];
  }
  const resultsOf = (report: Report): Log['runs'][number] => {
    const [run] = (JSON.parse(renderReport(report, 'sarif', layout)) as Log).runs;
    if (run === undefined) throw new Error('a SARIF log without a run');
    return run;
  };

  it('points each result at the rule of its code', () => {
    const { results, tool } = resultsOf(reportOn([unsignedImage], 'block'));
    expect(results.map(({ ruleIndex }) => tool.driver.rules[ruleIndex]?.id)).toEqual(
      results.map(({ ruleId }) => ruleId),
    );
  });

  it('has a result for each line that uses the image', () => {
    const { results } = resultsOf(reportOn([unsignedImage], 'block'));
    expect(results.map(({ locations }) => locations?.[0]?.physicalLocation.region)).toEqual([
      { startLine: 9, startColumn: 6 },
      { startLine: 11, startColumn: 13 },
    ]);
  });

  it('turns errors into warnings where the mode only warns', () => {
    const { results } = resultsOf(reportOn([{ ...unsignedImage, status: 'warn' }], 'warn'));
    expect(new Set(results.map(({ level }) => level))).toEqual(new Set(['warning']));
  });

  it.each([
    ['my files/Docker#file', 'my%20files/Docker%23file'],
    ['/srv/app/Dockerfile', 'file:///srv/app/Dockerfile'],
    ['C:\\app\\Dockerfile', 'file:///C:/app/Dockerfile'],
  ])('writes the path %s as a URI', (file, uri) => {
    const uses = unsignedImage.uses.slice(0, 1).map((use) => ({ ...use, file }));
    const { results } = resultsOf(reportOn([{ ...unsignedImage, uses }], 'block'));
    expect(results[0]?.locations?.[0]?.physicalLocation.artifactLocation.uri).toBe(uri);
  });
});

describe('a report on sources that nothing holds to their content', () => {
  const place = { target: 'default', stage: '0', file: 'Dockerfile' };
  const held: ReportSource = {
    kind: 'git',
    name: 'example.com/held.git#main',
    pin: 'a'.repeat(40),
    status: 'allow',
    uses: [{ kind: 'add', ...place, line: 2, column: 5 }],
  };
  const loose: ReportSource = {
    ...held,
    name: 'example.com/loose.git#main',
    pin: null,
    status: 'block',
    uses: [
      { kind: 'add', ...place, line: 4, column: 5 },
      { kind: 'onbuild', ...place, line: 6, column: 1 },
    ],
  };
  const report: Report = {
    ...reportOn([], 'block'),
    sources: [held, loose],
    findings: [finding('source.unpinned', { found: `${loose.name} (Dockerfile:4)` })],
  };

  it('names those in text, Markdown and HTML, and no others', () => {
    for (const format of ['text', 'markdown', 'html'] as const) {
      const text = renderReport(report, format, layout);
      expect(text).toContain('loose.git#main');
      expect(text).toContain('source.unpinned');
      expect(text).not.toContain('held.git');
    }
    expect(renderReport(report, 'text', layout)).toContain('blocked: 1 source is not held to its content\n');
  });

  it('gives SARIF each place', () => {
    const sarif = JSON.parse(renderReport(report, 'sarif', layout));
    expect(sarif.runs[0].results).toMatchObject([
      { ruleId: 'source.unpinned', level: 'error', locations: [{ physicalLocation: { region: { startLine: 4 } } }] },
      { ruleId: 'source.unpinned', level: 'error', locations: [{ physicalLocation: { region: { startLine: 6 } } }] },
    ]);
    const warned = { ...report, verdict: 'warn', sources: [{ ...loose, status: 'warn' }] } as const;
    expect(JSON.parse(renderReport(warned, 'sarif', layout)).runs[0].results).toMatchObject([
      { level: 'warning' },
      { level: 'warning' },
    ]);
  });

  it('gives JSON all of them, to the schema', () => {
    const json = JSON.parse(renderReport(report, 'json', layout));
    expect(json.sources).toEqual([held, loose]);
    const validate = ajv.compile(schema);
    validate(json);
    expect(validate.errors).toBeNull();
  });
});

describe('a report on an image that an exception lets through', () => {
  const waiver = { codes: ['signature.missing'], reason: 'SEC-1, until 2027-03-01' } as const;
  const findings = [
    finding('signature.missing'),
    finding('package.denied'),
    finding('policy.exception', { level: 'warning', waiver }),
  ];
  const resultsOf = (status: ReportImage['status']): readonly { ruleId: string; suppressions?: unknown }[] => {
    const report = reportOn([{ ...unsignedImage, uses: [], status, findings }], status);
    return JSON.parse(renderReport(report, 'sarif', layout)).runs[0].results;
  };

  it('tells SARIF which finding is suppressed, and why', () => {
    const suppressed = [{ kind: 'external', status: 'accepted', justification: waiver.reason }];
    const found = resultsOf('warn').map(({ ruleId, suppressions }) => [ruleId, suppressions]);
    expect(found).toEqual([
      ['signature.missing', suppressed],
      ['package.denied', undefined],
      ['policy.exception', undefined],
    ]);
  });

  it.each(['block', 'error'] as const)('suppresses nothing where another layer still says %s', (status) => {
    expect(resultsOf(status).filter(({ suppressions }) => suppressions !== undefined)).toEqual([]);
  });
});
