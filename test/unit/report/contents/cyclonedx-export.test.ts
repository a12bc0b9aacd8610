import { readFile } from 'node:fs/promises';
import { Ajv, type ValidateFunction } from 'ajv';
import { describe, expect, it } from 'vitest';
import type { BuildContents } from '../../../../src/model/index.ts';
import { renderCycloneDx } from '../../../../src/report/index.ts';
import { digestFor } from '../../records/support.ts';
import { app, compiler, contentsOf, xz } from '../build-contents.ts';

async function schema(name: string): Promise<object> {
  const file = new URL(`../../../fixtures/schemas/${name}`, import.meta.url);
  return JSON.parse(await readFile(file, 'utf8')) as object; // a schema as it is published
}

/** Compiled once: it takes a third of a second. */
async function compiled(): Promise<ValidateFunction> {
  // the formats are those of other drafts; their shape is checked here
  const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
  // it refers to both by these names
  for (const name of ['spdx.SNAPSHOT.schema.json', 'jsf-0.82.SNAPSHOT.schema.json'])
    ajv.addSchema(await schema(name), `http://cyclonedx.org/schema/${name}`);
  return ajv.compile(await schema('bom-1.6.SNAPSHOT.schema.json'));
}

let validating: Promise<ValidateFunction> | null = null;

async function problemsOf(text: string): Promise<unknown> {
  validating ??= compiled();
  const validate = await validating;
  return validate(JSON.parse(text)) ? null : validate.errors;
}

interface Bom {
  readonly components: readonly {
    readonly type: string;
    readonly name: string;
    readonly purl?: string;
    readonly scope?: string;
    readonly properties?: readonly { readonly name: string; readonly value: string }[];
  }[];
  readonly compositions: readonly { readonly aggregate: string }[];
  readonly metadata: { readonly component: Readonly<Record<string, unknown>> };
}

function bomOf(contents: BuildContents): Bom {
  return JSON.parse(renderCycloneDx(contents, '1.2.3')) as Bom;
}

describe('a build as CycloneDX', () => {
  it.each([
    ['whose software is known', contentsOf()],
    ['whose software is not known', contentsOf(false)],
  ])('that is valid by its schema: one %s', async (_, contents) => {
    expect(await problemsOf(renderCycloneDx(contents, '1.2.3'))).toBeNull();
  });

  it('is not valid with a word that the schema does not know', async () => {
    const broken = renderCycloneDx(contentsOf(), '1.2.3').replace('"required"', '"wanted"');
    expect(await problemsOf(broken)).not.toBeNull();
  });

  it('tells what is in the image, what build stages used, and what the base brings', () => {
    const packages = bomOf(contentsOf()).components.filter(({ type }) => type === 'library');
    expect(packages.map(({ purl, name, scope }) => [purl ?? name, scope])).toEqual([
      [xz, 'required'],
      [app, 'required'],
      [compiler, 'excluded'],
      ['no-url', 'excluded'],
    ]);
    expect(packages.slice(0, 2).map(({ properties }) => properties?.map(({ value }) => value))).toEqual([
      ['signed', 'base'],
      ['unsigned', 'own'],
    ]);
  });

  it('names the image by its digest', () => {
    const name = 'registry.example.com/acme/app:1';
    const digest = encodeURIComponent(digestFor(name));
    const purl = `pkg:oci/app@${digest}?repository_url=registry.example.com%2Facme%2Fapp&tag=1`;
    expect(bomOf(contentsOf()).metadata.component).toMatchObject({
      type: 'container',
      name,
      version: digestFor(name),
      purl,
    });
  });

  it('says that the list is not complete where no SBOM covers the image, and tells what the base brings', () => {
    const bom = bomOf(contentsOf(false));
    expect(bom.compositions).toMatchObject([{ aggregate: 'incomplete' }]);
    expect(bomOf(contentsOf()).compositions).toMatchObject([{ aggregate: 'complete' }]);
    expect(bom.components.find(({ purl }) => purl === xz)?.scope).toBe('required');
  });

  it('bears the same serial number whenever it is written', () => {
    const contents = contentsOf();
    expect(renderCycloneDx(contents, '1.2.3')).toBe(renderCycloneDx(contents, '1.2.3'));
  });
});
