import { renderJsonDocument } from '../text/json-report.ts';
import { plainPage, type Shown } from '../text/visible.ts';

/** A trusted root, and the keys and authorities in it. */
export interface DescribedRoot {
  readonly source: string;
  readonly layer: string;
  readonly sha256: string;
  readonly age: string | null;
  readonly parts: readonly {
    readonly kind: string;
    readonly name: string;
    readonly sha256: string;
    readonly validFrom: string | null;
    readonly validUntil: string | null;
  }[];
}

/** The trusted roots in use, after `outcomes`, a line for each refresh: for people or as JSON, which has the roots alone. */
export function renderTrust(roots: readonly DescribedRoot[], outcomes: readonly string[], format: string): Shown {
  if (format === 'json') return renderJsonDocument({ schemaVersion: 0, roots });
  const lines = roots.flatMap((root) => [
    `${root.source} (${root.layer})  sha256:${root.sha256}${root.age === null ? '' : `  ${root.age} old`}`,
    ...root.parts.map((part) => {
      const until = part.validUntil === null ? '' : ` until ${part.validUntil}`;
      return `  ${part.kind.padEnd(29)}${part.name}  sha256:${part.sha256}  from ${part.validFrom ?? 'ever'}${until}`;
    }),
  ]);
  return plainPage([...outcomes, ...lines]);
}
