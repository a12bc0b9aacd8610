/**
 * How results look: text, JSON, SARIF, Markdown, HTML; what a finding means; progress on a terminal.
 * Nothing is decided here, and every text of others is made harmless here.
 */

export { adviceFormats, renderAdvice } from './advice-report.ts';
export { renderAnnotations } from './annotations.ts';
export type { Checkout } from './checkout.ts';
export { type CodeExplanation, explainedCodes, renderCodeList, renderExplanation } from './code-explanation.ts';
export { comparisonFormats, renderComparison } from './comparison-report.ts';
export { renderCycloneDx } from './cyclonedx-export.ts';
export { describeSigner } from './describe-signer.ts';
export { renderDoctor } from './doctor-report.ts';
export { errorExplanations, renderErrorReference } from './errors.ts';
export { exposureFormats, renderExposure } from './exposure-report.ts';
export { renderFindingReference } from './finding-reference.ts';
export { findingExplanations } from './findings.ts';
export { type InspectedImage, renderInspection } from './inspection-report.ts';
export { renderJsonDocument } from './json-report.ts';
export type { LineageTree } from './lineage-chains.ts';
export { lineageFormats, renderLineage } from './lineage-report.ts';
export { renderLock } from './lock-report.ts';
export { packagesFormats, renderPackages } from './packages-report.ts';
export { renderPolicyCheck, renderPolicyExplanation, renderPolicyTests } from './policy-report.ts';
export { type Progress, startProgress } from './progress.ts';
export { renderPublishers } from './publishers-report.ts';
export { renderRebuild } from './rebuild-report.ts';
export { renderRecord, renderRecordList } from './records-report.ts';
export { checkFormats, renderReport } from './render-report.ts';
export { renderScan } from './scan-report.ts';
export { renderSnapshot, type SnapshotFacts } from './snapshot-export.ts';
export { renderTrust } from './trust-report.ts';
export { auditLine, type LoggedRun, verdictLine } from './verdict-lines.ts';
export { joinedLines, joinedPages, page, plainPage, type Shown, visible, visibleDocument } from './visible.ts';
export { type Layout, wrap } from './wrap.ts';
