import { beforeEach, describe, expect, it } from 'vitest';
import { isSbom, readIndexSboms, vouchesForIndex } from '../../../../../src/gate/examine/gather/index-sboms.ts';
import { type Digest, type Evidence, type UnsignedStatement, VerifyError } from '../../../../../src/model/index.ts';
import type { ImageSource } from '../../../../../src/oci/index.ts';
import type { PolicySet } from '../../../../../src/policy/index.ts';
import { spdxOf } from '../../../../support/signed-registry.ts';
import { byKey } from '../../../policy/support/evidence.ts';
import { freshKey, policiesOf } from '../../../policy/support/policies.ts';
import { digestFor } from '../../../records/support.ts';
import { resolvedImage } from '../../judged-images.ts';

const key = freshKey();
const spdx = 'https://spdx.dev/Document';
const platform = digestFor('platform');
const carrier = digestFor('carrier');
const descriptor = (digest: Digest) => ({ mediaType: '', digest, size: 0 });
const image = resolvedImage({ children: [platform, carrier, digestFor('second')].map(descriptor) });
const one: UnsignedStatement = {
  subject: platform,
  manifest: carrier,
  predicateType: spdx,
  layer: descriptor(digestFor('layer')),
};

let limiting: PolicySet;
beforeEach(async () => {
  const rule = `  - images: ["**"]\n    signedBy: [{key: k.pub}]\n    require: {packages: {deny: ["xz@5.6.0"]}, attestations: [{type: sbom, signedBy: [{key: k.pub}]}]}\n`;
  limiting = await policiesOf({ project: `version: 1\nrules:\n${rule}`, files: { 'k.pub': key } });
});

interface Given {
  readonly policies?: PolicySet;
  readonly evidence?: readonly Evidence[];
  readonly unsigned?: readonly UnsignedStatement[];
  readonly blob?: () => Promise<Buffer>;
}

const statement = (predicateType: string, subject: Digest): Buffer =>
  Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v0.1',
      predicateType,
      subject: [{ name: 'x', digest: { sha256: subject.slice('sha256:'.length) } }],
      predicate: spdxOf('xz@5.6.0'),
    }),
  );

async function read({ policies = limiting, evidence = [byKey(key)], unsigned = [one], blob }: Given = {}) {
  const source = { blob: blob ?? (async () => statement(spdx, platform)) } as unknown as ImageSource; // blobs alone are asked for
  return await readIndexSboms(policies, source, image, evidence, { attachments: [], unsigned, problems: [] });
}

describe('the SBOMs of an index', () => {
  it('are read where a rule limits packages and some signature on the image verifies', async () => {
    expect(await read()).toEqual({
      sboms: [{ subject: platform, predicate: spdxOf('xz@5.6.0'), alone: true }],
      problems: [],
    });
  });

  it.each<readonly [string, () => Promise<Given>]>([
    ['no rule limits packages', async () => ({ policies: await policiesOf({}) })],
    ['no signature verifies', async () => ({ evidence: [byKey(key, { verified: false })] })],
    ['only an attestation does', async () => ({ evidence: [byKey(key, { form: 'attestation' })] })],
    ['none is listed in the index', async () => ({ unsigned: [{ ...one, manifest: digestFor('referrer') }] })],
    [
      'what is there lists no packages',
      async () => ({ unsigned: [{ ...one, predicateType: 'https://slsa.dev/provenance/v1' }] }),
    ],
  ])('are not read where %s', async (_, given) => {
    const never = async (): Promise<Buffer> => {
      throw new Error('it was read');
    };
    expect(await read({ blob: never, ...(await given()) })).toEqual({ sboms: [], problems: [] });
  });

  it('stand alone only where no other attestation manifest is about the same platform', async () => {
    const { sboms } = await read({ unsigned: [one, { ...one, manifest: digestFor('second') }] });
    expect(sboms.map(({ alone }) => alone)).toEqual([false, false]);
  });

  it('list nothing where they are about something else', async () => {
    expect(await read({ blob: async () => statement(spdx, digestFor('other')) })).toMatchObject({
      sboms: [{ predicate: null }],
    });
    expect(await read({ blob: async () => statement('https://cyclonedx.org/bom', platform) })).toMatchObject({
      sboms: [{ predicate: null }],
    });
  });

  it('are a problem where one cannot be had, and where there are too many of them', async () => {
    const gone = async (): Promise<Buffer> => {
      throw new VerifyError('registry.not-found', 'no such blob');
    };
    expect(await read({ blob: gone })).toMatchObject({
      sboms: [],
      problems: [{ subject: carrier, location: `SBOM ${digestFor('layer')}`, error: { code: 'registry.not-found' } }],
    });
    expect(await read({ unsigned: Array.from({ length: 101 }, () => one) })).toMatchObject({
      sboms: [],
      problems: [{ error: { code: 'registry.untrustworthy', message: 'its index holds more than 100 SBOMs' } }],
    });
    expect((await read({ unsigned: Array.from({ length: 100 }, () => one) })).problems).toEqual([]);
  });

  it('do not hide a defect of our own', async () => {
    const broken = async (): Promise<Buffer> => {
      throw new TypeError('a defect');
    };
    await expect(read({ blob: broken })).rejects.toThrow('a defect');
  });
});

it.each([
  [spdx, true],
  ['https://spdx.dev/Document/v2.3', true],
  ['https://cyclonedx.org/bom/v1.4', true],
  ['application/vnd.syft+json', true],
  ['https://spdx.dev/Documentation', false],
  ['https://slsa.dev/provenance/v1', false],
  [null, false],
])('a predicate of type %s lists packages: %s', (type, expected) => {
  expect(isSbom(type)).toBe(expected);
});

it('an attestation vouches for nothing but itself, and nothing does that does not verify', () => {
  expect(vouchesForIndex(byKey(key))).toBe(true);
  expect(vouchesForIndex(byKey(key, { form: 'attestation' }))).toBe(false);
  expect(vouchesForIndex(byKey(key, { verified: false }))).toBe(false);
});
