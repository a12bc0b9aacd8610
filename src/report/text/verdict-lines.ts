import type { Finding, Report, ReportImage, Signer } from '../../model/index.ts';
import { visibleJson } from './visible.ts';

/** What is known of a run besides its report. */
export interface LoggedRun {
  /** One for all lines of a run. */
  readonly run: string;
  /** `build`, `bake` or `check`. */
  readonly command: string;
  readonly host: string;
  readonly user: string;
  /** The folder it ran in. */
  readonly folder: string;
}

/** A line is to fit into what systems append in one piece, and what collectors take. */
const mostFindings = 20;
const longestText = 300; // characters

function shortened(text: string): string {
  return text.length > longestText ? `${text.slice(0, longestText)}…` : text;
}

function signersOf({ evidence, verified }: ReportImage): readonly Signer[] {
  if (!verified) return [];
  const signers = evidence.flatMap(({ trusted, signer }) => (trusted && signer !== null ? [signer] : []));
  return [...new Map(signers.map((signer) => [JSON.stringify(signer), signer])).values()];
}

function shortFindings(findings: readonly Finding[]): readonly object[] {
  return findings
    .slice(0, mostFindings)
    .map(({ code, level, message }) => ({ code, level, message: shortened(message) }));
}

function headOf(report: Report, { run, command, host, user, folder }: LoggedRun): object {
  return {
    schemaVersion: 1,
    time: report.time,
    run,
    tool: report.tool,
    host,
    user,
    command,
    folder: shortened(folder),
    mode: report.mode,
    verdict: report.verdict,
    breakGlass: report.breakGlass === undefined ? null : shortened(report.breakGlass),
    policies: report.policies.slice(0, mostFindings).map(({ layer, source, sha256 }) => ({
      layer,
      source: shortened(source),
      sha256,
    })),
  };
}

/** What a machine's log says of one image (`verdict-log.schema.json`): one line, without its end. */
export function verdictLine(report: Report, image: ReportImage, run: LoggedRun): string {
  const { name, digest, status, basis, verified, decisions, findings } = image;
  return visibleJson(
    JSON.stringify({
      ...headOf(report, run),
      event: 'verdict',
      image: { name, digest, status, basis, verified, signers: signersOf(image) },
      decisions: decisions.slice(0, mostFindings).map(({ layer, policy, rule, status: decided }) => ({
        layer,
        policy: shortened(policy),
        rule,
        status: decided,
      })),
      findings: shortFindings(findings),
    }),
  );
}

/** The line of a build that used something unverified. */
export function auditLine(report: Report, failure: string, run: LoggedRun): string {
  const finding = { code: 'audit.failed', level: 'error', message: shortened(failure) };
  return visibleJson(
    JSON.stringify({ ...headOf(report, run), event: 'audit', image: null, decisions: [], findings: [finding] }),
  );
}
