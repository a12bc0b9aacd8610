import {
  type Finding,
  type Report,
  type ReportBuild,
  type ReportCacheImport,
  type ReportTarget,
  type ScanResult,
  type Status,
  strictest,
} from '../../../model/index.ts';
import { decideCacheImport, decideReplacement, decideSource } from '../../../policy/index.ts';
import type { Pipeline } from '../../session/pipeline.ts';
import type { JudgedImage } from './judged-image.ts';
import { namedRepositories, withNameRemarks } from './name-remarks.ts';
import { reportImage } from './report-image.ts';
import { createFinding } from './scan-findings.ts';

/** What a report is put together from. */
export interface ReportParts {
  readonly targets: readonly ReportTarget[];
  readonly scan: Pick<ScanResult, 'cacheImports' | 'unknown' | 'replacements' | 'runtimeBases' | 'sources'>;
  readonly images: readonly JudgedImage[];
  /** What becomes of what only a build can settle; null where the build settles it. */
  readonly unknownAs: Status | null;
  /** Findings that belong to no image, with their status. */
  readonly others: readonly { readonly status: Status; readonly finding: Finding }[];
  readonly build: ReportBuild | null;
}

/** The verdict over everything is the strictest status of all (docs/contracts.md). */
export function assembleReport(pipeline: Pipeline, parts: ReportParts): Report {
  const { policies, session } = pipeline;
  const caches = parts.scan.cacheImports.map((cacheImport) => ({
    cacheImport,
    ...decideCacheImport(cacheImport, policies),
  }));
  const replacements = parts.scan.replacements.map((replacement) => decideReplacement(replacement, policies));
  const sources = (parts.scan.sources ?? []).map((source) => ({ source, ...decideSource(source, policies) }));
  const unknown = parts.unknownAs === null ? [] : parts.scan.unknown.map(createFinding);
  const named = namedRepositories(policies);
  const images = parts.images.map((image) =>
    withNameRemarks(reportImage(image), named, image.resolved?.source === 'lock'),
  );
  const side = [...caches, ...replacements, ...parts.others];
  const statuses = [...images, ...sources, ...side].map(({ status }) => status);
  const settled = statuses.reduce(strictest, 'allow');
  return {
    schemaVersion: 1,
    tool: { name: 'docker-verify', version: session.version },
    time: session.now().toISOString(),
    mode: policies.mode,
    verdict: unknown.length === 0 || parts.unknownAs === null ? settled : strictest(settled, parts.unknownAs),
    targets: parts.targets,
    policies: pipeline.reportPolicies,
    trustedRoots: pipeline.reportTrustedRoots,
    images,
    cacheImports: caches.map(({ cacheImport, status }): ReportCacheImport => ({ ...cacheImport, status })),
    unknown: parts.scan.unknown,
    ...(sources.length === 0 ? {} : { sources: sources.map(({ source, status }) => ({ ...source, status })) }),
    findings: [
      ...sources.flatMap(({ findings }) => findings),
      ...side.flatMap(({ finding }) => (finding === null ? [] : [finding])),
      ...unknown,
    ],
    build: parts.build,
    ...(policies.breakGlass?.deniedBy === null ? { breakGlass: policies.breakGlass.reason } : {}),
  };
}
