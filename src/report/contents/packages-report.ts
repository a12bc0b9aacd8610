import type { ImagePackages, ListedPackage, ListedSbom } from '../../model/index.ts';
import { describeSigner } from '../describe/describe-signer.ts';
import { escapeHtml, htmlDocument, textTable } from '../page/html-document.ts';
import { csvDocument } from '../text/csv.ts';
import { renderJsonDocument } from '../text/json-report.ts';
import { joinedPages, page, type Shown } from '../text/visible.ts';
import { type Layout, wrap } from '../text/wrap.ts';

/** The formats of `packages`. */
export const packagesFormats = ['text', 'json', 'csv', 'html'] as const;

type PackagesFormat = (typeof packagesFormats)[number];

const origins: Readonly<Record<ListedPackage['origin'], string>> = {
  base: 'base',
  own: 'own layers',
  unknown: 'not known',
};

/** A column is no wider than this; what is longer stands out of line. */
const widestColumn = 40;

function trustText({ trust, signer }: Pick<ListedSbom, 'trust' | 'signer'>): string {
  if (trust === 'unsigned') return 'unsigned';
  return signer === null ? 'signed' : `signed by ${describeSigner(signer)}`;
}

function countOf(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

function sbomText(sbom: ListedSbom): string {
  const about = sbom.platform === null ? '' : ` for ${sbom.platform}`;
  if (sbom.reason !== null)
    return `SBOM${about} ${sbom.digest.slice(0, 19)}, ${trustText(sbom)}: cannot be read, ${sbom.reason}`;
  return `SBOM${about} (${sbom.format ?? ''}), ${trustText(sbom)}, ${countOf(sbom.packages, 'package')}`;
}

const noSbom = 'no SBOM is attached: what is inside is not known';

function widthOf(texts: readonly string[]): number {
  return Math.min(widestColumn, Math.max(0, ...texts.map(({ length }) => length)));
}

/** What is said of a package, for people. */
function textsOf({ name, version, origin, trust, purl }: ListedPackage) {
  return { name, version: version === '' ? '(no version)' : version, origin: origins[origin], trust, purl: purl ?? '' };
}

function table(packages: readonly ListedPackage[], layout: Layout): readonly Shown[] {
  const rows = packages.map((found) => {
    const { name, version, origin, trust, purl } = textsOf(found);
    return [name, version, origin, trust, purl];
  });
  const widths = [0, 1, 2, 3].map((column) => widthOf(rows.map((row) => row[column] ?? '')));
  return rows.map((row) => {
    const text = row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
    return wrap([{ text: `    ${text}`, style: 'plain' }], 8, layout);
  });
}

function renderImage({ name, digest, base, sboms, packages, problems }: ImagePackages, layout: Layout): Shown {
  const line = (text: string, style: 'plain' | 'dim' | 'caution' = 'plain'): Shown =>
    wrap([{ text, style }], 4, layout);
  const head = wrap(
    [
      { text: `${name}  `, style: 'bold' },
      { text: digest, style: 'dim' },
    ],
    2,
    layout,
  );
  const bases = base === null ? [] : [line(`  built on ${base.name ?? base.digest}`)];
  const nothing = sboms.length === 0 ? [line(`  ${noSbom}`, 'caution')] : [];
  return page([
    head,
    ...sboms.map((sbom) => line(`  ${sbomText(sbom)}`, sbom.reason === null ? 'plain' : 'caution')),
    ...nothing,
    ...problems.map((problem) => line(`  ? not known: ${problem}`, 'caution')),
    ...bases,
    ...table(packages, layout),
  ]);
}

const columns = ['image', 'digest', 'package', 'version', 'purl', 'origin', 'layer', 'sbom', 'platforms'];

function cells({ name, digest }: ImagePackages, found: ListedPackage): readonly string[] {
  return [
    name,
    digest,
    found.name,
    found.version,
    found.purl ?? '',
    found.origin,
    found.layer ?? '',
    found.trust,
    found.platforms.join(' '),
  ];
}

function imageSection({ name, digest, base, sboms, packages, problems }: ImagePackages): string {
  const facts = [
    digest,
    ...(sboms.length === 0 ? [noSbom] : sboms.map(sbomText)),
    ...problems.map((problem) => `? not known: ${problem}`),
    ...(base === null ? [] : [`built on ${base.name ?? base.digest}`]),
  ];
  // the first tells the rows apart: a page offers to show those of one kind
  const titles = ['Brought by', 'Package', 'Version', 'SBOM', 'Package URL'];
  const rows = packages.map((found) => {
    const { name, version, origin, trust, purl } = textsOf(found);
    return [origin, name, version, trust, purl];
  });
  return [
    `<section><h2>${escapeHtml(name)}</h2>`,
    `<ul>${facts.map((fact) => `<li>${escapeHtml(fact)}</li>`).join('')}</ul>`,
    ...(packages.length === 0 ? [] : [textTable(`Packages of ${name}`, titles, rows)]),
    '</section>',
  ].join('\n');
}

function renderHtml(images: readonly ImagePackages[]): Shown {
  const found = images.reduce((sum, { packages }) => sum + packages.length, 0);
  const silent = images.filter(({ sboms }) => sboms.length === 0).length;
  const unknown = silent === 0 ? '' : `; of ${silent} it is not known what is inside`;
  const summary = `${countOf(images.length, 'image')}, ${countOf(found, 'package')}${unknown}`;
  return htmlDocument('Packages', [summary], images.map(imageSection));
}

/** What software is inside images, ending in a newline. */
export function renderPackages(images: readonly ImagePackages[], format: PackagesFormat, layout: Layout): Shown {
  switch (format) {
    case 'text':
      return joinedPages(images.map((image) => renderImage(image, layout)));
    case 'json':
      return renderJsonDocument({ schemaVersion: 0, images });
    case 'csv':
      return csvDocument(
        columns,
        images.flatMap((image) => image.packages.map((found) => cells(image, found))),
      );
    case 'html':
      return renderHtml(images);
  }
}
