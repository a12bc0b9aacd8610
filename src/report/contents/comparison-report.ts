import type { ComparedImage, ImageComparison } from '../../model/index.ts';
import { cell, code, prose } from '../check/markdown-report.ts';
import { describeSigner } from '../describe/describe-signer.ts';
import { renderJsonDocument } from '../text/json-report.ts';
import { plainPage, type Shown, visibleDocument } from '../text/visible.ts';
import { byteText, changeText, supportText } from './advice-words.ts';

/** The formats of `compare`. */
export const comparisonFormats = ['text', 'json', 'markdown'] as const;

type ComparisonFormat = (typeof comparisonFormats)[number];

interface Row {
  readonly label: string;
  readonly left: string;
  readonly right: string;
}

const unsignedTexts: Readonly<Record<ComparedImage['signed'], string>> = {
  verified: 'verified',
  unverified: 'signed, by an unknown signer',
  unsigned: 'unsigned',
  unknown: 'not known',
};

function signerText({ signed, signer }: ComparedImage): string {
  return signer === null ? unsignedTexts[signed] : describeSigner(signer);
}

function rowsOf({ images: [left, right] }: ImageComparison): readonly Row[] {
  const row = (label: string, tell: (image: ComparedImage) => string): Row => ({
    label,
    left: tell(left),
    right: tell(right),
  });
  const platforms = [...new Set([...Object.keys(left.bytes), ...Object.keys(right.bytes)])].toSorted();
  return [
    row('digest', ({ digest }) => digest.slice(0, 19)),
    row('signer', signerText),
    row('verdict', ({ status }) => status),
    ...platforms.map((platform) =>
      row(platform, ({ bytes }) => (bytes[platform] === undefined ? 'not there' : byteText(bytes[platform]))),
    ),
    row('layers', ({ layers }) => String(layers)),
    row('packages', ({ packages }) => (packages === null ? 'not known' : String(packages))),
    row('support', ({ support }) => (support.length === 0 ? 'not known' : support.map(supportText).join('; '))),
  ];
}

function remarks({ layersInCommon, packages, unknown, images: [left, right] }: ImageComparison): readonly string[] {
  const changes =
    packages === null ? 'packages cannot be compared' : `from ${left.name} to ${right.name}: ${changeText(packages)}`;
  const common = `${layersInCommon} ${layersInCommon === 1 ? 'layer' : 'layers'} in common`;
  return [common, changes, ...unknown.map((text) => `not known: ${text}`)];
}

function text(comparison: ImageComparison): Shown {
  const [left, right] = comparison.images;
  const rows = [{ label: '', left: left.name, right: right.name }, ...rowsOf(comparison)];
  const [first, second] = [rows.map(({ label }) => label), rows.map((row) => row.left)].map((cells) =>
    Math.min(48, Math.max(...cells.map(({ length }) => length))),
  );
  const lines = rows.map((row) =>
    `${row.label.padEnd(first ?? 0)}  ${row.left.padEnd(second ?? 0)}  ${row.right}`.trimEnd(),
  );
  return plainPage([...lines, '', ...remarks(comparison)]);
}

function markdown(comparison: ImageComparison): Shown {
  const [left, right] = comparison.images;
  const lines = [
    `| | ${cell(code(left.name))} | ${cell(code(right.name))} |`,
    '|---|---|---|',
    ...rowsOf(comparison).map((row) => `| ${row.label} | ${cell(prose(row.left))} | ${cell(prose(row.right))} |`),
    '',
    ...remarks(comparison).map((remark) => `- ${prose(remark)}`),
    '',
  ];
  return visibleDocument(lines.join('\n'));
}

/** Two images side by side. */
export function renderComparison(comparison: ImageComparison, format: ComparisonFormat): Shown {
  switch (format) {
    case 'json':
      return renderJsonDocument({ schemaVersion: 0, ...comparison });
    case 'markdown':
      return markdown(comparison);
    case 'text':
      return text(comparison);
  }
}
