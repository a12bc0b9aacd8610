import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parseCanonicalName, type ScanResult } from '../../../../src/model/index.ts';
import { renderScan } from '../../../../src/report/index.ts';
import { signedImage } from '../reports.ts';

const scan: ScanResult = {
  images: [
    {
      name: parseCanonicalName('golang:1.22'),
      written: 'golang:${V}',
      platforms: ['linux/amd64', 'linux/arm64'],
      uses: signedImage.uses,
    },
  ],
  cacheImports: [{ type: 'registry', ref: 'registry.example.com/cache' }],
  unknown: [{ reason: 'remote-context', line: null }],
  replacements: [],
};

describe('the scan report', () => {
  const schema = JSON.parse(readFileSync('src/report/scan.schema.json', 'utf8')) as object;

  it('obeys its schema as JSON', () => {
    const validate = new Ajv({ allErrors: true, strict: false }).compile(schema);
    validate(JSON.parse(renderScan({ dockerfile: 'Dockerfile', scan }, 'json', { color: false, width: null })));
    expect(validate.errors).toBeNull();
  });

  it('has the fields of the contract and no others as JSON', () => {
    expect(JSON.parse(renderScan({ dockerfile: 'Dockerfile', scan }, 'json', { color: false, width: null }))).toEqual({
      schemaVersion: 1,
      dockerfile: 'Dockerfile',
      images: scan.images,
      cacheImports: scan.cacheImports,
      unknown: scan.unknown,
    });
  });

  it('has a line for each image, each cache and each thing unknown as text', () => {
    expect(renderScan({ dockerfile: 'Dockerfile', scan }, 'text', { color: false, width: null })).toBe(
      [
        'docker.io/library/golang:1.22  linux/amd64,linux/arm64  Dockerfile:3 (FROM)',
        'cache registry registry.example.com/cache',
        '? not known: the Dockerfile lies in a remote context, which only the builder reads',
        '',
      ].join('\n'),
    );
  });
});
