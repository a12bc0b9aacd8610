import type { CacheImport, OutputFormat, ScanResult } from '../../model/index.ts';
import { describeUse } from '../describe/describe-image.ts';
import { describeUnknown } from '../describe/describe-report.ts';
import { orderedSources, orderedUse, renderJsonDocument } from '../text/json-report.ts';
import { page, type Shown, visible } from '../text/visible.ts';
import { type Layout, wrap } from '../text/wrap.ts';

/** What `scan` prints of a Dockerfile: its name as the user gave it, and what it uses. */
export interface ScanReport {
  readonly dockerfile: string;
  readonly scan: ScanResult;
}

function orderedCacheImport({ type, ref }: CacheImport): CacheImport {
  return { type, ref };
}

/** The scan as the contract has it (`scan.schema.json`). */
function renderScanJson({ dockerfile, scan }: ScanReport): Shown {
  return renderJsonDocument({
    schemaVersion: 1,
    dockerfile,
    images: scan.images.map(({ name, written, platforms, uses }) => ({
      name,
      written,
      platforms,
      uses: uses.map(orderedUse),
    })),
    cacheImports: scan.cacheImports.map(orderedCacheImport),
    unknown: scan.unknown.map(({ reason, line }) => ({ reason, line })),
    ...orderedSources(scan.sources, () => ({})),
  });
}

function renderScanText({ scan }: ScanReport, layout: Layout): Shown {
  const width = Math.min(48, Math.max(0, ...scan.images.map(({ name }) => visible(name).length)));
  const images = scan.images.map(({ name, platforms, uses }) => {
    const places = uses.map(describeUse).join(', ');
    return `${visible(name).padEnd(width)}  ${platforms.join(',')}  ${places}`;
  });
  const caches = scan.cacheImports.map(({ type, ref }) => `cache ${type} ${ref}`);
  const sources = (scan.sources ?? []).map(
    ({ kind, name, pin }) => `${kind} ${name}${pin === null ? '' : ` at ${pin}`}`,
  );
  const unknown = scan.unknown.map((each) => `? not known: ${describeUnknown(each)}`);
  const lines = [...images, ...caches, ...sources, ...unknown];
  const shown = lines.length === 0 ? ['no image is pulled'] : lines;
  return page(shown.map((text) => wrap([{ text, style: 'plain' }], 4, layout)));
}

/** What a build would use, ending in a newline: JSON to the contract, else one line for each image. */
export function renderScan(report: ScanReport, format: OutputFormat, layout: Layout): Shown {
  return format === 'json' ? renderScanJson(report) : renderScanText(report, layout);
}
