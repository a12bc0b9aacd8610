// Signatures put together from parts of others: what verifies is what somebody really signed, and says who and when.
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Attachment, Evidence, VerificationMaterial } from '../../../src/model/index.ts';
import { dateTime } from '../../../src/signature/date-time.ts';
import { verifyAttachments } from '../../../src/signature/index.ts';
import { identity, imageDigest, later, otherDigest, signedAt } from './certificates/test-certificates.ts';
import { evidenceOf, issue, specOf } from './notation/notation-authorities.ts';
import { jws } from './notation/notation-signatures.ts';
import { attachment, material } from './shared-data.ts';
import { createInstance, simpleSigning } from './test-instance.ts';

/** One signing as it was done. */
interface Signing {
  readonly signer: string;
  /** Whether it is sound as a whole: for this image, by a known authority, while the certificate was valid. */
  readonly isSound: boolean;
  readonly times: readonly string[];
  readonly parts: Readonly<Record<string, string | undefined>>;
}

/** For each part of a signature the signing that it is taken from; most are one's own. */
const picks = (names: readonly string[], count: number) =>
  fc.nat({ max: count - 1 }).chain((own) => {
    const choice = fc.oneof(
      { weight: 4, arbitrary: fc.constant(own) },
      { weight: 1, arbitrary: fc.nat({ max: count }) },
    );
    return fc.record(Object.fromEntries(names.map((name) => [name, choice])));
  });

/** Puts a signature together; where there is no such signing the part is left out. */
function combined(signings: readonly Signing[], picked: Readonly<Record<string, number>>) {
  return Object.fromEntries(Object.entries(picked).map(([name, index]) => [name, signings[index]?.parts[name]]));
}

/** The signing whose essential parts these all are; undefined where they are of different ones. */
function originOf(signings: readonly Signing[], essential: readonly (number | undefined)[]): Signing | undefined {
  const [first] = essential;
  return first !== undefined && essential.every((index) => index === first) ? signings[first] : undefined;
}

describe('a keyless signature of parts of others', () => {
  const names = {
    signature: 'dev.cosignproject.cosign/signature',
    certificate: 'dev.sigstore.cosign/certificate',
    bundle: 'dev.sigstore.cosign/bundle',
    timestamp: 'dev.sigstore.cosign/rfc3161timestamp',
  } as const;
  let signings: readonly Signing[];
  let asked: VerificationMaterial;

  beforeAll(async () => {
    const [known, unknown] = [await createInstance(), await createInstance()];
    asked = material({ trustedRoots: [known.source()] });
    const made: Signing[] = [];
    for (const [name, instance, changes] of [
      ['alice', known, {}],
      ['bob', known, {}],
      ['stamped', known, { loggedAt: null, stampedAt: later(signedAt, 1) }],
      ['both', known, { loggedAt: later(signedAt, 2), stampedAt: later(signedAt, 1) }],
      ['late', known, { loggedAt: later(signedAt, 60) }],
      ['early', known, { loggedAt: null, stampedAt: later(signedAt, -30) }],
      ['other image', known, { payload: simpleSigning(otherDigest) }],
      ['alice', unknown, { stampedAt: later(signedAt, 1) }],
    ] as const) {
      const certificate = await instance.issue({
        names: [identity('email', `${name.replace(' ', '-')}@example.test`)],
      });
      const payload = simpleSigning(imageDigest, `registry.example.com/${made.length}`);
      const found = await instance.signature({ certificate, payload, ...changes });
      const annotations = found.layer.annotations ?? {};
      made.push({
        signer: `${name.replace(' ', '-')}@example.test`,
        isSound: instance === known && !['late', 'early', 'other image'].includes(name),
        times: [
          ...('loggedAt' in changes ? (changes.loggedAt === null ? [] : [changes.loggedAt]) : [signedAt]),
          ...('stampedAt' in changes ? [changes.stampedAt] : []),
        ].map(dateTime),
        parts: {
          payload: Buffer.from(found.content, 'base64').toString('utf8'),
          ...Object.fromEntries(Object.entries(names).map(([part, annotation]) => [part, annotations[annotation]])),
        },
      });
    }
    signings = made;
  }, 60_000);

  function attached(parts: Readonly<Record<string, string | undefined>>): Attachment {
    const { payload = '', ...rest } = parts;
    const annotations = Object.entries(names).flatMap(([part, annotation]) => {
      const value = rest[part];
      return value === undefined ? [] : [[annotation, value] as const];
    });
    return attachment('cosign-signature', imageDigest, payload, Object.fromEntries(annotations));
  }

  test('verifies only as it was signed', { timeout: 120_000 }, async () => {
    let verified = 0;
    const picked = picks(['payload', ...Object.keys(names)], 8);
    const check = async (choice: Readonly<Record<string, number>>): Promise<void> => {
      const [evidence] = await verifyAttachments([attached(combined(signings, choice))], asked);
      if (evidence?.verified !== true) return;
      verified += 1;
      const origin = originOf(signings, [choice['payload'], choice['signature'], choice['certificate']]);
      expect(origin).toMatchObject({ isSound: true });
      expect(evidence).toMatchObject({
        subject: imageDigest,
        signer: { kind: 'keyless', identity: origin?.signer, issuer: 'https://issuer.example.test' },
        time: expect.toSatisfy((time: string) => origin?.times.includes(time) === true),
      });
      expect([evidence.log === null, choice['bundle'] === choice['payload']]).not.toEqual([false, false]);
    };
    await fc.assert(fc.asyncProperty(picked, check), { numRuns: 300 });
    // else it would say nothing
    expect(verified).toBeGreaterThan(10);
  });
});

describe('a Notation signature of parts of others', () => {
  let signings: readonly Signing[];

  interface Envelope {
    readonly payload: string;
    readonly protected: string;
    readonly signature: string;
    readonly header: { readonly x5c: readonly string[] };
  }

  beforeAll(async () => {
    const made: Signing[] = [];
    for (const [subject, changes, spec] of [
      ['CN=alice', {}, {}],
      ['CN=bob', {}, {}],
      ['CN=other image', { digest: otherDigest }, {}],
      ['CN=expiry', { expiry: later(signedAt, -1) }, {}],
      ['CN=over', {}, { notAfter: later(signedAt, -1) }],
      ['CN=server', {}, { usages: ['1.3.6.1.5.5.7.3.1'] }],
      ['CN=type', { contentType: 'application/json' }, {}],
      ['CN=critical', { critical: ['io.cncf.notary.signingScheme', 'x'], more: { x: 1 } }, {}],
    ] as const) {
      const found = await jws(specOf(changes, await issue({ subject, ...spec })));
      const parsed = JSON.parse(Buffer.from(found.content, 'base64').toString('utf8')) as Envelope;
      made.push({
        signer: subject,
        isSound: ['CN=alice', 'CN=bob'].includes(subject),
        times: [],
        parts: {
          payload: parsed.payload,
          protected: parsed.protected,
          signature: parsed.signature,
          leaf: parsed.header.x5c[0],
          chain: JSON.stringify(parsed.header.x5c.slice(1)),
        },
      });
    }
    signings = made;
  }, 60_000);

  function attached({ leaf, chain, ...rest }: Readonly<Record<string, string | undefined>>): Attachment {
    const x5c = [...(leaf === undefined ? [] : [leaf]), ...(JSON.parse(chain ?? '[]') as readonly string[])];
    const found = attachment('notation', imageDigest, JSON.stringify({ ...rest, header: { x5c } }));
    return { ...found, layer: { ...found.layer, mediaType: 'application/jose+json' } };
  }

  test('verifies only as it was signed', { timeout: 120_000 }, async () => {
    let verified = 0;
    const picked = picks(['payload', 'protected', 'signature', 'leaf', 'chain'], 8);
    const check = async (choice: Readonly<Record<string, number>>): Promise<void> => {
      const evidence: Evidence | undefined = await evidenceOf(attached(combined(signings, choice)));
      if (evidence?.verified !== true) return;
      verified += 1;
      // those that are sound have the same payload and protected header
      const origin = originOf(signings, [choice['signature'], choice['leaf']]);
      expect(origin).toMatchObject({ isSound: true });
      expect(evidence).toMatchObject({
        subject: imageDigest,
        signer: { kind: 'certificate', subject: origin?.signer },
      });
    };
    await fc.assert(fc.asyncProperty(picked, check), { numRuns: 300 });
    expect(verified).toBeGreaterThan(10);
  });
});
