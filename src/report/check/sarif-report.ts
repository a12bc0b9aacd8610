import type { Location, Log, ReportingDescriptor, Result } from 'sarif';
import type { FindingCode, Report } from '../../model/index.ts';
import { type PlacedFinding, placedFindings } from '../describe/placed-findings.ts';
import { securitySeverity, usualLevel } from '../findings/finding-severity.ts';
import { findingExplanations } from '../findings/findings.ts';
import { type Checkout, folderUriOf, placeOf } from '../text/checkout.ts';
import { renderJsonDocument } from '../text/json-report.ts';
import { projectAddress } from '../text/project-address.ts';
import type { Shown } from '../text/visible.ts';

/** The name that stands for the root of the repository (SARIF 2.1.0, section 3.14.14). */
const base = '%SRCROOT%';

function location({ place }: PlacedFinding, checkout: Checkout | null): Location {
  const { uri, isInside } = placeOf(place.file, checkout);
  const { line, column } = place;
  return {
    physicalLocation: {
      artifactLocation: { uri, ...(isInside && checkout !== null ? { uriBaseId: base } : {}) },
      ...(line === null ? {} : { region: { startLine: line, ...(column === null ? {} : { startColumn: column }) } }),
    },
  };
}

/** An exception lets a result pass as a suppression (SARIF 2.1.0, section 3.35). */
function suppressions({ waivers }: PlacedFinding): Pick<Result, 'suppressions'> {
  const found = waivers.map((justification) => ({ kind: 'external', status: 'accepted', justification }) as const);
  return found.length === 0 ? {} : { suppressions: found };
}

function ruleOf(id: FindingCode): ReportingDescriptor {
  const { headline, meaning, cure } = findingExplanations[id];
  return {
    id,
    name: id.replace(/(?:^|[.-])(\w)/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: headline },
    fullDescription: { text: meaning },
    help: { text: `${meaning}\n\n${cure}`, markdown: `${meaning}\n\n**Cure:** ${cure}` },
    helpUri: `${projectAddress}docs/findings.md#${id.replaceAll('.', '')}`,
    defaultConfiguration: { level: usualLevel(id) },
    properties: {
      tags: ['security', 'supply-chain'],
      precision: 'very-high',
      'security-severity': securitySeverity(id),
    },
  };
}

/** What tells the runs on one commit apart: GitHub keeps the newest of each category, which ends at the last slash (section 3.17.3). */
function categoryOf({ files, targets }: Report): string {
  const dockerfiles = [...new Set(targets.map(({ dockerfile }) => dockerfile))].sort();
  const subject = files === undefined ? dockerfiles.slice(0, 8).join('+') : 'survey';
  return `docker-verify/${(subject === '' ? 'images' : subject).replace(/[^\w.+-]/g, '_')}/`;
}

/** A message in which nothing of others becomes a link: brackets before a parenthesis would (SARIF 2.1.0, section 3.11.6). */
function withoutLinks(text: string): string {
  return text.replace(/\](?=\()/g, '\\]');
}

/**
 * The findings as SARIF 2.1.0, as code scanning services take them: each has a place, and files are named from the root of the
 * repository on where that is known.
 */
export function renderSarif(report: Report, checkout: Checkout | null): Shown {
  const results = placedFindings(report);
  const used = [...new Set(results.map(({ code }) => code))].sort();
  const { name, version } = report.tool;
  const log: Log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name, semanticVersion: version, informationUri: projectAddress, rules: used.map(ruleOf) },
        },
        automationDetails: { id: categoryOf(report) },
        ...(checkout === null ? {} : { originalUriBaseIds: { [base]: { uri: folderUriOf(checkout.root) } } }),
        invocations: [{ executionSuccessful: report.verdict !== 'error', endTimeUtc: report.time }],
        columnKind: 'utf16CodeUnits',
        results: results.map((found) => ({
          ruleId: found.code,
          level: found.level,
          message: { text: withoutLinks([found.sentence, ...found.details].join('\n')) },
          locations: [location(found, checkout)],
          partialFingerprints: { primaryLocationLineHash: `${found.fingerprint.slice(0, 16)}:1` },
          ...suppressions(found),
          ruleIndex: used.indexOf(found.code),
        })),
      },
    ],
  };
  return renderJsonDocument(log);
}
