import { describe, expect, it } from 'vitest';
import { renderPackages } from '../../../../src/report/index.ts';
import { imageWithout, listedImage } from './listed-images.ts';

const plain = { color: false, width: null };
const hostile = '"><img src=x onerror="globalThis.pwned = true"></script><script>globalThis.pwned = true</script>';

function htmlOf(...images: Parameters<typeof renderPackages>[0]): string {
  return renderPackages(images, 'html', plain);
}

describe('packages as a page', () => {
  it('lists each package with what brings it and how far that can be trusted', () => {
    const html = htmlOf(listedImage);
    expect(html).toContain('<p>1 image, 2 packages</p>');
    expect(html).toContain('<h2>registry.example.com/acme/app:1</h2>');
    expect(html).toContain(
      '<li>SBOM for linux/amd64 (SPDX 2.3), signed by acme (key sha256:aaaaaaaaaaaa), 2 packages</li>',
    );
    expect(html).toContain('<li>built on docker.io/library/debian:13</li>');
    const cells = [...html.matchAll(/<td data-label="([^"]+)">([^<]*)<\/td>/g)].map(([, title, text]) => [title, text]);
    expect(cells).toEqual([
      ['Brought by', 'base'],
      ['Package', 'liblzma5'],
      ['Version', '5.6.1-1'],
      ['SBOM', 'signed'],
      ['Package URL', 'pkg:deb/debian/liblzma5@5.6.1-1'],
      ['Brought by', 'own layers'],
      ['Package', 'left-pad'],
      ['Version', '(no version)'],
      ['SBOM', 'unsigned'],
      ['Package URL', ''],
    ]);
  });

  it('says of an image without an SBOM that it is not known, and why', () => {
    const html = htmlOf(listedImage, imageWithout);
    expect(html).toContain('<p>2 images, 2 packages; of 1 it is not known what is inside</p>');
    expect(html).toContain('<li>no SBOM is attached: what is inside is not known</li>');
    expect(html).toContain('<li>? not known: the registry does not answer</li>');
    expect(html.match(/<table/g)).toHaveLength(1);
  });

  it('lets no name, version, package URL or reason become markup', () => {
    const packages = listedImage.packages.map((found) => ({
      ...found,
      name: hostile,
      version: hostile,
      purl: hostile,
    }));
    const sboms = listedImage.sboms.map((sbom) => ({ ...sbom, reason: hostile, format: hostile }));
    const base = { name: hostile, digest: listedImage.digest };
    const html = htmlOf({ ...listedImage, name: hostile, packages, sboms, base, problems: [hostile] });
    expect(html).not.toContain('<img');
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).toContain('&quot;&gt;&lt;img');
  });
});
