import { isRefusal, type Report, type ReportImage } from '../../model/index.ts';
import { headline } from '../describe/describe-image.ts';
import { describeBuild, describeCacheImport, describeTask, describeUnknown } from '../describe/describe-report.ts';
import { describeVerdict } from '../describe/describe-verdict.ts';
import { curedDetails, type Detail, imageDetails } from '../describe/image-details.ts';
import { escapeHtml } from '../page/html-document.ts';
import { type Shown, visibleDocument } from '../text/visible.ts';

type Outcome = 'passed' | 'warned' | 'failure' | 'error';

interface TestCase {
  readonly name: string;
  readonly outcome: Outcome;
  readonly message: string;
  readonly lines: readonly string[];
}

const outcomes = { allow: 'passed', warn: 'warned', block: 'failure', error: 'error' } as const;

function lineOf({ label, value, code }: Detail): string {
  if (label !== null) return `${label}: ${value}`;
  return code === null ? value : `${value} [${code}]`;
}

function imageCase(image: ReportImage): TestCase {
  const lines = imageDetails(image).map(lineOf);
  return { name: image.name, outcome: outcomes[image.status], message: headline(image), lines };
}

function otherCases(report: Report): readonly TestCase[] {
  const caches = report.cacheImports.map((cache) => ({
    name: `cache ${cache.type} ${cache.ref}`,
    outcome: outcomes[cache.status],
    message: describeCacheImport(cache),
    lines: [],
  }));
  const used = report.build === null ? [] : describeBuild(report.build);
  const lines = [...report.unknown.map(describeUnknown), ...[...curedDetails(report.findings), ...used].map(lineOf)];
  const told = [...report.images, ...report.cacheImports].some(({ status }) => isRefusal(status));
  // a pipeline shows no verdict but those of its tests: what is refused has one that fails, whatever it is refused for
  if (lines.length === 0 && (told || !isRefusal(report.verdict))) return caches;
  const whole = { name: 'the build as a whole', outcome: outcomes[report.verdict], message: describeVerdict(report) };
  return [...caches, { ...whole, lines }];
}

function renderCase({ name, outcome, message, lines }: TestCase): string {
  const opening = `    <testcase classname="docker verify" name="${escapeHtml(name)}"`;
  const text = [message, ...lines].map(escapeHtml).join('\n');
  switch (outcome) {
    case 'passed':
      return `${opening}/>`;
    case 'warned':
      return `${opening}>\n      <system-out>${text}</system-out>\n    </testcase>`;
    case 'failure':
    case 'error':
      return `${opening}>\n      <${outcome} message="${escapeHtml(message)}">${text}</${outcome}>\n    </testcase>`;
  }
}

/** The report as JUnit's XML, as CI systems show it: an image is a test, which fails where it is blocked. */
export function renderJunit(report: Report): Shown {
  const cases = [...report.images.map(imageCase), ...otherCases(report)];
  const count = (outcome: Outcome): number => cases.filter((each) => each.outcome === outcome).length;
  const counts = `tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}"`;
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="docker verify" ${counts}>`,
    `  <testsuite name="${escapeHtml(describeTask(report))}" ${counts} skipped="0" timestamp="${escapeHtml(report.time)}">`,
    ...cases.map(renderCase),
    '  </testsuite>',
    '</testsuites>',
  ];
  return visibleDocument(`${lines.join('\n')}\n`);
}
