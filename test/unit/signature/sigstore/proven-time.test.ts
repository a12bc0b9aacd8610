import { createHash, sign } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Attachment, type Evidence, parseDigest } from '../../../../src/model/index.ts';
import { dateTime } from '../../../../src/signature/date-time.ts';
import { verifyAttachments } from '../../../../src/signature/index.ts';
import { ecPair, later, pemOf, signedAt } from '../certificates/test-certificates.ts';
import { attachment, keyMaterial, material } from '../shared-data.ts';
import { createInstance, hashedRekord, type TestInstance } from '../test-instance.ts';

let instance: TestInstance;
beforeAll(async () => {
  instance = await createInstance();
});

const pair = ecPair();
const message = Buffer.from('a manifest');
const digest = createHash('sha256').update(message).digest();
const subject = parseDigest(`sha256:${digest.toString('hex')}`);
const signature = sign('sha256', message, pair.privateKey);

/** A bundle with a key's signature, logged and stamped as often as anybody liked. */
async function bundle(loggedAt: readonly Date[], stampedAt: readonly Date[]): Promise<Attachment> {
  const tlogEntries = loggedAt.map((time, index) => {
    // a log takes the same entry once only
    const body = hashedRekord(message, signature, `${pemOf(pair.publicKey)}${'\n'.repeat(index)}`);
    const { SignedEntryTimestamp, Payload } = JSON.parse(instance.promise(body, time, undefined, index));
    return {
      logIndex: String(Payload.logIndex),
      logId: { keyId: Buffer.from(Payload.logID, 'hex').toString('base64') },
      kindVersion: { kind: 'hashedrekord', version: '0.0.1' },
      integratedTime: String(Payload.integratedTime),
      inclusionPromise: { signedEntryTimestamp: SignedEntryTimestamp },
      canonicalizedBody: body.toString('base64'),
    };
  });
  const stamps: Buffer[] = [];
  for (const time of stampedAt) stamps.push(await instance.timestamp(signature, time));
  const content = {
    mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
    verificationMaterial: {
      publicKey: { hint: '' },
      tlogEntries,
      timestampVerificationData: {
        rfc3161Timestamps: stamps.map((stamp) => ({ signedTimestamp: stamp.toString('base64') })),
      },
    },
    messageSignature: {
      messageDigest: { algorithm: 'SHA2_256', digest: digest.toString('base64') },
      signature: signature.toString('base64'),
    },
  };
  return attachment('sigstore-bundle', subject, JSON.stringify(content));
}

async function evidenceOf(found: Attachment): Promise<Evidence | undefined> {
  const keys = [keyMaterial(pemOf(pair.publicKey))];
  const [evidence] = await verifyAttachments([found], material({ keys, trustedRoots: [instance.source()] }));
  return evidence;
}

const [first, second, third] = [signedAt, later(signedAt, 5), later(signedAt, 9)];

describe('the time that is reported of a key’s signature', () => {
  test.each<[string, readonly Date[], readonly Date[], Date, Evidence['timeSource']]>([
    ['its entry', [second], [], second, 'log'],
    ['the first of its entries, in whatever order', [third, first, second], [], first, 'log'],
    ['an entry rather than a timestamp, though that is earlier', [second], [first], second, 'log'],
    ['its timestamp', [], [second], second, 'timestamp'],
    ['the first of its timestamps', [], [third, first, second], first, 'timestamp'],
  ])('is that of %s', async (_, loggedAt, stampedAt, time, timeSource) => {
    const evidence = await evidenceOf(await bundle(loggedAt, stampedAt));
    expect(evidence).toMatchObject({ verified: true, time: dateTime(time), timeSource });
    expect(evidence).not.toHaveProperty('certifiedSince');
  });

  test('belongs to one signature, however often that was logged and stamped', async () => {
    const found = [await bundle([first], []), await bundle([third], []), await bundle([], [second])];
    const ids = await Promise.all(found.map(async (one) => (await evidenceOf(one))?.signatureId));
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[0-9a-f]{64}$/);
  });
});

test('a keyless signature tells since when its certificate was valid', async () => {
  const notBefore = later(signedAt, -3);
  const found = await instance.signature({
    certificate: await instance.issue({ notBefore }),
    loggedAt: null,
    stampedAt: later(signedAt, 1),
  });
  expect(await evidenceOf(found)).toMatchObject({
    verified: true,
    time: dateTime(later(signedAt, 1)),
    timeSource: 'timestamp',
    certifiedSince: dateTime(notBefore),
  });
});

describe('an entry that has a proof of its inclusion and tells no time', () => {
  /** The bundle of a key's signature, with such an entry. */
  async function proven(stampedAt: readonly Date[]): Promise<Attachment> {
    const found = await bundle([signedAt], stampedAt);
    const content = JSON.parse(Buffer.from(found.content, 'base64').toString('utf8'));
    const [entry] = content.verificationMaterial.tlogEntries;
    const { inclusionPromise: _, ...rest } = entry;
    const inclusionProof = instance.proof(Buffer.from(entry.canonicalizedBody, 'base64'));
    content.verificationMaterial.tlogEntries = [{ ...rest, integratedTime: '0', inclusionProof }];
    content.mediaType = 'application/vnd.dev.sigstore.bundle.v0.3+json';
    return attachment('sigstore-bundle', subject, JSON.stringify(content));
  }

  async function under(validFor: object, stampedAt: readonly Date[]): Promise<Evidence | undefined> {
    const [log] = instance.trustedRoot.tlogs;
    const root = { ...instance.trustedRoot, tlogs: [{ ...log, publicKey: { ...log?.publicKey, validFor } }] };
    const keys = [keyMaterial(pemOf(pair.publicKey))];
    const trustedRoots = [instance.source(root)];
    const [evidence] = await verifyAttachments([await proven(stampedAt)], material({ keys, trustedRoots }));
    return evidence;
  }

  const before = new Date(signedAt.getTime() - 1_000).toISOString();
  const after = new Date(signedAt.getTime() + 1_000).toISOString();
  const start = '2025-01-01T00:00:00Z';

  test.each([{ start }, { start, end: after }, { start: before }])(
    'counts while its log counts: %o',
    async (validFor) => {
      expect(await under(validFor, [signedAt])).toMatchObject({
        verified: true,
        log: { index: 0 },
        timeSource: 'timestamp',
      });
    },
  );

  test.each([{ start, end: before }, { start: after }])(
    'is refused where its log did not count then: %o',
    async (validFor) => {
      expect(await under(validFor, [signedAt])).toMatchObject({
        verified: false,
        log: null,
        problem: { code: 'log-invalid', message: expect.stringContaining('when the key of its log did not count') },
      });
    },
  );

  const day = 86_400_000;
  const ended = new Date(Date.now() - day).toISOString();
  const coming = new Date(Date.now() + day).toISOString();

  test.each([{ start }, { start, end: coming }])(
    'counts where nothing proves a time while its log counts now: %o',
    async (validFor) => {
      expect(await under(validFor, [])).toMatchObject({ verified: true, time: null, log: { index: 0 } });
    },
  );

  test.each([{ start, end: ended }, { start: coming }])(
    'leaves the signature unlogged where nothing proves a time and its log does not count now: %o',
    async (validFor) => {
      expect(await under(validFor, [])).toMatchObject({
        verified: true,
        time: null,
        log: null,
        logPassedOver: expect.stringContaining('does not count'),
      });
    },
  );
});
