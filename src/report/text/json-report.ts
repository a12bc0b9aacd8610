import type { FetchedSource, Report, ReportImage, ReportTarget, Signer, Use } from '../../model/index.ts';
import { summaryOf } from './summary.ts';
import { page, type Shown, visibleJson } from './visible.ts';

/** Two spaces, a final newline, and nothing that could rule a terminal. */
export function renderJsonDocument(document: unknown): Shown {
  return page([visibleJson(JSON.stringify(document, null, 2))]);
}

export function orderedUse({ kind, target, stage, file, line, column }: Use): Use {
  return { kind, target, stage, file, line, column };
}

/** The repositories and downloads of a report or a scan, left out where there are none. */
export function orderedSources<Source extends FetchedSource>(
  sources: readonly Source[] | undefined,
  more: (source: Source) => object,
): { readonly sources?: readonly object[] } {
  if (sources === undefined || sources.length === 0) return {};
  return {
    sources: sources.map((source) => ({
      kind: source.kind,
      name: source.name,
      pin: source.pin,
      ...more(source),
      uses: source.uses.map(({ kind, target, stage, file, line, column }) => ({
        kind,
        target,
        stage,
        file,
        line,
        column,
      })),
    })),
  };
}

function orderedSigner(signer: Signer | null): Signer | null {
  switch (signer?.kind) {
    case undefined:
      return null;
    case 'keyless':
      return { kind: signer.kind, identity: signer.identity, issuer: signer.issuer };
    case 'key':
      return { kind: signer.kind, sha256: signer.sha256, name: signer.name };
    case 'certificate':
      return { kind: signer.kind, subject: signer.subject };
  }
}

function orderedDecisions(decisions: ReportImage['decisions']): ReportImage['decisions'] {
  return decisions.map(({ layer, policy, rule, line, status }) => ({ layer, policy, rule, line, status }));
}

function orderedEvidence(evidence: ReportImage['evidence']): ReportImage['evidence'] {
  return evidence.map(({ form, verified, trusted, subject, predicateType, signer, time, log, problem }) => ({
    form,
    verified,
    trusted,
    subject,
    predicateType,
    signer: orderedSigner(signer),
    time,
    log: log === null ? null : { index: log.index, id: log.id },
    problem,
  }));
}

function orderedFindings(findings: ReportImage['findings']): ReportImage['findings'] {
  return findings.map(({ code, level, message, expected, found, hint }) => ({
    code,
    level,
    message,
    expected,
    found,
    hint,
  }));
}

function orderedImage(image: ReportImage): ReportImage {
  return {
    name: image.name,
    digest: image.digest,
    status: image.status,
    basis: image.basis,
    verified: image.verified,
    decisions: orderedDecisions(image.decisions),
    platforms: image.platforms.map(({ platform, digest }) => ({ platform, digest })),
    uses: image.uses.map(orderedUse),
    evidence: orderedEvidence(image.evidence),
    findings: orderedFindings(image.findings),
    lineage: image.lineage.map((link) => ({
      depth: link.depth,
      platform: link.platform,
      name: link.name,
      digest: link.digest,
      kind: link.kind,
      claim: link.claim,
      content: link.content,
      status: link.status,
      decisions: orderedDecisions(link.decisions),
      evidence: orderedEvidence(link.evidence),
      note: link.note,
    })),
  };
}

function orderedBuild(build: Report['build']): Report['build'] {
  if (build === null) return null;
  const { ref, digest, status, pushed, materials, unverified } = build;
  return {
    ref,
    digest,
    status,
    pushed,
    materials: materials.map(({ uri, digest: of }) => ({ uri, digest: of })),
    unverified,
  };
}

function orderedTarget({ name, dockerfile, platforms, context }: ReportTarget): ReportTarget {
  const target = { name, dockerfile, platforms };
  return context === undefined ? target : { ...target, context: { source: context.source, digest: context.digest } };
}

function orderedFiles(files: Report['files']): Pick<Report, 'files'> {
  if (files === undefined) return {};
  return {
    files: files.map(({ file, status, images, refused, problem }) => ({
      file,
      status,
      images,
      refused,
      problem: problem === null ? null : { code: problem.code, message: problem.message },
    })),
  };
}

/** The report as the contract has it (`report.schema.json`): keys always in the same order, whatever order they were set in. */
export function renderJson(report: Report): Shown {
  const ordered = {
    schemaVersion: report.schemaVersion,
    tool: { name: report.tool.name, version: report.tool.version },
    time: report.time,
    mode: report.mode,
    verdict: report.verdict,
    summary: summaryOf(report),
    targets: report.targets.map(orderedTarget),
    policies: report.policies.map(({ layer, source, sha256 }) => ({ layer, source, sha256 })),
    trustedRoots: report.trustedRoots.map(({ layer, source, sha256, age }) => ({ layer, source, sha256, age })),
    images: report.images.map(orderedImage),
    cacheImports: report.cacheImports.map(({ type, ref, status }) => ({ type, ref, status })),
    unknown: report.unknown.map(({ reason, line }) => ({ reason, line })),
    ...orderedSources(report.sources, ({ status }) => ({ status })),
    findings: orderedFindings(report.findings),
    build: orderedBuild(report.build),
    ...orderedFiles(report.files),
    ...(report.breakGlass === undefined ? {} : { breakGlass: report.breakGlass }),
  };
  return renderJsonDocument(ordered);
}
