import { type Finding, type FindingCode, isRefusal, type Report, type ReportImage, type Use } from '../model/index.ts';
import { refusedSources } from './describe-report.ts';
import { findingExplanations } from './findings.ts';
import { renderJsonDocument } from './json-report.ts';
import { worstFirst } from './summary.ts';
import type { Shown } from './visible.ts';

interface Location {
  readonly physicalLocation: {
    readonly artifactLocation: { readonly uri: string };
    readonly region?: { readonly startLine: number; readonly startColumn?: number };
  };
}

interface Result {
  readonly ruleId: FindingCode;
  readonly level: Finding['level'];
  readonly message: { readonly text: string };
  readonly locations?: readonly Location[];
  readonly suppressions?: readonly Suppression[];
}

/** An exception that lets a result pass (SARIF 2.1.0, section 3.35). */
interface Suppression {
  readonly kind: 'external';
  readonly status: 'accepted';
  readonly justification: string;
}

type Place = Pick<Use, 'file' | 'line' | 'column'>;

/** A path as the relative reference or file URI that SARIF asks for (section 3.4.3). */
function uriOf(file: string): string {
  // what is no character cannot be part of a URI
  const path = file
    .replace(/\p{Cs}/gu, '\ufffd')
    .replaceAll('\\', '/')
    .split('/')
    .map(encodeURIComponent)
    .join('/');
  if (path.startsWith('/')) return `file://${path}`;
  const drive = /^([A-Za-z])%3A\//.exec(path);
  return drive === null ? path : `file:///${drive[1]}:/${path.slice(drive[0].length)}`;
}

function locations({ file, line, column }: Place): readonly Location[] {
  if (file === null || file === '') return [];
  const region =
    line === null ? {} : { region: { startLine: line, ...(column === null ? {} : { startColumn: column }) } };
  return [{ physicalLocation: { artifactLocation: { uri: uriOf(file) }, ...region } }];
}

function result(ruleId: FindingCode, level: Finding['level'], text: string, place: Place | null): Result {
  const found = place === null ? [] : locations(place);
  return { ruleId, level, message: { text }, ...(found.length === 0 ? {} : { locations: found }) };
}

/** The finding's sentence with what was expected and found, for one image or none. */
function messageOf({ message, expected, found, code, hint }: Finding, subject: string | null): string {
  const lines = [subject === null ? message : `${subject}: ${message}`];
  if (expected !== null) lines.push(`Expected: ${expected}`);
  if (found !== null) lines.push(`Found: ${found}`);
  lines.push(`Next: ${hint ?? findingExplanations[code].cure}`);
  return lines.join('\n');
}

/** The exceptions that waive a finding of an image; none where it is refused all the same. */
function suppressionsOf({ status, findings }: ReportImage, { code, level }: Finding): readonly Suppression[] {
  if (level !== 'error' || isRefusal(status)) return [];
  return findings.flatMap(({ waiver }) =>
    waiver?.codes.includes(code) === true
      ? [{ kind: 'external', status: 'accepted', justification: waiver.reason } as const]
      : [],
  );
}

/** One result for each place that uses the image, since each is a line to change. */
function imageResults(image: ReportImage): readonly Result[] {
  const places: readonly (Place | null)[] = image.uses.some(({ file }) => file !== null)
    ? image.uses.filter(({ file }) => file !== null)
    : [null];
  return image.findings.flatMap((finding) => {
    const level = image.status === 'warn' && finding.level === 'error' ? 'warning' : finding.level;
    const suppressions = suppressionsOf(image, finding);
    return places.map((place) => ({
      ...result(finding.code, level, messageOf(finding, image.name), place),
      ...(suppressions.length === 0 ? {} : { suppressions }),
    }));
  });
}

/** A finding about a repository or download stands at each place that asks for it. */
function findingResults(report: Report, finding: Finding): readonly Result[] {
  const source = refusedSources(report).find(({ name }) => finding.found?.startsWith(name));
  const isSource = finding.code.startsWith('source.') && source !== undefined;
  const places: readonly (Place | null)[] = isSource ? source.uses.filter(({ file }) => file !== null) : [];
  const level = isSource && source.status === 'warn' ? 'warning' : finding.level;
  return (places.length === 0 ? [null] : places).map((place) =>
    result(finding.code, level, messageOf(finding, null), place),
  );
}

function otherResults(report: Report): readonly Result[] {
  const dockerfile = report.targets[0]?.dockerfile ?? null;
  const caches = report.cacheImports
    .filter(({ status }) => status !== 'allow')
    .map(({ type, ref, status }) => {
      const { meaning } = findingExplanations['cache-import.denied'];
      return result('cache-import.denied', status === 'warn' ? 'warning' : 'error', `${type} ${ref}: ${meaning}`, null);
    });
  const unknown = report.unknown.map(({ line }) => {
    const place = { file: dockerfile, line, column: null };
    return result('scan.unknown', 'warning', findingExplanations['scan.unknown'].meaning, place);
  });
  const findings = report.findings.flatMap((finding) => findingResults(report, finding));
  const used = (report.build?.unverified ?? []).map((source) =>
    result('image.unverifiable', 'error', `The build used ${source}, which nobody verified.`, null),
  );
  return [...caches, ...unknown, ...findings, ...used];
}

/** The findings as SARIF 2.1.0, as code scanning services take them. */
export function renderSarif(report: Report): Shown {
  const results = worstFirst([...report.images.flatMap(imageResults), ...otherResults(report)]);
  const used = [...new Set(results.map(({ ruleId }) => ruleId))].sort();
  const rules = used.map((id) => {
    const { headline, meaning, cure } = findingExplanations[id];
    return { id, shortDescription: { text: headline }, fullDescription: { text: meaning }, help: { text: cure } };
  });
  return renderJsonDocument({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: report.tool.name, semanticVersion: report.tool.version, rules } },
        invocations: [{ executionSuccessful: report.verdict !== 'error', endTimeUtc: report.time }],
        results: results.map((each) => ({ ...each, ruleIndex: used.indexOf(each.ruleId) })),
      },
    ],
  });
}
