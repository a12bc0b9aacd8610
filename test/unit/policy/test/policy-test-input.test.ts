import { generateKeyPairSync } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { isVerifyError } from '../../../../src/model/index.ts';
import { validateDocument } from '../../../../src/policy/language/schema/validate-document.ts';
import { parseYamlSource } from '../../../../src/policy/language/schema/yaml-source.ts';
import { parseCertificates } from '../../../../src/policy/load/files/key-material.ts';
import { MaterialCollector } from '../../../../src/policy/load/files/material-collector.ts';
import { testInput } from '../../../../src/policy/test/policy-test-input.ts';
import { policyTestSchema } from '../../../../src/policy/test/policy-test-schema.ts';
import { digestOf, keyId } from '../support/evidence.ts';
import { folderOf } from '../support/policies.ts';
import { acme, files } from '../support/verdict.ts';

const now = '2026-07-01T00:00:00Z';
const { privateKey } = generateKeyPairSync('ed25519');
const [authority = ''] = rootCertificates;

/** What a table of one test makes of its fields. */
async function made(fields: object) {
  const document = { version: 1, tests: [{ image: 'ghcr.io/acme/app:1', expect: 'allow', ...fields }] };
  const text = JSON.stringify(document);
  const source = parseYamlSource(new TextEncoder().encode(text), 'tests.yaml');
  const [test] = validateDocument(source, policyTestSchema).tests;
  if (test === undefined) throw new Error('the table has one test');
  const folder = await folderOf({
    ...files,
    'ca.pem': authority,
    'root.json': '{}',
    'private.pem': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  });
  const scope = {
    layer: 'project',
    policy: 'tests.yaml',
    folder,
    source,
    material: new MaterialCollector(),
    publishers: new Map(),
  } as const;
  const found = testInput(scope, 0, test, now);
  // where an error points to, as text of the table
  return found.catch((error: unknown) => {
    if (!isVerifyError(error, 'policy.invalid')) throw error;
    throw new Error(`${text.slice((error.place?.column ?? 1) - 1)} ${error.message}`);
  });
}

async function evidenceOf(piece: object, fields: object = {}) {
  const { evidence } = await made({ evidence: [piece], ...fields });
  return evidence[0];
}

const image = digestOf('ghcr.io/acme/app:1');
const plain = {
  form: 'cosign-signature',
  verified: true,
  subject: image,
  predicateType: null,
  signer: null,
  time: null,
  timeSource: null,
  log: { index: 0, id: 'test' },
  problem: null,
  trustedRoot: 'public',
  materials: ['public'],
  claims: {},
  repository: null,
  annotations: {},
  statement: null,
  manifest: digestOf('tests 0 evidence 0'),
  location: 'test',
};

describe('the image of a policy test', () => {
  it('has digests made of its name, one platform, and nothing else where the table says nothing else', async () => {
    expect(await made({})).toEqual({
      image: {
        name: 'ghcr.io/acme/app:1',
        digest: image,
        platforms: [{ platform: 'linux/amd64', digest: digestOf('ghcr.io/acme/app:1 linux/amd64') }],
        tagDigest: null,
        onlyLocal: false,
        localShadow: null,
        created: null,
      },
      evidence: [],
      collectProblems: [],
      trustedRoots: [
        { id: 'public', layer: 'builtin', source: 'sigstore public good' },
        { id: 'github', layer: 'builtin', source: 'github' },
      ],
      lineage: null,
      packages: null,
      now,
    });
  });

  it('has the digests and platforms that the table gives, and cannot be seen where it says so', async () => {
    const [digest, tagDigest] = [digestOf('given'), digestOf('tag')];
    const platforms = ['linux/arm64', 'linux/amd64'];
    const input = await made({ digest, tagDigest, platforms, onlyLocal: true, unreachable: '503' });
    expect(input.image).toMatchObject({ digest, tagDigest, onlyLocal: true });
    expect(input.image.platforms.map(({ platform }) => platform)).toEqual(platforms);
    expect(input.collectProblems).toEqual([{ message: '503' }]);
  });

  it.each([true, false])('was built here or not as the table says: %s', async (built) => {
    expect((await made({ onlyLocal: true, builtHere: built })).image.builtHere).toMatchObject({ built });
  });

  it.each([
    ['digest', 'sha256:ab'],
    ['digest', `x${digestOf('x')}`],
    ['tagDigest', `${digestOf('x')}0`],
  ])('has no %s like %s', async (field, digest) => {
    await expect(made({ [field]: digest })).rejects.toThrow(/not a digest/);
  });

  it('has the digest of its name, unless the table gives another', async () => {
    const named = `ghcr.io/acme/app@${digestOf('named')}`;
    expect((await made({ image: named })).image.digest).toBe(digestOf('named'));
    expect((await made({ image: named, digest: digestOf('given') })).image.digest).toBe(digestOf('given'));
  });
});

describe('the evidence of a policy test', () => {
  it('is a logged signature without an identity under the public root where nothing is said', async () => {
    expect(await evidenceOf({})).toEqual(plain);
  });

  it.each<[string, object, object]>([
    [
      'a signature by the key of a file',
      { key: 'acme.pub' },
      { signer: { kind: 'key', sha256: keyId(acme), name: null }, materials: [keyId(acme), 'public'] },
    ],
    [
      'a signature by an inline key',
      { key: acme },
      { signer: { kind: 'key', sha256: keyId(acme), name: null }, materials: [keyId(acme), 'public'] },
    ],
    [
      'a keyless signature',
      { keyless: { issuer: 'i', identity: 'me' }, claims: { ref: 'refs/heads/main' } },
      { signer: { kind: 'keyless', issuer: 'i', identity: 'me' }, claims: { ref: 'refs/heads/main' } },
    ],
    [
      "one under GitHub's root",
      { trustedRoot: 'github', repository: 'ghcr.io/acme/app' },
      {
        trustedRoot: 'github',
        materials: ['github'],
        repository: 'ghcr.io/acme/app',
        signedName: 'ghcr.io/acme/app',
      },
    ],
    ['a dated one', { time: now }, { time: now, timeSource: 'log' }],
    ['one without a log', { log: false }, { log: null }],
    ['a dated one without a log', { time: now, log: false }, { time: now, timeSource: 'timestamp', log: null }],
    [
      'one that does not verify',
      { problem: 'expired' },
      { verified: false, problem: { code: 'expired', message: 'expired' }, trustedRoot: null, materials: [] },
    ],
    ['an attestation', { predicateType: 'vuln' }, { form: 'attestation', predicateType: 'vuln' }],
    [
      'an attestation with a statement',
      { predicateType: 'vuln', statement: { predicate: { a: 1 } } },
      { form: 'attestation', predicateType: 'vuln', statement: { predicateType: 'vuln', predicate: { a: 1 } } },
    ],
    [
      'an attestation whose statement says nothing',
      { predicateType: 'vuln', statement: null },
      { form: 'attestation', predicateType: 'vuln', statement: { predicateType: 'vuln' } },
    ],
    ['one of another form', { form: 'cosign-bundle' }, { form: 'cosign-bundle' }],
  ])('may be %s', async (_, piece, expected) => {
    expect(await evidenceOf(piece)).toEqual({ ...plain, ...expected });
  });

  it('may be a signature of Notation, which has no log and no root', async () => {
    const material = parseCertificates(authority, null, 'notation');
    if (!material.ok) throw new Error(material.reason);
    const notation = { subject: 'CN=acme', ca: 'ca.pem' };
    const expected = {
      ...plain,
      form: 'notation',
      signer: { kind: 'certificate', subject: 'CN=acme' },
      log: null,
      trustedRoot: null,
      materials: [material.value.id],
    };
    expect(await evidenceOf({ notation })).toEqual(expected);
    const dated = { ...expected, time: now, timeSource: 'timestamp' };
    expect(await evidenceOf({ notation, time: now })).toEqual(dated);
    expect(await evidenceOf({ notation, time: now, log: true })).toEqual(dated);
  });

  it('may be under the private root of a file', async () => {
    const sha256 = digestOf('{}').slice('sha256:'.length);
    expect(await evidenceOf({ trustedRoot: 'root.json' })).toEqual({
      ...plain,
      trustedRoot: sha256,
      materials: [sha256],
    });
  });

  it('may be about one platform', async () => {
    const platforms = ['linux/amd64', 'linux/arm64'];
    const expected = { ...plain, subject: digestOf('ghcr.io/acme/app:1 linux/arm64') };
    expect(await evidenceOf({ on: 'linux/arm64' }, { platforms })).toEqual(expected);
  });

  it.each([
    ...(['malformed', 'wrong-subject', 'wrong-type', 'unknown-signer', 'invalid-signature', 'expired'] as const),
    ...(['certificate-expired', 'certificate-invalid', 'log-missing', 'log-invalid', 'timestamp-invalid'] as const),
    ...(['too-large', 'unsupported'] as const),
  ])('may fail as %s', async (problem) => {
    expect(await evidenceOf({ problem })).toMatchObject({ verified: false, problem: { code: problem } });
  });

  it.each(['cosign-signature', 'cosign-bundle', 'attestation', 'buildkit-attestation', 'notation'])(
    'may have the form %s',
    async (form) => {
      expect(await evidenceOf({ form })).toMatchObject({ form });
    },
  );

  it.each([
    ['an image that is none', { image: 'A:' }, /^"A:"/],
    ['a platform that is not asked for', { evidence: [{ on: 'linux/s390x' }] }, /^"linux\/s390x".*does not ask for/],
    ['a key that is not there', { evidence: [{ key: 'none.pub' }] }, /^"none\.pub".*no such file/],
    ['a private key', { evidence: [{ key: 'private.pem' }] }, /^"private\.pem".*it is a private key/],
    ['a root that is not there', { evidence: [{ trustedRoot: 'none.json' }] }, /^"none\.json".*no such file/],
    [
      'an authority that is none',
      { evidence: [{ notation: { subject: 'CN=acme', ca: 'acme.pub' } }] },
      /^"acme\.pub".*it holds no certificate/,
    ],
    [
      'an authority that is not there',
      { evidence: [{ notation: { subject: 'CN=acme', ca: 'none.pem' } }] },
      /^"none\.pem".*no such file/,
    ],
  ])('is refused with %s, at its place', async (_, fields, message) => {
    await expect(made(fields)).rejects.toThrow(message);
  });

  it.each([
    ['two signers', { key: 'acme.pub', keyless: { issuer: 'i', identity: 'me' } }, /at most one of key, keyless/],
    ['a form that none is', { form: 'odd' }, /form/],
    ['a problem that none is', { problem: 'odd' }, /problem|malformed/],
    ['a digest that is none', { digest: 'sha256:ab' }, /unknown field "digest"/],
  ])('is refused with %s', async (_, piece, message) => {
    await expect(made({ evidence: [piece] })).rejects.toThrow(message);
  });
});
