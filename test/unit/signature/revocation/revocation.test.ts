import { X509Certificate } from 'node:crypto';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import * as pkijs from 'pkijs';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseCertificate } from '../../../../src/signature/certificates/certificate.ts';
import { checkRevocation } from '../../../../src/signature/revocation/revocation.ts';
import type { RevocationRequest, RevocationSource } from '../../../../src/signature/revocation/revocation-source.ts';
import { type Certified, certify, later, signedAt } from '../certificates/test-certificates.ts';
import { answerBy, errorAnswer, listBy, scopeExtension } from './revocation-answers.ts';

const responder = 'http://ocsp.example.test/';
const place = 'http://lists.example.test/one.crl';
const ocspSigning = '1.3.6.1.5.5.7.3.9';
const codeSigning = '1.3.6.1.5.5.7.3.3';

let root: Certified;
let untrusted: Certified;
let asked: Certified;
let listed: Certified;
let both: Certified;
let plain: Certified;

beforeAll(async () => {
  root = await certify({ subject: 'CN=root', isAuthority: true }, null, null);
  untrusted = await certify({ subject: 'CN=root', isAuthority: true }, null, null);
  const access = new x509.AuthorityInfoAccessExtension({ ocsp: responder });
  const points = new x509.CRLDistributionPointsExtension([place]);
  const leaf = (extensions: readonly x509.Extension[]) => certify({ subject: 'CN=leaf', extensions }, root, null);
  [asked, listed, both, plain] = await Promise.all([leaf([access]), leaf([points]), leaf([access, points]), leaf([])]);
});

type Answers = Readonly<Record<string, Uint8Array | Error>>;

async function check(leaf: Certified, answers: Answers, signed: Date | null = null) {
  const requests: RevocationRequest[] = [];
  const source: RevocationSource = {
    authorities: new Set(),
    fetch(request) {
      requests.push(request);
      const answer = answers[request.url] ?? new Error(`${request.url} is not there`);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  };
  const chain = [leaf, root].map(({ der }) => ({ native: new X509Certificate(der), parsed: parseCertificate(der) }));
  return { ...(await checkRevocation(chain, source, signedAt, signed)), requests };
}

describe('an answer of the responder', () => {
  test.each(['good', 'revoked', 'unknown'] as const)('that says %s is believed', async (status) => {
    const found = await check(asked, { [responder]: await answerBy(root, asked, { status }) });
    expect(found.status).toBe(status);
    expect(found.requests).toMatchObject([{ url: responder, body: { type: 'application/ocsp-request' } }]);
  });

  test('may be signed by whom the authority lets answer for it', async () => {
    const delegate = await certify({ subject: 'CN=responder', usages: [ocspSigning] }, root, null);
    const answer = await answerBy(root, asked, { signer: delegate, certificates: [delegate] });
    expect((await check(asked, { [responder]: answer })).status).toBe('good');
  });

  const forgeries: readonly [string, () => Promise<Uint8Array>, RegExp][] = [
    [
      'by another authority of the same name',
      () => answerBy(root, asked, { signer: untrusted }),
      /not signed by the authority/,
    ],
    [
      'by another authority that brings its own certificate',
      () => answerBy(root, asked, { signer: untrusted, certificates: [untrusted] }),
      /not signed by the authority/,
    ],
    [
      'by whom the authority lets answer for it in a certificate over SHA-1',
      async () => {
        const signer = await certify({ subject: 'CN=responder', usages: [ocspSigning], digest: 'SHA-1' }, root, null);
        return answerBy(root, asked, { signer, certificates: [signer] });
      },
      /not signed by the authority/,
    ],
    [
      'by a certificate of the authority that is not made for answering',
      async () => {
        const signer = await certify({ subject: 'CN=other', usages: [codeSigning] }, root, null);
        return answerBy(root, asked, { signer, certificates: [signer] });
      },
      /not signed by the authority/,
    ],
    [
      'by a delegate of another authority',
      async () => {
        const signer = await certify({ subject: 'CN=other', usages: [ocspSigning] }, untrusted, null);
        return answerBy(root, asked, { signer, certificates: [signer] });
      },
      /not signed by the authority/,
    ],
    [
      'by a delegate whose certificate is over',
      async () => {
        const dates = { notBefore: later(signedAt, -9), notAfter: later(signedAt, -1) };
        const signer = await certify({ subject: 'CN=old', usages: [ocspSigning], ...dates }, root, null);
        return answerBy(root, asked, { signer, certificates: [signer] });
      },
      /not signed by the authority/,
    ],
    ['about another certificate', () => answerBy(root, asked, { serial: 99 }), /speaks of another/],
    ['that has expired', () => answerBy(root, asked, { nextUpdate: later(signedAt, -1) }), /expired .* clock says/],
    ['that never ends', () => answerBy(root, asked, { nextUpdate: null }), /until when/],
    ['of tomorrow', () => answerBy(root, asked, { thisUpdate: later(signedAt, 1440) }), /future.* clock says/],
    ['that is an error', () => Promise.resolve(errorAnswer(6)), /the error 6/],
    ['that is nothing', () => Promise.resolve(Buffer.from('<html>')), /./],
    ['that is empty', () => Promise.resolve(new Uint8Array()), /./],
  ];
  test.each(forgeries)('%s leaves it unknown', async (_name, forge, reason) => {
    const found = await check(asked, { [responder]: await forge() });
    expect(found).toMatchObject({ status: 'unknown', reason: expect.stringMatching(reason) });
    expect(found.reason).toContain('CN=leaf');
  });

  test('with one bit changed leaves it unknown', async () => {
    const answer = await answerBy(root, asked, { status: 'revoked' });
    const verdicts = new Set<string>();
    for (let index = 0; index < answer.length; index += 7) {
      const changed = Uint8Array.from(answer);
      changed[index] = (changed[index] ?? 0) ^ 1;
      verdicts.add((await check(asked, { [responder]: changed })).status);
    }
    expect(verdicts).not.toContain('good');
  });
});

describe('a list', () => {
  test('that does not name the certificate says that it holds, one that does that it was revoked', async () => {
    expect((await check(listed, { [place]: await listBy(root) })).status).toBe('good');
    expect((await check(listed, { [place]: await listBy(root, { revoked: true, serial: '99' }) })).status).toBe('good');
    const found = await check(listed, { [place]: await listBy(root, { revoked: true }) });
    expect(found).toMatchObject({ status: 'revoked', reason: expect.stringMatching(/CN=leaf: revoked at 20/) });
    const hold = await listBy(root, { revoked: true, reason: x509.X509CrlReason.certificateHold });
    expect((await check(listed, { [place]: hold })).status).toBe('revoked');
  });

  test('of thousands is read to its end', async () => {
    // more than the ASN.1 library reads of its own accord
    const list = await listBy(root, { others: 1_700, revoked: true });
    expect((await check(listed, { [place]: list })).status).toBe('revoked');
  });

  const critical = new x509.Extension('1.2.3.4', true, Buffer.from([5, 0]));
  const elsewhere = [new pkijs.GeneralName({ type: 6, value: 'http://lists.example.test/two.crl' })];
  const forgeries: readonly [string, () => Promise<Uint8Array>, RegExp][] = [
    ['by another authority of the same name', () => listBy(root, { signer: untrusted }), /not signed by the authority/],
    ['of another authority', () => listBy(root, { issuer: 'CN=other' }), /not signed by the authority/],
    ['that has expired', () => listBy(root, { nextUpdate: later(signedAt, -1) }), /expired .* clock says/],
    ['that never ends', () => listBy(root, { nextUpdate: null }), /until when/],
    ['of tomorrow', () => listBy(root, { thisUpdate: later(signedAt, 1440) }), /future.* clock says/],
    ['with an unknown extension', () => listBy(root, { extensions: [critical] }), /1\.2\.3\.4/],
    [
      'of changes',
      () => listBy(root, { extensions: [new x509.Extension('2.5.29.27', true, Buffer.from([2, 1, 1]))] }),
      /2\.5\.29\.27/,
    ],
    [
      'about authorities',
      () => listBy(root, { extensions: [scopeExtension({ onlyContainsCACerts: true })] }),
      /other certificates/,
    ],
    [
      'about other attributes',
      () => listBy(root, { extensions: [scopeExtension({ onlyContainsAttributeCerts: true })] }),
      /other certificates/,
    ],
    ['that is indirect', () => listBy(root, { extensions: [scopeExtension({ indirectCRL: true })] }), /a part only/],
    ['of some reasons', () => listBy(root, { extensions: [scopeExtension({ onlySomeReasons: 2 })] }), /part|scope/],
    [
      'of another place',
      () => listBy(root, { extensions: [scopeExtension({ distributionPoint: elsewhere })] }),
      /another place/,
    ],
    [
      'whose entry has an unknown critical extension',
      () => listBy(root, { revoked: true, entryExtensions: [critical] }),
      /1\.2\.3\.4/,
    ],
    ['that is nothing', () => Promise.resolve(Buffer.from('not a list')), /./],
  ];
  test.each(forgeries)('%s leaves it unknown', async (_name, forge, reason) => {
    const found = await check(listed, { [place]: await forge() });
    expect(found).toMatchObject({ status: 'unknown', reason: expect.stringMatching(reason) });
  });

  test('of its own place, for those whom it is about, counts', async () => {
    const distributionPoint = [new pkijs.GeneralName({ type: 6, value: place })];
    const own = scopeExtension({ distributionPoint, onlyContainsUserCerts: true });
    expect((await check(listed, { [place]: await listBy(root, { extensions: [own] }) })).status).toBe('good');
  });
});

describe('a key that became invalid only after a proven time of signing', () => {
  const invalidity = later(signedAt, 0);
  test.each([
    ['before it', later(invalidity, -1), 'good'],
    ['after it', later(invalidity, 1), 'revoked'],
    ['at no proven time', null, 'revoked'],
  ] as const)('has signed %s', async (_when, signed, status) => {
    const list = await listBy(root, { revoked: true, invalidity });
    expect((await check(listed, { [place]: list }, signed)).status).toBe(status);
    const answer = await answerBy(root, asked, { status: 'revoked', invalidity });
    expect((await check(asked, { [responder]: answer }, signed)).status).toBe(status);
  });
});

describe('the way to an answer', () => {
  test('sends no request about a certificate that names no place, nor about the root', async () => {
    expect(await check(plain, {})).toMatchObject({ status: 'good', requests: [] });
  });

  test('takes the list where the responder is silent, forged, or does not know', async () => {
    const revoked = { [place]: await listBy(root, { revoked: true }) };
    expect((await check(both, revoked)).status).toBe('revoked');
    for (const spec of [{ signer: untrusted }, { status: 'unknown' as const }]) {
      const answers = { ...revoked, [responder]: await answerBy(root, both, spec) };
      expect((await check(both, answers)).status).toBe('revoked');
    }
  });

  test('asks the next responder where one does not know', async () => {
    const next = 'http://ocsp2.example.test/';
    const access = new x509.AuthorityInfoAccessExtension({ ocsp: [responder, next] });
    const leaf = await certify({ subject: 'CN=leaf', extensions: [access] }, root, null);
    const revoked = await answerBy(root, leaf, { status: 'revoked' });
    const answers = { [responder]: await answerBy(root, leaf, { status: 'unknown' }), [next]: revoked };
    expect((await check(leaf, answers)).status).toBe('revoked');
    expect((await check(leaf, { [next]: revoked })).status).toBe('revoked');
    const good = await check(leaf, { ...answers, [responder]: await answerBy(root, leaf) });
    expect({ status: good.status, asked: good.requests.length }).toEqual({ status: 'good', asked: 1 });
  });

  test('does not ask for the list where the responder has answered', async () => {
    const { status, requests } = await check(both, { [responder]: await answerBy(root, both) });
    expect({ status, asked: requests.map(({ url }) => url) }).toEqual({ status: 'good', asked: [responder] });
  });

  test('says what kept it from an answer', async () => {
    const found = await check(listed, { [place]: new Error('the network is not to be used') });
    expect(found).toMatchObject({
      status: 'unknown',
      reason: expect.stringContaining('the network is not to be used'),
    });
  });

  test('follows no address but over HTTP', async () => {
    const points = new x509.CRLDistributionPointsExtension(['ldap://lists.example.test/cn=one']);
    const leaf = await certify({ subject: 'CN=leaf', extensions: [points] }, root, null);
    expect(await check(leaf, {})).toMatchObject({ status: 'unknown', requests: [] });
  });

  test('is bounded in bytes', async () => {
    const { requests } = await check(both, {});
    expect(requests.map(({ limit }) => limit)).toEqual([64 * 1024, 2 * 1024 * 1024]);
  });
});
