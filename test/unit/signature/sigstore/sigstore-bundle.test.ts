import { createHash, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Attachment, Digest, Evidence } from '../../../../src/model/index.ts';
import { verifyAttachments } from '../../../../src/signature/index.ts';
import { ecPair, imageDigest, otherDigest, pemOf } from '../certificates/test-certificates.ts';
import { keyBundle, keySignature, signPredicate, statementFor } from '../key-signatures.ts';
import { attachment, keyMaterial, material } from '../shared-data.ts';
import { simpleSigning } from '../test-instance.ts';

const { publicKey, privateKey } = ecPair();
const keys = [keyMaterial(pemOf(publicKey), 'acme')];

async function evidenceOf(found: Attachment): Promise<Evidence | undefined> {
  const [evidence] = await verifyAttachments([found], material({ keys }));
  return evidence;
}

const hex = imageDigest.slice('sha256:'.length);
const slsa = 'https://slsa.dev/provenance/v1';

describe('a bundle', () => {
  test('with the predicate of cosign sign is a signature on the image', async () => {
    const subject = [{ digest: { sha256: hex }, annotations: { team: 'blue' } }];
    expect(await evidenceOf(keyBundle(privateKey, statementFor(subject)))).toMatchObject({
      verified: true,
      form: 'cosign-bundle',
      predicateType: signPredicate,
      subject: imageDigest,
      annotations: { team: 'blue' },
      repository: null,
      statement: null,
    });
  });

  test('names no repository of its own, whatever its subject is called', async () => {
    const subject = [{ name: 'ghcr.io/acme/app', digest: { sha256: hex } }];
    expect(await evidenceOf(keyBundle(privateKey, statementFor(subject)))).toMatchObject({
      verified: true,
      repository: null,
    });
  });

  test('with any other predicate is an attestation, never a signature (GHSA-vjxv-45g9-9296)', async () => {
    const subject = [{ name: 'ghcr.io/acme/app', digest: { sha256: hex } }];
    expect(await evidenceOf(keyBundle(privateKey, statementFor(subject, slsa)))).toMatchObject({
      verified: true,
      form: 'attestation',
      predicateType: slsa,
      repository: 'ghcr.io/acme/app',
      statement: { predicateType: slsa, predicate: {} },
    });
  });

  test('whose attestation lists the image among others counts for it; a signature may not list others', async () => {
    const both = [{ digest: { sha256: 'cd'.repeat(32) } }, { digest: { sha256: hex } }];
    expect(await evidenceOf(keyBundle(privateKey, statementFor(both, slsa)))).toMatchObject({
      verified: true,
      subject: imageDigest,
    });
    expect(await evidenceOf(keyBundle(privateKey, statementFor(both)))).toMatchObject({
      verified: false,
      problem: { code: 'wrong-subject' },
    });
  });

  test.each([
    ['for another image', statementFor([{ digest: { sha256: otherDigest.slice(7) } }]), 'wrong-subject'],
    ['with the digest in the name alone', statementFor([{ name: imageDigest, digest: {} }]), 'wrong-subject'],
    ['with a SHA-512 digest alone', statementFor([{ digest: { sha512: hex } }]), 'wrong-subject'],
    ['with the digest in capitals', statementFor([{ digest: { sha256: hex.toUpperCase() } }]), 'wrong-subject'],
    ['without a subject', statementFor(null), 'malformed'],
    ['with an empty list of subjects', statementFor([]), 'malformed'],
    ['with a null subject', statementFor([null]), 'malformed'],
    ['with a digest that is a number', statementFor([{ digest: { sha256: 1 } }]), 'malformed'],
    ['without a predicate type', { ...statementFor(), predicateType: '' }, 'malformed'],
    ['of another statement type', { ...statementFor(), _type: 'https://example.test/v1' }, 'wrong-type'],
    ['that is no JSON', 'not json', 'malformed'],
    ['with a key twice', JSON.stringify(statementFor()).replace('{', '{"predicateType":"x",'), 'malformed'],
  ])('soundly signed %s is refused', async (_name, statement, code) => {
    expect(await evidenceOf(keyBundle(privateKey, statement))).toMatchObject({ verified: false, problem: { code } });
  });

  test('with another payload type than in-toto is refused, however it is spelt', async () => {
    for (const type of ['application/json', 'application/vnd.in-toto+jsön', 'application/vnd.in-toto+json ', '']) {
      expect(await evidenceOf(keyBundle(privateKey, statementFor(), type))).toMatchObject({
        verified: false,
        problem: { code: expect.stringMatching(/wrong-type|malformed/) },
      });
    }
  });

  test('whose payload type was changed after signing is refused', async () => {
    const changed = keyBundle(privateKey, statementFor(), 'application/vnd.in-toto+json', 'text/plain');
    expect(await evidenceOf(changed)).toMatchObject({ verified: false, problem: { code: 'invalid-signature' } });
  });
});

describe('the format of a bundle', () => {
  type Json = Record<string, unknown>;
  function changed(change: (bundle: Json) => void): Attachment {
    const found = keyBundle(privateKey, statementFor());
    const bundle = JSON.parse(Buffer.from(found.content, 'base64').toString()) as Json; // it was made as an object
    change(bundle);
    return { ...found, content: Buffer.from(JSON.stringify(bundle)).toString('base64') };
  }
  const entry = (changes: Json = {}): Json => ({
    logIndex: '1',
    logId: { keyId: 'AAAA' },
    kindVersion: { kind: 'dsse', version: '0.0.1' },
    integratedTime: '1',
    inclusionPromise: { signedEntryTimestamp: 'AAAA' },
    inclusionProof: {
      logIndex: '1',
      rootHash: 'AAAA',
      treeSize: '2',
      hashes: ['AAAA'],
      checkpoint: { envelope: 'x' },
    },
    canonicalizedBody: 'AAAA',
    ...changes,
  });
  const withMaterial = (more: Json) =>
    changed((bundle) => {
      bundle['verificationMaterial'] = { ...(bundle['verificationMaterial'] as Json), ...more };
    });

  test.each([
    'application/vnd.dev.sigstore.bundle+json;version=0.1',
    'application/vnd.dev.sigstore.bundle+json;version=0.2',
    'application/vnd.dev.sigstore.bundle+json;version=0.3',
    'application/vnd.dev.sigstore.bundle.v0.3+json',
  ])('may be %s', async (mediaType) => {
    const found = changed((bundle) => Object.assign(bundle, { mediaType }));
    expect((await evidenceOf(found))?.problem?.code).not.toBe('unsupported');
  });

  test.each([
    'application/vnd.dev.sigstore.bundle+json;version=0.4',
    'application/vnd.dev.sigstore.bundle.v0.4+json',
    'x application/vnd.dev.sigstore.bundle.v0.3+json',
    '',
    3,
    null,
  ])('may not be %j', async (mediaType) => {
    const found = changed((bundle) => Object.assign(bundle, { mediaType }));
    expect(await evidenceOf(found)).toMatchObject({ verified: false, problem: { code: 'unsupported' } });
  });

  test.each<[string, Json]>([
    ['signature', { tlogEntries: [], signature: 'A*==' }],
    ['sig', { sig: 'AAA' }],
    ['payload', { payload: 'AAAA=' }],
    ['rawBytes', { certificate: { rawBytes: ' AAAA' } }],
    ['canonicalizedBody', { tlogEntries: [entry({ canonicalizedBody: 'AA\nAA' })] }],
    ['signedEntryTimestamp', { tlogEntries: [entry({ inclusionPromise: { signedEntryTimestamp: 'AA-_' } })] }],
    ['signedTimestamp', { timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: 'A' }] } }],
    ['digest', { messageDigest: { digest: 'AAA*' } }],
    ['keyId', { tlogEntries: [entry({ logId: { keyId: 'AA=A' } })] }],
    ['rootHash', { tlogEntries: [entry({ inclusionProof: { rootHash: 'AAAAA' } })] }],
  ])('whose %s is not strictly base64 is refused', async (name, more) => {
    expect(await evidenceOf(withMaterial(more))).toMatchObject({
      verified: false,
      problem: { code: 'malformed', message: `the bundle's ${name} is not base64` },
    });
  });

  test.each<[string, Json]>([
    ['logIndex', entry({ logIndex: '-1' })],
    ['logIndex', entry({ logIndex: '1e3' })],
    ['logIndex', entry({ logIndex: '12345678901234567890' })],
    ['integratedTime', entry({ integratedTime: '0x10' })],
    [
      'logIndex of the proof',
      entry({
        inclusionProof: { logIndex: ' 1', rootHash: '', treeSize: '1', hashes: [], checkpoint: { envelope: 'x' } },
      }),
    ],
    [
      'treeSize',
      entry({
        inclusionProof: { logIndex: '1', rootHash: '', treeSize: '1.5', hashes: [], checkpoint: { envelope: 'x' } },
      }),
    ],
  ])('whose %s is no natural number is refused', async (_name, bad) => {
    expect(await evidenceOf(withMaterial({ tlogEntries: [bad] }))).toMatchObject({
      verified: false,
      problem: { code: 'malformed', message: expect.stringMatching(/number|format/) },
    });
  });

  test('says which of its fields are wrong', async () => {
    const evidence = await evidenceOf(changed((bundle) => delete bundle['verificationMaterial']));
    expect(evidence?.problem?.message).toMatch(/^the bundle breaks its format: .* \(.*verificationMaterial.*\)$/);
  });

  test.each<[string, number, Json]>([
    ['32 log entries', 32, { tlogEntries: Array.from({ length: 32 }, () => entry()) }],
    ['33 log entries', 33, { tlogEntries: Array.from({ length: 33 }, () => entry()) }],
    [
      '8 timestamps',
      8,
      { timestampVerificationData: { rfc3161Timestamps: Array(8).fill({ signedTimestamp: 'AAAA' }) } },
    ],
    [
      '9 timestamps',
      9,
      { timestampVerificationData: { rfc3161Timestamps: Array(9).fill({ signedTimestamp: 'AAAA' }) } },
    ],
  ])('with %s is counted', async (_name, count, more) => {
    const evidence = await evidenceOf(withMaterial(more));
    expect(evidence?.problem?.code === 'too-large').toBe(count % 2 === 1);
  });

  test.each<[string, (bundle: Json) => void, string]>([
    ['without a signature', (bundle) => Object.assign(bundle['dsseEnvelope'] as Json, { signatures: [] }), 'malformed'],
    [
      'with two signatures',
      (bundle) => {
        const envelope = bundle['dsseEnvelope'] as { signatures: unknown[] };
        envelope.signatures.push(envelope.signatures[0]);
      },
      'malformed',
    ],
    ['that signs nothing', (bundle) => delete bundle['dsseEnvelope'], 'malformed'],
    ['that is verified by nothing', (bundle) => delete bundle['verificationMaterial'], 'malformed'],
  ])('%s is refused', async (_name, change, code) => {
    expect(await evidenceOf(changed(change))).toMatchObject({ verified: false, problem: { code } });
  });
});

describe('a bundle over the manifest itself', () => {
  const manifest = Buffer.from('{"schemaVersion":2}');
  const subject = `sha256:${createHash('sha256').update(manifest).digest('hex')}` as Digest;

  function messageBundle(digest: string, pair = { publicKey, privateKey }): Attachment {
    const bundle = {
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: { publicKey: { hint: 'x' } },
      messageSignature: {
        messageDigest: { algorithm: 'SHA2_256', digest: Buffer.from(digest.slice(7), 'hex').toString('base64') },
        signature: sign('sha256', manifest, pair.privateKey).toString('base64'),
      },
    };
    return attachment('sigstore-bundle', subject, JSON.stringify(bundle));
  }

  test('is a signature on the image, although only the digest is known', async () => {
    expect(await evidenceOf(messageBundle(subject))).toMatchObject({
      verified: true,
      form: 'cosign-bundle',
      predicateType: null,
      subject,
    });
    const keysOf = (pair: typeof other) => [keyMaterial(pemOf(pair.publicKey))];
    const other = ecPair('secp384r1');
    const larger = await verifyAttachments([messageBundle(subject, other)], material({ keys: keysOf(other) }));
    expect(larger).toMatchObject([{ verified: true }]);
  });

  test.each([
    ['SHA2_256', 32, 'sha256'],
    ['SHA2_384', 48, 'sha384'],
    ['SHA2_512', 64, 'sha512'],
    ['SHA3_256', 32, 'unknown'],
  ])('that states a digest of %s names it', async (algorithm, length, name) => {
    const found = messageBundle(subject);
    const text = Buffer.from(found.content, 'base64').toString();
    const bundle = JSON.parse(text) as { messageSignature: { messageDigest: object } };
    const digest = Buffer.alloc(length, 0xab);
    bundle.messageSignature.messageDigest = { algorithm, digest: digest.toString('base64') };
    const changed = { ...found, content: Buffer.from(JSON.stringify(bundle)).toString('base64') };
    expect((await evidenceOf(changed))?.problem).toEqual({
      code: 'wrong-subject',
      message: `it was made for ${name}:${digest.toString('hex')}, expected ${subject}`,
    });
  });

  test('by another key is refused', async () => {
    expect(await evidenceOf(messageBundle(subject, ecPair()))).toMatchObject({ verified: false });
  });

  test('found under another manifest is refused, whichever digest it states', async () => {
    const elsewhere = (stated: string) => ({ ...messageBundle(stated), subject: imageDigest });
    expect(await evidenceOf(elsewhere(subject))).toMatchObject({ problem: { code: 'wrong-subject' } });
    expect(await evidenceOf(elsewhere(imageDigest))).toMatchObject({
      verified: false,
      problem: { code: 'unknown-signer' },
    });
  });
});

describe('a signature on a BuildKit attestation manifest', () => {
  const vouchesFor = otherDigest;

  test('vouches for the platform manifest, be it a bundle or a plain signature', async () => {
    for (const found of [keyBundle(privateKey, statementFor()), keySignature(privateKey)]) {
      expect(await evidenceOf({ ...found, vouchesFor })).toMatchObject({
        verified: true,
        form: 'buildkit-attestation',
        subject: vouchesFor,
      });
    }
  });

  test('for the platform manifest itself is not one: every link counts', async () => {
    const direct = [
      { ...keySignature(privateKey, simpleSigning(vouchesFor)), vouchesFor },
      { ...keyBundle(privateKey, statementFor([{ digest: { sha256: vouchesFor.slice(7) } }])), vouchesFor },
    ];
    for (const found of direct) {
      expect(await evidenceOf(found)).toMatchObject({
        verified: false,
        form: 'buildkit-attestation',
        problem: { code: 'wrong-subject' },
      });
    }
  });

  test('with another predicate than cosign sign vouches for nothing', async () => {
    const found = { ...keyBundle(privateKey, statementFor(undefined, slsa)), vouchesFor };
    expect(await evidenceOf(found)).toMatchObject({ verified: false, problem: { code: 'wrong-type' } });
  });
});
