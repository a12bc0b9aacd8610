// Anybody who may write to a registry can attach as many valid signatures of their own as they like.
import { beforeAll, describe, expect, test } from 'vitest';
import type { Attachment, Evidence, Signer, VerificationMaterial } from '../../../src/model/index.ts';
import { verifyAttachments } from '../../../src/signature/index.ts';
import { limits } from '../../../src/signature/limits.ts';
import { certify, ecPair, identity, otherDigest, pemOf } from './certificates/test-certificates.ts';
import { keySignature } from './key-signatures.ts';
import { keyMaterial, material } from './shared-data.ts';
import { createInstance, simpleSigning } from './test-instance.ts';

const many = 2_000;
const untrusted = 'untrusted@example.test';
const wanted = 'release@example.test';
const isWanted = (signer: Signer): boolean => signer.kind === 'keyless' && signer.identity === wanted;

/** Milliseconds of processor that `work` takes, and what it comes to. */
async function cpuOf<T>(work: () => Promise<T>): Promise<{ readonly milliseconds: number; readonly result: T }> {
  const begun = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(begun);
  return { milliseconds: (user + system) / 1_000, result };
}

function good(evidence: readonly Evidence[]): number {
  return evidence.filter(({ verified, signer }) => verified && signer !== null && isWanted(signer)).length;
}

describe(`beside ${many} signatures`, { timeout: 60_000 }, () => {
  let asked: VerificationMaterial;
  /** Valid, of many certificates, all different. */
  let others: readonly Attachment[];
  let signed: Attachment;
  let instance: Awaited<ReturnType<typeof createInstance>>;

  beforeAll(async () => {
    instance = await createInstance();
    asked = material({ trustedRoots: [instance.source()] });
    const issued: Awaited<ReturnType<typeof instance.issue>>[] = [];
    for (let index = 0; index < 40; index += 1) {
      // oxlint-disable-next-line no-await-in-loop -- the instance has one clock
      issued.push(await instance.issue({ names: [identity('email', `${index}.${untrusted}`)] }));
    }
    others = await Promise.all(
      Array.from({ length: many }, async (_, index) => {
        const certificate = issued[index % issued.length];
        const payload = simpleSigning(undefined, `registry.example.com/app-${index}`);
        return await instance.signature({ payload, ...(certificate === undefined ? {} : { certificate }) });
      }),
    );
    signed = await instance.signature({ certificate: await instance.issue({ names: [identity('email', wanted)] }) });
  }, 60_000);

  test('of many other signers the good one is found, wherever it stands, at a fraction of what all would cost', async () => {
    const sample = others.slice(0, limits.unnamedSigners);
    const each = (await cpuOf(() => verifyAttachments(sample, asked))).milliseconds / sample.length;
    for (const place of [0, many / 2, many]) {
      const attached = others.toSpliced(place, 0, signed);
      // oxlint-disable-next-line no-await-in-loop -- measured one after another
      const { milliseconds, result } = await cpuOf(() => verifyAttachments(attached, asked, { isWanted }));
      expect(good(result)).toBe(1);
      expect(result).toHaveLength(many + 1);
      expect(result[place]).toMatchObject({ verified: true });
      expect(milliseconds).toBeLessThan((each * many) / 3);
    }
  }, 60_000);

  test('of many other signers those that are not tried say whose they claim to be, and are not called open', async () => {
    const result = await verifyAttachments(others, asked, { isWanted });
    expect(result.filter(({ verified }) => verified)).toHaveLength(limits.unnamedSigners);
    const rest = result.filter(({ verified }) => !verified);
    expect(rest).toHaveLength(many - limits.unnamedSigners);
    expect(new Set(rest.map(({ problem }) => problem?.code))).toEqual(new Set(['passed-over']));
    expect(rest[0]?.signer).toMatchObject({ kind: 'keyless', identity: expect.stringContaining(untrusted) });
  });

  test('of many other signers a good one of a key is found', async () => {
    const { publicKey, privateKey } = ecPair();
    const keyed = { ...asked, keys: [keyMaterial(pemOf(publicKey), 'acme')] };
    const result = await verifyAttachments([...others, keySignature(privateKey)], keyed, { isWanted });
    expect(result.at(-1)).toMatchObject({ verified: true, signer: { kind: 'key', name: 'acme' } });
  });

  test('that only claim to be of the wanted signer, in every cheap way, the good one is found', async () => {
    const forged = await certify(
      { names: [identity('email', wanted)], issuer: 'https://issuer.example.test', subject: '' },
      await certify({ subject: 'CN=root,O=test', isAuthority: true }, null, null),
      null,
    );
    const genuine = await instance.issue({ names: [identity('email', wanted)] });
    const forgeries = await Promise.all([
      instance.signature({ certificate: forged }), // by an authority that only has the name
      instance.signature({ certificate: genuine, signingKey: ecPair().privateKey }), // not its signature
      instance.signature({ certificate: genuine, payload: simpleSigning(otherDigest) }), // of another image
    ]);
    const flood = Array.from({ length: many }, (_, index) => forgeries[index % forgeries.length] ?? signed);
    const { milliseconds, result } = await cpuOf(() => verifyAttachments([...flood, signed], asked, { isWanted }));
    expect(good(result)).toBe(1);
    expect(result.at(-1)).toMatchObject({ verified: true });
    expect(milliseconds).toBeLessThan(8_000);
  });

  test('that all could count, no more than the bound are tried, and the rest is called open', async () => {
    const result = await verifyAttachments(others, asked, { isWanted: () => true });
    expect(result.filter(({ verified }) => verified)).toHaveLength(limits.candidates);
    const open = result.filter(({ problem }) => problem?.code === 'not-tried');
    expect(open).toHaveLength(many - limits.candidates);
  });

  test('the time is looked at between them, and what could not be tried in time is called open', async () => {
    let left = 5;
    const isOver = (): boolean => left-- <= 0;
    const { milliseconds, result } = await cpuOf(() => verifyAttachments(others, asked, { isWanted, isOver }));
    expect(result).toHaveLength(many);
    expect(result.filter(({ problem }) => problem?.code === 'not-tried').length).toBeGreaterThan(many - 10);
    expect(milliseconds).toBeLessThan(2_000);
  });

  test('few attachments are tried in their order, whichever is wanted, until the time is over', async () => {
    let left = 3;
    const isOver = (): boolean => left-- <= 0;
    const few = others.slice(0, 5);
    const result = await verifyAttachments(few, asked, { isWanted, isOver });
    expect(result.map(({ verified }) => verified)).toEqual([true, true, true, false, false]);
    expect(result[4]?.problem?.code).toBe('not-tried');
  });

  test('and any mixture of them, nothing that counts is lost by looking first', async () => {
    const mixed = [...others.slice(0, 150), signed, ...others.slice(150, 200), signed];
    const [all, chosen] = await Promise.all([
      verifyAttachments(mixed, asked),
      verifyAttachments(mixed, asked, { isWanted }),
    ]);
    const counted = (evidence: readonly Evidence[]): readonly Evidence[] =>
      evidence.filter(({ verified, signer }) => verified && signer !== null && isWanted(signer));
    expect(counted(chosen)).toEqual(counted(all));
    expect(counted(all)).toHaveLength(2);
  });
});
