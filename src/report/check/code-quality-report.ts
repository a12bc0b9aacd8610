import type { Finding, Report } from '../../model/index.ts';
import { placedFindings } from '../describe/placed-findings.ts';
import { type Checkout, placeOf } from '../text/checkout.ts';
import { renderJsonDocument } from '../text/json-report.ts';
import type { Shown } from '../text/visible.ts';

const severities: Readonly<Record<Finding['level'], string>> = { error: 'critical', warning: 'minor', note: 'info' };

/**
 * The findings as GitLab shows them in a merge request (GitLab Documentation, "Code Quality", implement a custom tool). What an exception
 * lets through is left out, since the format has no word for it.
 */
export function renderCodeQuality(report: Report, checkout: Checkout | null): Shown {
  const found = placedFindings(report).filter(({ waivers }) => waivers.length === 0);
  return renderJsonDocument(
    found.map(({ code, level, sentence, details, place, fingerprint }) => ({
      description: sentence,
      content: { body: details.join('\n') },
      check_name: code,
      fingerprint,
      severity: severities[level],
      location: { path: decodeURIComponent(placeOf(place.file, checkout).uri), lines: { begin: place.line ?? 1 } },
    })),
  );
}
