/**
 * How results look: text, JSON, SARIF, Markdown, HTML; what a finding means; progress on a terminal.
 * Nothing is decided here, and every text of others is made harmless here.
 */

export { renderAnnotations } from './check/annotations.ts';
export { checkFormats, renderReport } from './check/render-report.ts';
export { renderScan } from './check/scan-report.ts';
export { adviceFormats, renderAdvice } from './contents/advice-report.ts';
export { comparisonFormats, renderComparison } from './contents/comparison-report.ts';
export { renderCycloneDx } from './contents/cyclonedx-export.ts';
export { exposureFormats, mostQuiet, renderExposure } from './contents/exposure-report.ts';
export { type InspectedImage, renderInspection } from './contents/inspection-report.ts';
export { packagesFormats, renderPackages } from './contents/packages-report.ts';
export { renderRebuild } from './contents/rebuild-report.ts';
export { renderRecord, renderRecordList } from './contents/records-report.ts';
export { renderSnapshot, type SnapshotFacts } from './contents/snapshot-export.ts';
export { describeSigner } from './describe/describe-signer.ts';
export {
  type CodeExplanation,
  explainedCodes,
  renderCodeList,
  renderExplanation,
} from './findings/code-explanation.ts';
export { errorExplanations, renderErrorReference } from './findings/errors.ts';
export { renderFindingReference } from './findings/finding-reference.ts';
export { findingExplanations } from './findings/findings.ts';
export type { LineageTree } from './lineage/lineage-chains.ts';
export { lineageFormats, renderLineage } from './lineage/lineage-report.ts';
export { renderDoctor } from './setup/doctor-report.ts';
export { renderLock } from './setup/lock-report.ts';
export { renderPolicyCheck, renderPolicyExplanation, renderPolicyTests } from './setup/policy-report.ts';
export { renderPublishers } from './setup/publishers-report.ts';
export { renderTrust } from './setup/trust-report.ts';
export type { Checkout } from './text/checkout.ts';
export { renderJsonDocument } from './text/json-report.ts';
export { type Progress, startProgress } from './text/progress.ts';
export { projectAddress } from './text/project-address.ts';
export { auditLine, type LoggedRun, verdictLine } from './text/verdict-lines.ts';
export { joinedLines, joinedPages, page, plainPage, type Shown, visible, visibleDocument } from './text/visible.ts';
export { type Layout, wrap, wrapLine } from './text/wrap.ts';
