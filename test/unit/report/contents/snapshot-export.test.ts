import { readFile } from 'node:fs/promises';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { renderSnapshot } from '../../../../src/report/index.ts';
import { app, compiler, contentsOf, xz } from '../build-contents.ts';

const facts = { tool: '1.2.3', sha: 'a'.repeat(40), ref: 'refs/heads/main', job: '1', correlator: 'docker-verify' };

async function isValid(text: string): Promise<boolean> {
  const file = new URL('../../../fixtures/schemas/github-snapshot.schema.json', import.meta.url);
  // a word of OpenAPI that JSON Schema does not have
  const withoutNullable = (key: string, value: unknown): unknown => (key === 'nullable' ? undefined : value);
  const schema = JSON.parse(await readFile(file, 'utf8'), withoutNullable) as object; // as GitHub publishes it
  return new Ajv({ strict: false, validateFormats: false }).validate(schema, JSON.parse(text));
}

interface Manifest {
  readonly file?: { readonly source_location: string };
  readonly resolved: Readonly<Record<string, { readonly relationship: string; readonly scope: string }>>;
}

function manifestOf(isKnown = true): Manifest | undefined {
  const { manifests } = JSON.parse(renderSnapshot(contentsOf(isKnown), facts)) as {
    readonly manifests: Readonly<Record<string, Manifest>>;
  };
  return manifests['registry.example.com/acme/app:1'];
}

describe("a build as GitHub's dependency snapshot", () => {
  it.each([true, false])('is valid by its schema (software known: %s)', async (isKnown) => {
    expect(await isValid(renderSnapshot(contentsOf(isKnown), facts))).toBe(true);
  });

  it.each([
    ['a commit too short', { ...facts, sha: 'abc' }],
    ['no branch', { ...facts, ref: 'main' }],
  ])('is not valid with %s', async (_, broken) => {
    expect(await isValid(renderSnapshot(contentsOf(), broken))).toBe(false);
  });

  it('tells own packages from those of the base, and build stages from what runs', () => {
    const resolved = manifestOf()?.resolved ?? {};
    expect(resolved[xz]).toMatchObject({ relationship: 'indirect', scope: 'runtime' });
    expect(resolved[app]).toMatchObject({ relationship: 'direct', scope: 'runtime' });
    expect(resolved[compiler]).toMatchObject({ relationship: 'indirect', scope: 'development' });
    const images = Object.keys(resolved).filter((purl) => purl.startsWith('pkg:oci/'));
    expect(images.map((purl) => [purl.slice(0, 11), resolved[purl]?.scope])).toEqual([
      ['pkg:oci/deb', 'runtime'],
      ['pkg:oci/gcc', 'development'],
    ]);
  });

  it('names the Dockerfile by its place in the repository', () => {
    expect(manifestOf()?.file?.source_location).toBe('service/Dockerfile');
  });

  it('takes what the base brings where nothing is known of the image', () => {
    expect(manifestOf(false)?.resolved[xz]).toMatchObject({ scope: 'runtime' });
  });
});
